/** A world for each test. */
import { afterAll, afterEach, describe, expect as expectPlain, it, onTestFinished, vi } from 'vitest';
import { type TestHooks, useMock, type World } from '../../src/index.ts';
import { expect, test as withMock } from '../../src/vitest.ts';

const listUsers = (mock: World, token: string) =>
  mock.fetch('/api/v1/users', { headers: { authorization: `Bearer ${token}` } });

const test = withMock.extend({ mockOptions: [{ listen: false }, { scope: 'worker' }] });

describe('the fixture of vitest', () => {
  const ids: string[] = [];
  afterAll(() => {
    expectPlain(new Set(ids).size).toBe(5);
  });

  /** Gates that make the next two tests run at the same time. */
  const [clockMoved, tokenUsed] = [createGate(), createGate()];

  test.concurrent('gives a concurrent test a world with its own clock', async ({ mock }) => {
    ids.push(mock.id);
    const token = await mock.getToken();
    await mock.clock.advance('2h');
    clockMoved.open();
    await tokenUsed.passed;

    expect(await listUsers(mock, token)).toBeRefused('expired_token');
  });

  test.concurrent('keeps the token of another concurrent test valid', async ({ mock }) => {
    ids.push(mock.id);
    const token = await mock.getToken();
    await clockMoved.passed;
    const answer = await listUsers(mock, token);
    const { ahead } = await mock.clock.now();
    tokenUsed.open();

    expect([answer.status, ahead]).toEqual([200, 'PT0S']);
  });

  test('gives a world that is still available in `onTestFinished`', async ({ mock, mockServer }) => {
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

  test.extend({ worldOptions: { label: 'chosen' } })('gives the world the label of its options', ({ mock }) => {
    expect(mock.label).toBe('chosen');
  });

  test('deletes the world after the test', async ({ mock, mockServer }) => {
    ids.push(mock.id);

    expect((await mockServer.worlds.list()).map(({ id }) => id)).toEqual(['default', mock.id]);
  });

  const umbrella = { runai: { tenant: { id: 7, name: 'umbrella', realm: 'umbrella' } } };
  test.extend({ worldOptions: { seed: umbrella } })('creates the world with `worldOptions`', ({ mock, mockServer }) => {
    ids.push(mock.id);

    expect([mock.cast.runai.tenant.name, mockServer.cast.runai.tenant.name]).toEqual(['umbrella', 'acme']);
  });
});

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
  return { given: hooksByName, hooks };
}

describe('useMock', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('provides a world for every test, deletes it, and provides the server outside of tests', async () => {
    const { hooks, given: hooksByName } = createRunner();
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
    const { hooks, given: hooksByName } = createRunner();
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
    const { hooks, given: hooksByName } = createRunner('afterEach');
    const mock = useMock(hooks, { listen: false });
    await hooksByName.beforeAll();
    await hooksByName.beforeEach();
    await hooksByName.beforeEach();

    expect((await mock().worlds.list()).map(({ id }) => id)).toEqual(['default', mock().id]);
    await hooksByName.afterAll();
  });

  it('prints the refusals of the failed test only', async () => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { hooks, given: hooksByName } = createRunner();
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
});

/** Creates a promise that `open` resolves. */
function createGate(): { readonly passed: Promise<void>; open(): void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}
