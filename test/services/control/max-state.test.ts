import { expect, it } from 'vitest';
import { testServer } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

const server = await testServer({ maxState: 1 });
const stateOf = async () => (await server.call('GET /_mock/info')).body.store;
const NOTES = 'x'.repeat(60_000);

it('where the state is, and how many worlds there are, is told', async () => {
  const told = { kind: 'memory', driver: null, worlds: 1, bytes: expect.any(Number), most: 1024 * 1024 };
  expect((await server.call('GET /_mock/info')).body.store).toEqual(told);
  const { id } = await makeWorld(server);
  expect((await stateOf()).worlds).toBe(2);
  await server.call(`DELETE /_mock/worlds/${id}`);
});

it('what worlds hold beyond their seeds is limited: more is refused in the form of the vendor, and a deleted world makes room', async () => {
  const { most, bytes: before } = await stateOf();
  expect(most).toBe(1024 * 1024);
  const world = await makeWorld(server);
  expect((await stateOf()).bytes, 'a world of the seed takes nothing').toBe(before);
  const token = world.cast.ngc.keys.find(({ name }: { name: string }) => name === 'air-admin').key;
  const count = async () => (await world.call('GET /api/v3/simulations/', { token })).body.count;
  const seeded = await count();
  const statuses: number[] = [];
  let refused: unknown;
  for (let made = 0; made < 20; made += 1) {
    const answer = await world.call('POST /api/v3/simulations/', {
      token,
      body: { name: `s${made}`, metadata: NOTES },
    });
    statuses.push(answer.status);
    if (answer.status !== 201) refused = answer.body;
  }

  expect(new Set(statuses)).toEqual(new Set([201, 507]));
  expect(JSON.stringify(refused)).toContain('1 MB of memory that `--max-state` allows');
  expect((await count()) - seeded).toBe(statuses.filter((status) => status === 201).length);
  expect((await stateOf()).bytes).toBeGreaterThan(most / 2);
  await server.call(`DELETE /_mock/worlds/${world.id}`);
  expect((await stateOf()).bytes).toBe(before);
});
