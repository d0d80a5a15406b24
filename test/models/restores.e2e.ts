import { expect, it } from 'vitest';
import { testServer } from '../support/server.ts';
import { makeWorld, type TestWorld } from '../support/worlds.ts';

const server = await testServer();
/** Numbers that doubled with each fork would no longer be integers of a database. */
const FORKS = 64;
const WORKERS = 4;
const RESTORES = 1000;

it('a world that was forked many times, and is used, goes on, and so does each fork', {
  timeout: 120_000,
}, async () => {
  const original = await makeWorld(server);
  const use = async ({ call }: TestWorld, name: string) => {
    const body = { name, type: 'service', org: 'globex', services: ['air'], scopes: ['air:access'] };
    const { status, body: made } = await call('POST /_mock/keys', { body });
    expect(status, `${name}: ${JSON.stringify(made)}`).toBe(201);
    const { keys } = (await call('GET /_mock/keys?limit=1000')).body;
    expect(keys.map((key: { name: string }) => key.name)).toContain(name);
    expect((await call(`DELETE /_mock/keys/${made.id}`)).status).toBe(204);
  };
  for (let round = 1; round <= FORKS; round++) {
    const fork = await makeWorld(server, { from: { world: original.id } });
    await use(fork, `in fork ${round}`);
    await use(original, `before fork ${round + 1}`);
    await server.call(`DELETE /_mock/worlds/${fork.id}`);
  }
});

it('1,000 restores in four worlds at once leave every list as its world has it', async () => {
  await Promise.all(Array.from({ length: WORKERS }, (_, worker) => work(`worker-${worker}`, RESTORES / WORKERS)));
});

/** As test runners do it: each worker has a world of its own, and returns it to a snapshot after every test. */
async function work(id: string, rounds: number): Promise<void> {
  const { call } = await makeWorld(server, { id });
  const order = { type: 'service', org: 'globex', services: ['air'], scopes: ['air:access'] };
  const names = async (): Promise<string[]> =>
    (await call('GET /_mock/keys')).body.keys.map(({ name }: { name: string }) => name);
  let last: string | null = null;
  for (let round = 1; round <= rounds; round++) {
    const at = `${id}, round ${round}`;
    const make = async (name: string): Promise<string> => {
      const { status, body } = await call('POST /_mock/keys', { body: { ...order, name } });
      expect(status, `${at}: ${JSON.stringify(body)}`).toBe(201);
      return body.id;
    };
    const kept = await make(`kept-${round}`);
    if (last !== null) expect((await call(`DELETE /_mock/keys/${last}`)).status, at).toBe(204);
    last = kept;
    const before = await names();
    const { body: snapshot } = await call('POST /_mock/snapshots', { body: {} });
    await make('of the test');
    expect(await names(), at).toEqual([...before, 'of the test']);
    const restored = await call(`POST /_mock/snapshots/${snapshot.id}/restore`);
    expect(restored.status, `${at}: ${JSON.stringify(restored.body)}`).toBe(200);
    expect(await names(), `${at}, restored`).toEqual(before);
    await call(`DELETE /_mock/snapshots/${snapshot.id}`);
  }
}
