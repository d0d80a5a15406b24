/** A world for each test. */
import { afterAll, describe, expect as expectPlain, onTestFinished } from 'vitest';
import type { World } from '../../src/index.ts';
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

/** Creates a promise that `open` resolves. */
function createGate(): { readonly passed: Promise<void>; open(): void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}
