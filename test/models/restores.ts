import { expect } from 'vitest';
import type { TestServer } from '../support/server.ts';
import { makeWorld } from '../support/worlds.ts';

const WORKERS = 4;
const ORG = 'globex';

/** As test runners do it: each worker has a world of its own, and returns it to a snapshot after every test. */
export async function restoreInFourWorlds(server: TestServer, restores: number): Promise<void> {
  await Promise.all(
    Array.from({ length: WORKERS }, (_, worker) => work(server, `worker-${worker}`, restores / WORKERS)),
  );
}

async function work(server: TestServer, id: string, rounds: number): Promise<void> {
  const { call } = await makeWorld(server, { id });
  const order = { type: 'service', org: ORG, services: ['air'], scopes: ['air:access'] };
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
