import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { loadRowCheck } from '../../../src/app/row-check.ts';
import type { Config } from '../../../src/config/options.ts';
import { createManualClock } from '../../../src/time/clock.ts';
import { SnapshotReader } from '../../../src/worlds/snapshot-file.ts';
import { admin } from '../../support/cast.ts';
import { hasDriver } from '../../support/driver.ts';
import { it } from '../../support/in-folder.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { openServer, START, type TestServer, testServer } from '../../support/server.ts';
import { downloaded, fileOf, rewritten, uploaded } from '../../support/snapshot-files.ts';
import { withoutBearers } from '../../support/worlds.ts';

const MEBIBYTE = 1024 * 1024;

const KEY = {
  type: 'service',
  name: 'made',
  services: ['nvcf'],
  scopes: ['list_functions'],
  resource: { type: 'All Functions' },
};

type Caller = Pick<TestServer, 'call'>;

/**
 * Changes a world and takes a snapshot of it.
 *
 * @param at the prefix of the paths of the control API
 * @param rotated whether to rotate its signing keys too, which is slow
 */
async function takeSnapshot(
  { call }: Caller,
  at = '',
  rotated = false,
): Promise<{ readonly id: string; readonly key: string }> {
  const { key } = (await call(`POST ${at}/_mock/keys`, { body: KEY })).body;
  await call(`PUT ${at}/_mock/propagation`, { body: { mode: 'fixed', delay: '20m' } });
  await call(`POST ${at}/_mock/clock/advance`, { body: { by: '3h' } });
  if (rotated) await call(`POST ${at}/_mock/drills/rotate-signing-key`, { body: {} });
  return { id: (await call(`POST ${at}/_mock/snapshots`, { body: { name: 'before' } })).body.id, key };
}

/** Reads the state of the default world that clients can see. */
async function readState({ call }: Caller): Promise<unknown> {
  const get = async (path: string) => (await call(`GET ${path}`)).body;
  return {
    cast: await get('/_mock/cast'),
    keys: await get('/_mock/keys?limit=500'),
    propagation: await get('/_mock/propagation'),
    ahead: (await get('/_mock/clock')).ahead,
    jwks: await get('/auth/realms/acme/protocol/openid-connect/certs'),
  };
}

describe('a snapshot file', async () => {
  const [source, target] = [await testServer(), await testServer()];
  const before = await readState(target);
  const { id, key } = await takeSnapshot(source, '', true);
  const file = await downloaded(source, id);

  it('starts with its server and format, has a line for each row, and ends with their SHA-256', () => {
    const lines = file.trimEnd().split('\n');
    const [first, second, ...rest] = lines.map((line) => JSON.parse(line));
    const last = rest.pop();

    expect(first).toEqual({ server: 'nv-auth-mock', version: source.version, format: 1 });
    expect(second.snapshot).toMatchObject({ id, name: 'before', world: 'default' });
    expect(rest.length).toBeGreaterThan(50);
    for (const row of rest) expect(Object.keys(row)).toEqual(['row']);
    expect(last).toEqual({
      sha256: createHash('sha256')
        .update(`${lines.slice(0, -1).join('\n')}\n`)
        .digest('hex'),
    });
    expect(rewritten(file, (all) => all)).toBe(file);
  });

  it('is accepted by another server, which restores it and creates worlds from it', async () => {
    const other = await testServer();
    const before = await readState(source);
    const { status, body } = await uploaded(other, file);

    expect([status, body]).toEqual([201, (await source.call(`GET /_mock/snapshots/${id}`)).body]);
    expect((await other.call('GET /_mock/snapshots')).body.snapshots).toEqual([body]);
    expect((await other.call('GET /v2/nvcf/functions', { token: key })).status).toBe(403);
    await other.call('POST /_mock/worlds', { body: { id: 'copy', from: { snapshot: id }, credentials: 'cast' } });
    expect((await other.call('GET /w/copy/v2/nvcf/functions', { token: key })).status).toBe(200);
    expect((await other.call(`POST /_mock/snapshots/${id}/restore`)).status).toBe(200);
    expect(await readState(other)).toEqual(before);
    expect((await other.call('GET /w/default/v2/nvcf/functions', { token: key })).status).toBe(200);
    expect(await downloaded(other, id)).toBe(file);
  });

  it('is rejected with 409 while its id exists, and under the path of another world', async () => {
    const server = await testServer();
    for (const world of ['alice', 'bob']) await server.call('POST /_mock/worlds', { body: { id: world } });
    const { id } = await takeSnapshot(server, '/w/alice');
    const file = await downloaded(server, id);
    const twice = await uploaded(server, file);

    expect([twice.status, twice.body.detail]).toEqual([
      409,
      `The snapshot \`${id}\` already exists. Delete it first to replace it.`,
    ]);
    await server.call(`DELETE /_mock/snapshots/${id}`);
    const elsewhere = await uploaded(server, file, '/w/bob');
    expect([elsewhere.status, elsewhere.body.detail]).toEqual([409, expect.stringContaining('of the world `alice`')]);
    const both = await Promise.all([uploaded(server, file, '/w/alice'), uploaded(server, file)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect((await server.call(`POST /w/alice/_mock/snapshots/${id}/restore`)).status).toBe(200);
  });

  it.for<[string, (file: string) => string, RegExp]>([
    ['that is empty', () => '', /^This is not a snapshot file/],
    ['that is other JSON', () => '{"a": 1}\n', /^This is not a snapshot file/],
    ['that is a single long line', () => 'x'.repeat(1_000_000), /^This is not a snapshot file/],
    [
      'with another format number',
      (file) => file.replace('"format":1', '"format":2'),
      /has format 2 \(nv-auth-mock \d/,
    ],
    ['that was cut within a line', (file) => file.slice(0, file.length / 2), /ends too early, after line \d+/],
    ['that was cut after a line', (file) => file.slice(0, file.lastIndexOf('{"sha')), /ends too early, after line \d+/],
    ['that was cut within its last line', (file) => file.slice(0, -10), /ends too early, after line \d+/],
    [
      'with a line that is not JSON',
      (file) => file.replace('{"row":', '{row:'),
      /Line 3 is not a JSON object in UTF-8/,
    ],
    [
      'with a line with an unknown member',
      (file) => file.replace('{"row":', '{"rows":'),
      /Line 3 has an unexpected form/,
    ],
    [
      'that does not match its checksum',
      (file) => file.replace('admin@acme', 'other@acme'),
      /Its last line, \d+, does not have the SHA-256/,
    ],
    ['with a line after its checksum', (file) => `${file}{}\n`, /Line \d+ follows the line that ends the file/],
    [
      'with a line that is nested too deeply',
      (file) => rewritten(file, (all) => [...all, `{"row":${'['.repeat(100_000)}${']'.repeat(100_000)}}`]),
      /Line \d+ is nested deeper than 64 levels/,
    ],
    [
      'with a time that is out of range',
      (file) => rewritten(file, (all) => all.map((line) => line.replace(/"at":\d+/, '"at":1e300'))),
      /Line 2 has an unexpected form/,
    ],
    [
      'with a row with a time that is out of range',
      (file) =>
        rewritten(file, (all) => [...all, ...makeRows(1).map((line) => line.replace('"dueAt":null', '"dueAt":1e300'))]),
      /Line \d+ has an unexpected form/,
    ],
    ...[String.raw`a\u0000b`, String.raw`\ud800`].map((text): [string, (file: string) => string, RegExp] => [
      `with an id that a database cannot store: ${text}`,
      (file) =>
        rewritten(file, (all) => [...all, ...makeRows(1).map((line) => line.replace(/"id":"/, `"id":"${text}`))]),
      /Line \d+ has an unexpected form/,
    ]),
    [
      'with a duplicate row',
      (file) => rewritten(file, (all) => [...all, ...all.slice(-1)]),
      /Line \d+ has the same object as an earlier line/,
    ],
    [
      'with an invalid seed',
      (file) => rewritten(file, ([first = '', , ...rows]) => [first, replaceSeed(file, 'nothing'), ...rows]),
      /Line 2 has a seed that cannot be used: it is not JSON/,
    ],
  ])('%s is rejected and not stored', async ([, change, detail]) => {
    const { status, body } = await uploaded(target, change(file));

    expect([status, body.detail]).toEqual([400, expect.stringMatching(detail)]);
    expect((await target.call('GET /_mock/snapshots')).body.total).toBe(0);
  });

  it('that is rejected at its last row changes nothing', async () => {
    const twice = rewritten(file, (all) => [...all, ...all.slice(-1)]);

    expect((await uploaded(target, twice)).status).toBe(400);
    expect(await readState(target)).toEqual(before);
  });

  it('that exceeds `--max-state` is rejected with 413 and releases its memory', async () => {
    const small = await testServer({}, { maxStateBytes: 2_000_000 });
    const large = rewritten(file, (all) => [...all, ...makeRows(3000)]);
    const readBytes = async () => (await small.call('GET /_mock/info')).body.store.bytes;
    const before = await readBytes();
    const { status, body } = await uploaded(small, large);

    expect([status, body.detail]).toEqual([413, expect.stringContaining('`--max-state`')]);
    expect(await readBytes()).toBe(before);
  });

  it.for<[string, string, number, string]>([
    ['row', '{"row":{"collection":"nvcf.assets","id":"', 2, 'which is longer than any row that the mock writes.'],
    ['seed', '{"row":{"collection":"seed","id":"', 16, 'which is the limit for a seed.'],
  ])(
    'with a line over the limit for a %s is rejected before the whole line is read',
    async ([, begin, mebibytes, why]) => {
      const head = `${file.split('\n', 2).join('\n')}\n`;
      const expected = `Line 3 of the snapshot file is longer than ${mebibytes * MEBIBYTE} bytes, ${why}`;
      const long = `${head}${begin}${'x'.repeat(mebibytes * MEBIBYTE)}`;
      const { status, headers, body } = await uploaded(target, long);
      expect([status, headers['connection'], body.detail]).toEqual([413, 'close', expect.stringContaining(expected)]);

      const reader = new SnapshotReader(await loadRowCheck(), Number.POSITIVE_INFINITY, () => {});
      reader.read(Buffer.from(head + begin));
      let length = begin.length;
      const readOn = () => {
        for (const chunk = Buffer.alloc(64 * 1024, 'x'); ; reader.read(chunk)) length += chunk.length;
      };
      expect(readOn).toThrow(expected);
      expect(length).toBeLessThan(mebibytes * MEBIBYTE + 128 * 1024);
    },
  );

  it.runIf(hasDriver)('transfers a large asset in pieces, and a data file keeps it', async ({ folder }) => {
    const clock = createManualClock(START);
    const asset = { contentType: 'application/octet-stream', description: 'large' };
    const token = castKey('nvcf-full-access').key;
    const bytes = Buffer.alloc(3 * MEBIBYTE, 'asset');
    const { uploadUrl, assetId } = (await source.call('POST /v2/nvcf/assets', { token, body: asset })).body;
    const { pathname } = new URL(uploadUrl);
    const headers = {
      host: 'localhost:6625',
      'content-type': asset.contentType,
      'x-amz-meta-nvcf-asset-description': asset.description,
    };
    const put = await source.app.inject({ method: 'PUT', url: pathname, headers, payload: bytes });
    expect(put.statusCode).toBe(200);
    const large = await fileOf(source);
    await source.call(`DELETE /v2/nvcf/assets/${assetId}`, { token });
    const data = join(folder, 'mock.db');
    const first = await openServer({ data }, { clock });
    const { id } = (await uploaded(first, large)).body;
    const restored = await first.call(`POST /_mock/snapshots/${id}/restore`);
    await first.close();
    const second = await openServer({ data }, { clock });
    const kept = await second.app.inject({ method: 'GET', url: pathname, headers: { host: 'localhost:6625' } });
    await second.close();

    expect([restored.status, kept.statusCode]).toEqual([200, 200]);
    expect(kept.rawPayload.equals(bytes)).toBe(true);
    expect(Math.max(...large.split('\n').map(({ length }) => length))).toBeLessThan(MEBIBYTE);
  });

  it('requires the admin token', async () => {
    const server = await testServer({ adminToken: 'an-admin-token' });

    expect((await server.call('GET /_mock/snapshots/a/file')).status).toBe(401);
    expect((await uploaded(server, '')).status).toBe(401);
  });
});

function replaceSeed(file: string, text: string): string {
  const { snapshot } = JSON.parse(file.split('\n')[1] ?? '');
  const made = { ...snapshot.made, seed: { ...snapshot.made.seed, text } };
  return JSON.stringify({ snapshot: { ...snapshot, made } });
}

function makeRows(count: number): string[] {
  const row = { collection: 'nvcf.asset-pieces', owner: '', parent: 'a', aliases: [], labels: [], sharedWith: [] };
  return Array.from({ length: count }, (_, number) =>
    JSON.stringify({ row: { ...row, id: `${number}`, dueAt: null, usedAt: null, body: { base64: 'x'.repeat(300) } } }),
  );
}

describe('`--snapshot`', () => {
  const clock = createManualClock(START);
  const start = async (config: Partial<Config>) => {
    const server = await openServer(config, { clock });
    onTestFinished(() => server.close());
    return server;
  };
  const writeSnapshot = async (folder: string, { at = '', rotated = false } = {}) => {
    const server = await testServer({}, { clock });
    if (at !== '') await server.call('POST /_mock/worlds', { body: { id: 'alice' } });
    const { id, key } = await takeSnapshot(server, at, rotated);
    const snapshot = join(folder, 'snapshot.ndjson');
    await writeFile(snapshot, await downloaded(server, id));
    return { server, snapshot, key };
  };

  it('restores objects, clock, propagation and signing keys at the start and at a reset', async ({ folder }) => {
    const { server, snapshot, key } = await writeSnapshot(folder, { rotated: true });
    const restored = await start({ snapshot });
    const state = await readState(server);

    expect(await readState(restored)).toEqual(state);
    expect((await restored.call('GET /v2/nvcf/functions', { token: key })).status).toBe(200);
    expect((await restored.call('GET /_mock/findings')).body.findings).toEqual([]);
    await restored.call('POST /_mock/clock/advance', { body: { by: '5h' } });
    await restored.call('PUT /_mock/propagation', { body: { mode: 'off' } });
    for (const listed of (await restored.call('GET /_mock/keys?limit=500')).body.keys) {
      await restored.call(`DELETE /_mock/keys/${listed.id}`);
    }
    expect((await restored.call('GET /v2/nvcf/functions', { token: key })).status).toBe(403);
    await restored.call('POST /_mock/reset');
    expect(await readState(restored)).toEqual(state);
    expect((await restored.call('GET /v2/nvcf/functions', { token: key })).status).toBe(200);
  });

  it('accepts a snapshot of another world and its credentials in the default world', async ({ folder }) => {
    const { server, snapshot, key } = await writeSnapshot(folder, { at: '/w/alice' });
    const cast = (await server.call('GET /w/alice/_mock/cast')).body;
    const restored = await start({ snapshot, world: ['bob'] });

    expect(withoutBearers((await restored.call('GET /_mock/cast')).body)).toEqual(withoutBearers(cast));
    expect((await restored.call('GET /v2/nvcf/functions', { token: key })).status).toBe(200);
    const own = cast.ngc.keys.find(({ name }: { readonly name: string }) => name === 'nvcf-full-access');
    expect((await restored.call('GET /v2/nvcf/functions', { token: own.key })).status).toBe(200);
    const { clientId, clientSecret } = cast.runai.users[0].accessKeys[0];
    const { status, body } = await restored.grant({ grantType: 'client_credentials', clientId, clientSecret });
    expect(status).toBe(200);
    expect((await restored.call('GET /api/v1/access-keys', { token: body.accessToken })).status).toBe(200);
    await restored.call('POST /_mock/worlds', { body: { id: 'carl' } });
    expect((await restored.call('GET /w/carl/_mock/cast')).status).toBe(200);
  });

  it.runIf(hasDriver)(
    'reopens a data file that was created from it, and rejects another data file',
    async ({ folder }) => {
      const { snapshot, key } = await writeSnapshot(folder);
      const data = join(folder, 'mock.db');
      const first = await openServer({ snapshot, data }, { clock });
      await first.call('POST /_mock/keys', { body: { ...KEY, name: 'later' } });
      await first.close();
      const second = await openServer({ snapshot, data }, { clock });
      const names = (await second.call('GET /_mock/keys?limit=500')).body.keys.map(
        ({ name }: { readonly name: string }) => name,
      );
      await second.call('POST /_mock/reset');
      await second.close();
      // A reset keeps the data file tied to its snapshot.
      await (await openServer({ snapshot, data }, { clock })).close();
      const seeded = join(folder, 'seeded.db');
      await (await openServer({ data: seeded }, { clock })).close();

      expect(names).toEqual(expect.arrayContaining(['made', 'later']));
      await expect(openServer({ snapshot, data: seeded }, { clock })).rejects.toThrow(
        /has a world that was not created from --snapshot .* Remove --snapshot to keep that world, .*--reseed/,
      );
      const replaced = await start({ snapshot, data: seeded, reseed: true });
      expect((await replaced.call('GET /v2/nvcf/functions', { token: key })).status).toBe(200);
    },
  );

  it('is rejected with `--seed`, and with a file that is missing or damaged', async ({ folder }) => {
    const { snapshot } = await writeSnapshot(folder);
    const damaged = join(folder, 'damaged');
    await writeFile(damaged, 'something else\n');

    await expect(openServer({ snapshot, seed: 'none' }, { clock })).rejects.toThrow(
      '--snapshot and --seed are both set',
    );
    await expect(openServer({ snapshot }, { clock, seed: {} })).rejects.toThrow('--snapshot and --seed are both set');
    await expect(openServer({ snapshot: join(folder, 'none') }, { clock })).rejects.toThrow(
      /cannot be read: it does not exist/,
    );
    await expect(openServer({ snapshot: folder }, { clock })).rejects.toThrow(/cannot be read: it is a folder/);
    await expect(openServer({ snapshot: damaged }, { clock })).rejects.toThrow(/damaged: This is not a snapshot file/);
    await expect(openServer({ snapshot, maxState: 0.01 }, { clock })).rejects.toThrow(/larger than --max-state/);
  });

  it('accepts earlier tokens of the world in the file if the server has the same signing key', async ({ folder }) => {
    const { server, snapshot } = await writeSnapshot(folder);
    const token = await server.tokenOf(admin);

    expect((await (await start({ snapshot })).call('GET /api/v1/users', { token })).status).toBe(200);
  });
});
