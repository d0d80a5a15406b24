/** Hooks that start a mock and stop it. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type TestHooks, useMock } from '../../src/index.ts';

type Hook = (...given: readonly unknown[]) => Promise<void>;

/** A runner that remembers the hooks got. */
function runner(): { readonly hooks: TestHooks; readonly given: Record<keyof TestHooks, Hook> } {
  const given = {} as Record<keyof TestHooks, Hook>;
  const take = (name: keyof TestHooks) => (hook: Hook) => {
    given[name] = hook;
  };
  return {
    given,
    hooks: {
      beforeAll: take('beforeAll'),
      beforeEach: take('beforeEach'),
      afterEach: take('afterEach'),
      afterAll: take('afterAll'),
    },
  };
}

describe('useMock', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('gives hooks without parameters: a runner would wait for a callback', () => {
    const { hooks, given } = runner();
    useMock(hooks);

    expect(Object.values(given).map(({ length }) => length)).toEqual([0, 0, 0, 0]);
  });

  it.each([
    ['nothing', undefined, 'beforeAll, beforeEach, afterAll are missing'],
    [
      'hooks by the names of node:test',
      { before: () => {}, beforeEach: () => {}, after: () => {} },
      'beforeAll: before',
    ],
  ])('says which hooks it takes where it is given %s', (_what, hooks, said) => {
    expect(() => useMock(hooks as unknown as TestHooks)).toThrow(said);
  });

  it('gives the mock between its hooks, as it was seeded for every test', async () => {
    const { hooks, given } = runner();
    const mock = useMock(hooks, { listen: false });
    expect(() => mock()).toThrow('the mock is not running yet');

    await given.beforeAll();
    await mock().clock.advance('1h');
    await given.beforeEach();

    expect((await mock().clock.now()).ahead).toBe('PT0S');
    await given.afterAll();
  });

  it.each([
    ['prints the refusals of a test that its runner calls failed', { passed: false }, 1],
    ['prints nothing after a test that passed', { passed: true }, 0],
    ['prints nothing where the runner does not say', undefined, 0],
  ])('%s', async (_what, context, times) => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { hooks, given } = runner();
    const mock = useMock(hooks, { listen: false });
    await given.beforeAll();
    await given.beforeEach();
    await mock().fetch('/api/v1/users');
    await given.afterEach(context);
    await given.afterAll();

    expect(print).toHaveBeenCalledTimes(times);
    if (times > 0) expect(print.mock.calls[0]?.[0]).toContain('GET /api/v1/users');
  });

  it.each([
    ['of node:test', { fullName: 'suite > one' }, { fullName: 'suite > two' }],
    ['of runners that do not name them', undefined, undefined],
  ])('refuses tests %s that run at the same time, says what they use, and gives them that', async (_, one, two) => {
    const { hooks, given } = runner();
    const mock = useMock(hooks, { listen: false });
    await given.beforeAll();
    await Promise.all([given.beforeEach(one), given.beforeEach(two)]);

    expect(() => mock()).toThrow('use `await using world = await mock.world()`');
    const [first, second] = [await mock.world(), await mock.world()];
    expect(first.id).not.toBe(second.id);
    await given.afterEach(one);
    expect(() => mock()).toThrow('run concurrently');
    await given.afterEach(two);

    await given.beforeEach(one);
    expect(mock().id).not.toBe('default');
    await given.afterAll();
  });
});
