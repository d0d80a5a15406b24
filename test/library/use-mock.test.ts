/** Hooks that start a mock and stop it. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type TestHooks, useMock } from '../../src/index.ts';

type Hook = (...args: readonly unknown[]) => Promise<void>;

/** Creates a test runner that stores its hooks. */
function createRunner(without?: 'afterEach') {
  const hooksByName = {} as Record<keyof TestHooks, Hook>;
  const store = (name: keyof TestHooks) => (hook: Hook) => {
    hooksByName[name] = hook;
  };
  const hooks: TestHooks = {
    beforeAll: store('beforeAll'),
    beforeEach: store('beforeEach'),
    ...(without === undefined && { afterEach: store('afterEach') }),
    afterAll: store('afterAll'),
  };
  return { hooksByName, hooks };
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

  it('provides a world for every test, deletes it, and provides the server outside of tests', async () => {
    const { hooks, hooksByName } = createRunner();
    const mock = useMock(hooks, { listen: false }, { ttl: 'never' });
    expect(() => mock()).toThrow('the mock is not running yet');
    await hooksByName.beforeAll();
    const server = mock();
    await hooksByName.beforeEach();
    const first = mock();
    await first.clock.advance('1h');
    const during = await first.worlds.list();
    await hooksByName.afterEach();
    await hooksByName.beforeEach();
    const second = mock();
    const { ahead } = await second.clock.now();
    const afterwards = await second.worlds.list();
    await hooksByName.afterEach();

    expect([server.id, mock().id]).toEqual(['default', 'default']);
    expect(during).toMatchObject([{ id: 'default' }, { id: first.id, ttl: 'never' }]);
    expect(afterwards.map(({ id }) => id)).toEqual(['default', second.id]);
    expect(ahead).toBe('PT0S');
    await expect(first.clock.now()).rejects.toThrow('no longer exists');
    await hooksByName.afterAll();
  });

  it('provides a nested test with its own world, and then the outer test with its world again', async () => {
    const { hooks, hooksByName } = createRunner();
    const mock = useMock(hooks, { listen: false });
    await hooksByName.beforeAll();
    await hooksByName.beforeEach({ fullName: 'outer' });
    const outer = mock();
    await hooksByName.beforeEach({ fullName: 'outer > inner' });
    const inner = mock();
    await hooksByName.afterEach();

    expect(inner.id).not.toBe(outer.id);
    expect(mock()).toBe(outer);
    expect((await outer.clock.now()).ahead).toBe('PT0S');
    await hooksByName.afterAll();
  });

  it('deletes the world of the previous test if the runner has no `afterEach`', async () => {
    const { hooks, hooksByName } = createRunner('afterEach');
    const mock = useMock(hooks, { listen: false });
    await hooksByName.beforeAll();
    await hooksByName.beforeEach();
    await hooksByName.beforeEach();

    expect((await mock().worlds.list()).map(({ id }) => id)).toEqual(['default', mock().id]);
    await hooksByName.afterAll();
  });

  it('prints the refusals of the failed test only', async () => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { hooks, hooksByName } = createRunner();
    const mock = useMock(hooks, { listen: false });
    await hooksByName.beforeAll();
    await mock().fetch('/api/v1/roles');
    for (const [path, passed] of [
      ['/api/v1/applications', true],
      ['/api/v1/users', false],
    ] as const) {
      await hooksByName.beforeEach();
      await mock().fetch(path);
      await hooksByName.afterEach({ passed });
    }
    await hooksByName.afterAll();

    expect(print).toHaveBeenCalledTimes(1);
    expect(print.mock.calls[0]?.[0]).toMatch(/^the mock refused, latest first:\n {2}GET \/api\/v1\/users\n/);
    expect(print.mock.calls[0]?.[0]).not.toMatch(/roles|applications/);
  });

  it('prints nothing if the runner does not report the result', async () => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { hooks, hooksByName } = createRunner();
    const mock = useMock(hooks, { listen: false });
    await hooksByName.beforeAll();
    await hooksByName.beforeEach();
    await mock().fetch('/api/v1/users');
    await hooksByName.afterEach();
    await hooksByName.afterAll();

    expect(print).not.toHaveBeenCalled();
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
