import { expect, it } from 'vitest';
import { testServer } from '../../support/server.ts';
import { makeWorld, type TestWorld } from '../../support/worlds.ts';

const server = await testServer();
/** Numbers that double with each fork exceed the integers of a database. */
const FORKS = 64;
const WORKERS = 4;
const RESTORES = 1000;

it('a world that was forked 64 times still works, and so does each fork', async () => {
  const original = await makeWorld(server);
  const useWorld = async ({ call }: TestWorld, name: string) => {
    const body = { name, type: 'service', org: 'globex', services: ['air'], scopes: ['air:access'] };
    const { status, body: made } = await call('POST /_mock/keys', { body });
    expect(status, `${name}: ${JSON.stringify(made)}`).toBe(201);
    const { keys } = (await call('GET /_mock/keys?limit=1000')).body;
    expect(keys.map((key: { name: string }) => key.name)).toContain(name);
    expect((await call(`DELETE /_mock/keys/${made.id}`)).status).toBe(204);
  };
  for (let round = 1; round <= FORKS; round++) {
    const fork = await makeWorld(server, { from: { world: original.id } });
    await useWorld(fork, `in fork ${round}`);
    await useWorld(original, `before fork ${round + 1}`);
    await server.call(`DELETE /_mock/worlds/${fork.id}`);
  }
});

it('1,000 concurrent restores in four worlds keep every list correct', async () => {
  await Promise.all(Array.from({ length: WORKERS }, (_, worker) => runWorker(`worker-${worker}`, RESTORES / WORKERS)));
});

/** Restores a world to a snapshot after every test, as a worker of a test runner does. */
async function runWorker(id: string, rounds: number): Promise<void> {
  const { call } = await makeWorld(server, { id });
  const order = { type: 'service', org: 'globex', services: ['air'], scopes: ['air:access'] };
  const listNames = async (): Promise<string[]> =>
    (await call('GET /_mock/keys')).body.keys.map(({ name }: { name: string }) => name);
  let last: string | null = null;
  for (let round = 1; round <= rounds; round++) {
    const at = `${id}, round ${round}`;
    const createKey = async (name: string): Promise<string> => {
      const { status, body } = await call('POST /_mock/keys', { body: { ...order, name } });
      expect(status, `${at}: ${JSON.stringify(body)}`).toBe(201);
      return body.id;
    };
    const kept = await createKey(`kept-${round}`);
    if (last !== null) expect((await call(`DELETE /_mock/keys/${last}`)).status, at).toBe(204);
    last = kept;
    const before = await listNames();
    const { body: snapshot } = await call('POST /_mock/snapshots', { body: {} });
    await createKey('of the test');
    expect(await listNames(), at).toEqual([...before, 'of the test']);
    const restored = await call(`POST /_mock/snapshots/${snapshot.id}/restore`);
    expect(restored.status, `${at}: ${JSON.stringify(restored.body)}`).toBe(200);
    expect(await listNames(), `${at}, restored`).toEqual(before);
    await call(`DELETE /_mock/snapshots/${snapshot.id}`);
  }
}
