import { describe, expect, it } from 'vitest';
import { SILENT_LOG } from '../../../src/lib/log.ts';
import { researcher } from '../../support/cast.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { testServer } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

/** Hides the warnings that the server logs for each 507. */
const QUIET = { log: () => SILENT_LOG };
const server = await testServer({ maxState: 1 }, QUIET);
const readStore = async () => (await server.call('GET /_mock/info')).body.store;
const NOTES = 'x'.repeat(60_000);

it('GET /_mock/info contains the kind of store, the number of worlds and the used memory', async () => {
  const reported = { kind: 'memory', driver: null, worlds: 1, bytes: expect.any(Number), most: 1024 * 1024 };
  expect((await server.call('GET /_mock/info')).body.store).toEqual(reported);
  const { id } = await makeWorld(server);
  expect((await readStore()).worlds).toBe(2);
  await server.call(`DELETE /_mock/worlds/${id}`);
});

it('an operation beyond `--max-state` is rejected with 507, and a deleted world frees memory', async () => {
  const { most: max, bytes: before } = await readStore();
  expect(max).toBe(1024 * 1024);
  const world = await makeWorld(server);
  expect((await readStore()).bytes).toBeGreaterThan(before);
  const token = world.cast.ngc.keys.find(({ name }: { name: string }) => name === 'air-admin').key;
  const countSimulations = async () => (await world.call('GET /api/v3/simulations/', { token })).body.count;
  const seeded = await countSimulations();
  const statuses: number[] = [];
  let refused: unknown;
  for (let index = 0; index < 20; index += 1) {
    const answer = await world.call('POST /api/v3/simulations/', {
      token,
      body: { name: `s${index}`, metadata: NOTES },
    });
    statuses.push(answer.status);
    if (answer.status !== 201) refused = answer.body;
  }

  expect(new Set(statuses)).toEqual(new Set([201, 507]));
  expect(JSON.stringify(refused)).toContain('1 MB of memory that `--max-state` allows');
  expect((await countSimulations()) - seeded).toBe(statuses.filter((status) => status === 201).length);
  expect((await readStore()).bytes).toBeGreaterThan(max / 2);
  await server.call(`DELETE /_mock/worlds/${world.id}`);
  expect((await readStore()).bytes).toBe(before);
});

const COUNT = 300;
const buildSeed = (number: number) => ({
  extends: 'builtin',
  runai: {
    users: Array.from({ length: COUNT }, (_, index) => ({
      email: `user-${number}-${index}@acme.test`,
      password: 'a-password',
      role: 'L1 researcher',
    })),
  },
});

describe('the used memory includes', () => {
  it('the seed of a world and its rows', async () => {
    const large = await testServer({ maxState: 4 }, QUIET);
    const created: string[] = [];
    let refused: { readonly status: number; readonly body: unknown } | null = null;
    for (let number = 0; number < 40 && refused === null; number += 1) {
      const answer = await large.call('POST /_mock/worlds', { body: { id: `w${number}`, seed: buildSeed(number) } });
      if (answer.status === 201) created.push(`w${number}`);
      else refused = answer;
    }

    expect(refused).toMatchObject({ status: 507, body: { detail: expect.stringContaining('`--max-state`') } });
    expect(created.length).toBeGreaterThan(0);
    await large.call(`DELETE /_mock/worlds/${created[0]}`);
    expect((await large.call('POST /_mock/worlds', { body: { id: 'again', seed: buildSeed(100) } })).status).toBe(201);
  });

  it('a world without any use', async () => {
    const many = await testServer({ maxState: 2, maxWorlds: 1000 }, QUIET);
    let count = 0;
    while (count < 200 && (await many.call('POST /_mock/worlds')).status === 201) count += 1;

    expect(count).toBeLessThan(200);
    const { bytes, most: max, worlds } = (await many.call('GET /_mock/info')).body.store;
    expect(worlds).toBe(1 + count);
    expect(bytes).toBeLessThanOrEqual(max);
  });

  it('shared content of snapshots once', async () => {
    const { bytes: before } = await readStore();
    const takeSnapshot = async () => (await server.call('POST /_mock/snapshots')).body.id;
    const [first, second] = [await takeSnapshot(), await takeSnapshot()];
    const { bytes: after } = await readStore();
    expect(after - before).toBeLessThan(before);
    for (const id of [first, second]) await server.call(`DELETE /_mock/snapshots/${id}`);

    expect((await readStore()).bytes).toBeLessThan(after);
  });
});

describe('a server at the limit of `--max-state`', () => {
  it('accepts reads, deletions and a reset, which free memory', async () => {
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
