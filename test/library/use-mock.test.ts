/** Hooks that start a mock and stop it. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type TestHooks, useMock } from '../../src/index.ts';

type Hook = (...args: readonly unknown[]) => Promise<void>;

/** Creates a test runner that stores its hooks. */
function createRunner(): { readonly hooks: TestHooks; readonly hooksByName: Record<keyof TestHooks, Hook> } {
  const hooksByName = {} as Record<keyof TestHooks, Hook>;
  const store = (name: keyof TestHooks) => (hook: Hook) => {
    hooksByName[name] = hook;
  };
  return {
    hooksByName,
    hooks: {
      beforeAll: store('beforeAll'),
      beforeEach: store('beforeEach'),
      afterEach: store('afterEach'),
      afterAll: store('afterAll'),
    },
  };
}

describe('useMock', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('registers hooks without parameters, so that no runner waits for a callback', () => {
    const { hooks, hooksByName } = createRunner();
    useMock(hooks);

    expect(Object.values(hooksByName).map(({ length }) => length)).toEqual([0, 0, 0, 0]);
  });

  it.each([
    ['nothing', undefined, 'beforeAll, beforeEach, afterAll are missing'],
    [
      'hooks by the names of node:test',
      { before: () => {}, beforeEach: () => {}, after: () => {} },
      'beforeAll: before',
    ],
  ])('rejects %s with a list of the required hooks', (_what, hooks, message) => {
    expect(() => useMock(hooks as unknown as TestHooks)).toThrow(message);
  });

  it('provides the mock between its hooks, reset for every test', async () => {
    const { hooks, hooksByName } = createRunner();
    const mock = useMock(hooks, { listen: false });
    expect(() => mock()).toThrow('the mock is not running yet');

    await hooksByName.beforeAll();
    await mock().clock.advance('1h');
    await hooksByName.beforeEach();

    expect((await mock().clock.now()).ahead).toBe('PT0S');
    await hooksByName.afterAll();
  });

  it.each([
    ['prints the refusals of a failed test', { passed: false }, 1],
    ['prints nothing after a test that passed', { passed: true }, 0],
    ['prints nothing if the runner does not report the result', undefined, 0],
  ])('%s', async (_what, context, times) => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { hooks, hooksByName } = createRunner();
    const mock = useMock(hooks, { listen: false });
    await hooksByName.beforeAll();
    await hooksByName.beforeEach();
    await mock().fetch('/api/v1/users');
    await hooksByName.afterEach(context);
    await hooksByName.afterAll();

    expect(print).toHaveBeenCalledTimes(times);
    if (times > 0) expect(print.mock.calls[0]?.[0]).toContain('GET /api/v1/users');
  });

  it.each([
    ['of node:test', { fullName: 'suite > one' }, { fullName: 'suite > two' }],
    ['of runners that do not pass their names', undefined, undefined],
  ])(
    'rejects concurrent tests %s, and names `mock.world()` as the alternative',
    async (_, firstContext, secondContext) => {
      const { hooks, hooksByName } = createRunner();
      const mock = useMock(hooks, { listen: false });
      await hooksByName.beforeAll();
      await Promise.all([hooksByName.beforeEach(firstContext), hooksByName.beforeEach(secondContext)]);

      expect(() => mock()).toThrow('use `await using world = await mock.world()`');
      const [first, second] = [await mock.world(), await mock.world()];
      expect(first.id).not.toBe(second.id);
      await hooksByName.afterEach(firstContext);
      expect(() => mock()).toThrow('run concurrently');
      await hooksByName.afterEach(secondContext);

      await hooksByName.beforeEach(firstContext);
      expect(mock().id).not.toBe('default');
      await hooksByName.afterAll();
    },
  );
});
