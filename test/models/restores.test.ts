import { expect, it } from 'vitest';
import { testServer } from '../support/server.ts';
import { makeWorld, type TestWorld } from '../support/worlds.ts';
import { restoreInFourWorlds } from './restores.ts';

const server = await testServer();
/** Numbers that doubled with each fork would no longer be integers of a database. */
const FORKS = 64;

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

it('worlds that are restored after every test have the lists that they should have', { timeout: 120_000 }, () =>
  restoreInFourWorlds(server, 20),
);
