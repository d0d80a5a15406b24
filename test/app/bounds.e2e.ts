/** A process with little memory survives large data and slow readers. */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type BuiltServer, startBuiltServer } from '../long/soak/server.ts';
import { emptyFolder } from '../support/folder.ts';
import { castKey } from '../support/ngc-cast.ts';

/** The size of the old generation in MB. */
const HEAP = 128;
/** A value that takes 20 times as much memory as its text. */
const DENSE = Array.from({ length: 20_000 }, () => ({}));
const OWNER = castKey('owner').key;

let folder: string;
let server: BuiltServer;
beforeEach(async () => {
  folder = await emptyFolder();
  server = await startBuiltServer(join(folder, 'mock.db'), [], HEAP);
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const fillJournal = async () => {
  for (let count = 0; count < 300; count++)
    await server.send('POST /api/v3/simulations/', { token: OWNER, body: { name: 5, metadata: DENSE } });
};
const expectAlive = async () => expect((await server.send('GET /_mock/health')).status).toBe(200);

it('a server survives 20 slow readers of a full journal, and sends it as an archive', async () => {
  await fillJournal();
  const readers = Array.from({ length: 20 }, (_, number) => {
    const path = number % 2 === 0 ? '/_mock/requests/har' : '/_mock/requests?limit=1000';
    // The response is never read.
    return request(`${server.url}${path}`).end();
  });
  await Promise.all(readers.map((reader) => once(reader, 'response')));
  const { status, text } = await server.send('GET /_mock/requests/har');
  expect(status).toBe(200);
  expect(JSON.parse(text).log.entries.length).toBeGreaterThan(100);
  for (const reader of readers) reader.on('error', () => {}).destroy();
  await expectAlive();
});

it('faults with large matches are rejected beyond the memory limit of all worlds', async () => {
  const statuses = new Set<number>();
  let last = '';
  for (let count = 0; count < 320; count++) {
    const world = `w-${Math.floor(count / 90)}`;
    if (count % 90 === 0) await server.send('POST /_mock/worlds', { body: { id: world } });
    const order = { match: { body: { dense: DENSE.slice(0, 5000) } }, do: { status: 503, offDocument: true } };
    const { status, text } = await server.send(`POST /w/${world}/_mock/faults`, { body: order });
    statuses.add(status);
    last = text;
  }
  expect([...statuses]).toEqual([201, 409]);
  expect(JSON.parse(last).detail).toMatch(/^The faults of all worlds of this server may use 8192 kB of memory/);
  await server.send('DELETE /_mock/worlds/w-0');
  const small = { match: { operation: 'grant_token' }, do: { status: 503 } };
  expect((await server.send('POST /_mock/faults', { body: small })).status).toBe(201);
});

it('a server survives 200 verifications that wait for large requests', async () => {
  const worlds = ['w-0', 'w-1', 'w-2', 'w-3'];
  for (const id of worlds) await server.send('POST /_mock/worlds', { body: { id } });
  const order = { match: { body: { metadata: [{ not: 'there' }] } }, within: '6s' };
  const waiting = worlds.flatMap((world) =>
    Array.from({ length: 50 }, () => server.send(`POST /w/${world}/_mock/requests/verify`, { body: order })),
  );
  for (const world of worlds) {
    await server.send(`POST /w/${world}/api/v3/simulations/`, { token: OWNER, body: { name: 5, metadata: DENSE } });
  }
  const answers = await Promise.all(waiting);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  await expectAlive();
});
