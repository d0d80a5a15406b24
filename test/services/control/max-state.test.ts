import { describe, expect, it } from 'vitest';
import { SILENT_LOG } from '../../../src/diagnostics/log.ts';
import { researcher } from '../../support/cast.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { testServer } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

/** The log tells of each 507, as it should. */
const QUIET = { log: () => SILENT_LOG };
const server = await testServer({ maxState: 1 }, QUIET);
const stateOf = async () => (await server.call('GET /_mock/info')).body.store;
const NOTES = 'x'.repeat(60_000);

it('where the state is, and how many worlds there are, is told', async () => {
  const reported = { kind: 'memory', driver: null, worlds: 1, bytes: expect.any(Number), most: 1024 * 1024 };
  expect((await server.call('GET /_mock/info')).body.store).toEqual(reported);
  const { id } = await makeWorld(server);
  expect((await stateOf()).worlds).toBe(2);
  await server.call(`DELETE /_mock/worlds/${id}`);
});

it('what worlds hold is limited: more is refused in the form of the vendor, and a deleted world makes room', async () => {
  const { most: max, bytes: before } = await stateOf();
  expect(max).toBe(1024 * 1024);
  const world = await makeWorld(server);
  expect((await stateOf()).bytes).toBeGreaterThan(before);
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
  expect((await stateOf()).bytes).toBeGreaterThan(max / 2);
  await server.call(`DELETE /_mock/worlds/${world.id}`);
  expect((await stateOf()).bytes).toBe(before);
});

const COUNT = 300;
const seedOf = (number: number) => ({
  extends: 'builtin',
  runai: {
    users: Array.from({ length: COUNT }, (_, index) => ({
      email: `user-${number}-${index}@acme.test`,
      password: 'a-password',
      role: 'L1 researcher',
    })),
  },
});

describe('what a request puts into memory is counted:', () => {
  it('the seed of a world, with its rows', async () => {
    const large = await testServer({ maxState: 4 }, QUIET);
    const made: string[] = [];
    let refused: { readonly status: number; readonly body: unknown } | null = null;
    for (let number = 0; number < 40 && refused === null; number += 1) {
      const answer = await large.call('POST /_mock/worlds', { body: { id: `w${number}`, seed: seedOf(number) } });
      if (answer.status === 201) made.push(`w${number}`);
      else refused = answer;
    }

    expect(refused).toMatchObject({ status: 507, body: { detail: expect.stringContaining('`--max-state`') } });
    expect(made.length).toBeGreaterThan(0);
    await large.call(`DELETE /_mock/worlds/${made[0]}`);
    expect((await large.call('POST /_mock/worlds', { body: { id: 'again', seed: seedOf(100) } })).status).toBe(201);
  });

  it('a world that nobody has used', async () => {
    const many = await testServer({ maxState: 2, maxWorlds: 1000 }, QUIET);
    let made = 0;
    while (made < 200 && (await many.call('POST /_mock/worlds')).status === 201) made += 1;

    expect(made).toBeLessThan(200);
    const { bytes, most: max, worlds } = (await many.call('GET /_mock/info')).body.store;
    expect(worlds).toBe(1 + made);
    expect(bytes).toBeLessThanOrEqual(max);
  });

  it('the first object of a world, with the tables that it copies', async () => {
    const { id } = await makeWorld(server, { credentials: 'cast' });
    const token = castKey('air-admin').key;
    const simulation = () => server.call(`POST /w/${id}/api/v3/simulations/`, { token, body: { name: 'one' } });
    const { bytes: before } = await stateOf();
    expect((await simulation()).status).toBe(201);
    const { bytes: first } = await stateOf();
    expect((await simulation()).status).toBe(201);
    const { bytes: second } = await stateOf();

    expect(first - before).toBeGreaterThan(second - first);
    expect(second - first).toBeGreaterThan(1000);
    await server.call(`DELETE /_mock/worlds/${id}`);
  });

  it('snapshots, once for all that they have in common', async () => {
    const { bytes: before } = await stateOf();
    const take = async () => (await server.call('POST /_mock/snapshots')).body.id;
    const [one, two] = [await take(), await take()];
    const { bytes: after } = await stateOf();
    expect(after - before).toBeLessThan(before);
    for (const id of [one, two]) await server.call(`DELETE /_mock/snapshots/${id}`);

    expect((await stateOf()).bytes).toBeLessThan(after);
  });
});

describe('where `--max-state` is reached', () => {
  it('reading, deleting and a reset go on, and make room', async () => {
    const full = await testServer({ maxState: 1 }, QUIET);
    const token = castKey('air-admin').key;
    const create = (name: string, metadata: string) =>
      full.call('POST /api/v3/simulations/', { token, body: { name, metadata } });
    const ids: string[] = [];
    for (const length of [60_000, 6000, 600, 60, 6]) {
      for (;;) {
        const { status, body } = await create(`s${ids.length}`, 'x'.repeat(length));
        if (status !== 201) break;
        ids.push(body.id);
      }
    }
    expect((await full.call('GET /api/v3/simulations/', { token })).status).toBe(200);
    const key = castKey('nvcf-full-access').key;
    expect((await full.call('GET /v2/nvcf/functions', { token: key })).status).toBe(200);
    const bearer = await full.tokenOf(researcher);
    const [own] = (await full.call('GET /api/v1/access-keys', { token: bearer })).body.accessKeys;
    expect((await full.call(`DELETE /api/v1/access-keys/${own.id}`, { token: bearer })).status).toBe(204);
    expect((await full.call(`DELETE /_mock/keys/${castKey('nvcf-deployer').id}`)).status).toBe(204);
    for (const id of ids.slice(0, 3)) {
      expect((await full.call(`DELETE /api/v3/simulations/${id}/`, { token })).status).toBe(204);
    }
    expect((await create('again', 'x'.repeat(600))).status).toBe(201);
    expect((await full.call('POST /_mock/reset')).status).toBe(200);
    expect((await create('and again', NOTES)).status).toBe(201);
  });
});
