/** A process with little memory lives, whatever its users have it keep or read. */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type BuiltServer, startBuilt } from '../soak/server.ts';
import { emptyFolder } from '../support/folder.ts';
import { castKey } from '../support/ngc-cast.ts';

/** MB of the old generation. */
const HEAP = 128;
/** A text that takes 20 times as much as a value. */
const DENSE = Array.from({ length: 20_000 }, () => ({}));
const OWNER = castKey('owner').key;

let folder: string;
let server: BuiltServer;
beforeEach(async () => {
  folder = await emptyFolder();
  server = await startBuilt(join(folder, 'mock.db'), [], HEAP);
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const fillJournal = async () => {
  for (let count = 0; count < 300; count++)
    await server.ask('POST /api/v3/simulations/', { token: OWNER, body: { name: 5, metadata: DENSE } });
};
const expectAlive = async () => expect((await server.ask('GET /_mock/health')).status).toBe(200);

it('a full journal is read by 20 slow readers, and as one archive', async () => {
  await fillJournal();
  const readers = Array.from({ length: 20 }, (_, number) => {
    const path = number % 2 === 0 ? '/_mock/requests/har' : '/_mock/requests?limit=1000';
    // Nobody takes what is sent.
    return request(`${server.url}${path}`).end();
  });
  await Promise.all(readers.map((one) => once(one, 'response')));
  const { status, text } = await server.ask('GET /_mock/requests/har');
  expect(status).toBe(200);
  expect(JSON.parse(text).log.entries.length).toBeGreaterThan(100);
  for (const one of readers) one.on('error', () => {}).destroy();
  await expectAlive();
});

it('faults with large matches are refused once those of all worlds take too much', async () => {
  const statuses = new Set<number>();
  let last = '';
  for (let count = 0; count < 320; count++) {
    const world = `w-${Math.floor(count / 90)}`;
    if (count % 90 === 0) await server.ask('POST /_mock/worlds', { body: { id: world } });
    const order = { match: { body: { dense: DENSE.slice(0, 5000) } }, do: { status: 503, offDocument: true } };
    const { status, text } = await server.ask(`POST /w/${world}/_mock/faults`, { body: order });
    statuses.add(status);
    last = text;
  }
  expect([...statuses]).toEqual([201, 409]);
  expect(JSON.parse(last).detail).toMatch(/^The faults of all worlds of this server may use 8192 kB of memory/);
  await server.ask('DELETE /_mock/worlds/w-0');
  const small = { match: { operation: 'grant_token' }, do: { status: 503 } };
  expect((await server.ask('POST /_mock/faults', { body: small })).status).toBe(201);
});

it('a large request is read once, however many verifications wait for it', async () => {
  const worlds = ['w-0', 'w-1', 'w-2', 'w-3'];
  for (const id of worlds) await server.ask('POST /_mock/worlds', { body: { id } });
  const order = { match: { body: { metadata: [{ not: 'there' }] } }, within: '6s' };
  const waiting = worlds.flatMap((world) =>
    Array.from({ length: 50 }, () => server.ask(`POST /w/${world}/_mock/requests/verify`, { body: order })),
  );
  for (const world of worlds) {
    await server.ask(`POST /w/${world}/api/v3/simulations/`, { token: OWNER, body: { name: 5, metadata: DENSE } });
  }
  const answers = await Promise.all(waiting);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  await expectAlive();
});
