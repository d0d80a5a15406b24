/** A world for each test. */
import { afterAll, afterEach, describe, expect as expectPlain, it, onTestFinished, vi } from 'vitest';
import { type TestHooks, useMock, type World } from '../../src/index.ts';
import { expect, test as withMock } from '../../src/vitest.ts';

const users = (mock: World, token: string) =>
  mock.fetch('/api/v1/users', { headers: { authorization: `Bearer ${token}` } });

const test = withMock.extend({ mockOptions: [{ listen: false }, { scope: 'worker' }] });

describe('the fixture of vitest', () => {
  const ids: string[] = [];
  afterAll(() => {
    expectPlain(new Set(ids).size).toBe(5);
  });

  /** Each of the two waits for the other, so that both run at the same time. */
  const [moved, asked] = [originGuard(), originGuard()];

  test.concurrent('gives a concurrent test a world whose clock it may move by two hours', async ({ mock }) => {
    ids.push(mock.id);
    const token = await mock.getToken();
    await mock.clock.advance('2h');
    moved.open();
    await asked.passed;

    expect(await users(mock, token)).toBeRefused('expired_token');
  });

  test.concurrent('and the token of another one stays valid meanwhile', async ({ mock }) => {
    ids.push(mock.id);
    const token = await mock.getToken();
    await moved.passed;
    const answer = await users(mock, token);
    const { ahead } = await mock.clock.now();
    asked.open();

    expect([answer.status, ahead]).toEqual([200, 'PT0S']);
  });

  test('gives a world that the hooks of the test may still ask', async ({ mock, mockServer }) => {
    ids.push(mock.id);
    onTestFinished(async () => {
      await mock.clock.now();
    });

    expect(mock.url).toBe(`${mockServer.url}/w/${mock.id}`);
  });

  test('gives the world the name of the test as its label', async ({ mock }) => {
    expect(mock.label).toMatch(
      /world-per-test\.test\.ts > the fixture of vitest > gives the world the name of the test/,
    );
    expect((await mock.worlds.get(mock.id)).label).toBe(mock.label);
  });

  test.extend({ worldOptions: { label: 'chosen' } })('unless its options have another one', ({ mock }) => {
    expect(mock.label).toBe('chosen');
  });

  test('deletes the world after the test', async ({ mock, mockServer }) => {
    ids.push(mock.id);

    expect((await mockServer.worlds.list()).map(({ id }) => id)).toEqual(['default', mock.id]);
  });

  const umbrella = { runai: { tenant: { id: 7, name: 'umbrella', realm: 'umbrella' } } };
  test.extend({ worldOptions: { seed: umbrella } })('makes it by the options for worlds', ({ mock, mockServer }) => {
    ids.push(mock.id);

    expect([mock.cast.runai.tenant.name, mockServer.cast.runai.tenant.name]).toEqual(['umbrella', 'acme']);
  });
});

type Hook = (...given: readonly unknown[]) => Promise<void>;

/** A runner that remembers the hooks that got. */
function runner(without?: 'afterEach') {
  const given = {} as Record<keyof TestHooks, Hook>;
  const take = (name: keyof TestHooks) => (hook: Hook) => {
    given[name] = hook;
  };
  const hooks: TestHooks = {
    beforeAll: take('beforeAll'),
    beforeEach: take('beforeEach'),
    ...(without === undefined && { afterEach: take('afterEach') }),
    afterAll: take('afterAll'),
  };
  return { given, hooks };
}

describe('useMock', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('gives every test a world, and deletes it; outside of tests it gives the server', async () => {
    const { hooks, given } = runner();
    const mock = useMock(hooks, { listen: false }, { ttl: 'never' });
    expect(() => mock()).toThrow('the mock is not running yet');
    await given.beforeAll();
    const server = mock();
    await given.beforeEach();
    const first = mock();
    await first.clock.advance('1h');
    const during = await first.worlds.list();
    await given.afterEach();
    await given.beforeEach();
    const second = mock();
    const { ahead } = await second.clock.now();
    const afterwards = await second.worlds.list();
    await given.afterEach();

    expect([server.id, mock().id]).toEqual(['default', 'default']);
    expect(during).toMatchObject([{ id: 'default' }, { id: first.id, ttl: 'never' }]);
    expect(afterwards.map(({ id }) => id)).toEqual(['default', second.id]);
    expect(ahead).toBe('PT0S');
    await expect(first.clock.now()).rejects.toThrow('no longer exists');
    await given.afterAll();
  });

  it('gives a test within a test its own, and the outer one its world back', async () => {
    const { hooks, given } = runner();
    const mock = useMock(hooks, { listen: false });
    await given.beforeAll();
    await given.beforeEach({ fullName: 'outer' });
    const outer = mock();
    await given.beforeEach({ fullName: 'outer > inner' });
    const inner = mock();
    await given.afterEach();

    expect(inner.id).not.toBe(outer.id);
    expect(mock()).toBe(outer);
    expect((await outer.clock.now()).ahead).toBe('PT0S');
    await given.afterAll();
  });

  it('deletes the world of a test before the next one where the runner has no hook after each', async () => {
    const { hooks, given } = runner('afterEach');
    const mock = useMock(hooks, { listen: false });
    await given.beforeAll();
    await given.beforeEach();
    await given.beforeEach();

    expect((await mock().worlds.list()).map(({ id }) => id)).toEqual(['default', mock().id]);
    await given.afterAll();
  });

  it('prints the refusals of the test that failed, and of no other', async () => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { hooks, given } = runner();
    const mock = useMock(hooks, { listen: false });
    await given.beforeAll();
    await mock().fetch('/api/v1/roles');
    for (const [path, passed] of [
      ['/api/v1/applications', true],
      ['/api/v1/users', false],
    ] as const) {
      await given.beforeEach();
      await mock().fetch(path);
      await given.afterEach({ passed });
    }
    await given.afterAll();

    expect(print).toHaveBeenCalledTimes(1);
    expect(print.mock.calls[0]?.[0]).toMatch(/^the mock refused, latest first:\n {2}GET \/api\/v1\/users\n/);
    expect(print.mock.calls[0]?.[0]).not.toMatch(/roles|applications/);
  });
});

/** What one waits for, and another opens. */
function originGuard(): { readonly passed: Promise<void>; open(): void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}
