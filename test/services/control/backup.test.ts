import { join } from 'node:path';
import { describe, expect, inject, onTestFinished } from 'vitest';
import { manualClock } from '../../../src/core/clock.ts';
import { inhabited, stateOf } from '../../support/backup.ts';
import { admin } from '../../support/cast.ts';
import { hasDriver } from '../../support/driver.ts';
import { it } from '../../support/in-folder.ts';
import { openServer, START, type TestServer, testServer } from '../../support/server.ts';

const NDJSON = { 'content-type': 'application/x-ndjson' };

const exported = async ({ call }: Pick<TestServer, 'call'>): Promise<string> => {
  const { status, body, headers } = await call('GET /_mock/export');
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('application/x-ndjson');
  return body;
};

const imported = ({ call }: Pick<TestServer, 'call'>, file: string, query = '') =>
  call(`POST /_mock/import${query}`, { body: file, headers: NDJSON });

const keptIn = async ({ call }: Pick<TestServer, 'call'>): Promise<readonly string[]> =>
  (await call('GET /_mock/worlds')).body.worlds.map(({ id }: { readonly id: string }) => id);

describe('an export', () => {
  it('is imported by a new server, which then has the same worlds', async () => {
    const [one, other] = [await testServer(), await testServer()];
    const keys = await inhabited(one);
    const token = await one.tokenOf(admin);
    const { status, body } = await imported(other, await exported(one));

    // Replicas list the worlds that they have open first.
    expect(body).toEqual({
      worlds: expect.toSatisfy(
        (ids: string[]) => ids.at(-1) === 'default' && [...ids].sort().join() === 'alice,copy,default,empty',
      ),
      snapshots: [expect.any(String), expect.any(String)],
    });
    expect(status).toBe(200);
    expect(await stateOf(other)).toEqual(await stateOf(one));
    for (const key of keys) expect((await other.call('GET /v2/nvcf/functions', { token: key })).status).toBe(200);
    expect((await other.call('GET /api/v1/users', { token })).status).toBe(200);
  });

  it('has worlds that go on: resets, snapshots and copies work as in the server they come from', async () => {
    const [one, other] = [await testServer(), await testServer()];
    await inhabited(one);
    const { body } = await imported(other, await exported(one));
    const [ofDefault] = (await other.call('GET /_mock/snapshots')).body.snapshots;

    expect(body.snapshots).toContain(ofDefault.id);
    for (const server of [one, other]) {
      expect((await server.call(`POST /_mock/snapshots/${ofDefault.id}/restore`)).status).toBe(200);
      await server.call('POST /w/alice/_mock/reset');
      await server.call('POST /_mock/worlds', { body: { id: 'later', from: { world: 'copy' } } });
    }
    expect(await stateOf(other)).toEqual(await stateOf(one));
  });

  it('gives the default world its seed, to which it returns when it is reset', async () => {
    const [one, other] = [await testServer({ seed: 'none' }), await testServer()];
    await imported(other, await exported(one));
    await other.call('POST /_mock/reset');

    expect((await other.call('GET /_mock/cast')).body).toEqual((await one.call('GET /_mock/cast')).body);
  });

  it('of an unchanged server can be imported twice only with `replace`', async () => {
    const [one, other] = [await testServer(), await testServer()];
    const file = await exported(one);

    expect((await imported(other, file)).status).toBe(200);
    const { status, body } = await imported(other, file);
    expect([status, body.detail]).toEqual([409, expect.stringContaining('the world `default`, which has changed')]);
    expect((await imported(other, file, '?replace=true')).status).toBe(200);
  });

  it('replaces worlds and snapshots that exist only with `replace`, and leaves all others', async () => {
    const [one, other] = [await testServer(), await testServer()];
    await inhabited(one);
    const file = await exported(one);
    await imported(other, file);
    await other.call('POST /_mock/worlds', { body: { id: 'others' } });
    await other.call('POST /w/alice/_mock/reset');
    const before = await stateOf(other);
    const { status, body } = await imported(other, file);

    expect([status, body.detail]).toEqual([
      409,
      expect.stringMatching(
        /^Nothing was imported, because this server already has the world `default`.*`alice`.*more\. /,
      ),
    ]);
    expect(await stateOf(other)).toEqual(before);
    expect((await imported(other, file, '?replace=true')).status).toBe(200);
    await one.call('POST /_mock/worlds', { body: { id: 'others' } });
    expect(await stateOf(other)).toEqual(await stateOf(one));
  });

  it('is empty of what has been reset: the default world is unchanged then', async () => {
    const [one, other] = [await testServer(), await testServer()];
    await inhabited(other);
    await other.call('POST /_mock/reset');
    const file = await exported(one);

    expect((await imported(other, file)).status).toBe(200);
  });
});

describe.runIf(hasDriver)('with a data file', () => {
  it('an import is there after a restart, and is exported as it came from memory', async ({ folder }) => {
    const clock = manualClock(START);
    const open = () => openServer({ data: join(folder, 'mock.db') }, { clock });
    const memory = await testServer({}, { clock });
    await inhabited(memory);
    const first = await open();
    await imported(first, await exported(memory));
    await first.close();
    const second = await open();
    onTestFinished(() => second.close());
    const back = await testServer({}, { clock });
    await imported(back, await exported(second));

    expect(await stateOf(second)).toEqual(await stateOf(memory));
    expect(await stateOf(back)).toEqual(await stateOf(memory));
  });
});

describe('a file is refused, and nothing imported', () => {
  it.for<[string, (file: string) => string, RegExp]>([
    ['that is empty', () => '', /is not a file that `nv-auth-mock export`/],
    ['that is something else', () => '{"a": 1}\n', /is not a file that `nv-auth-mock export`/],
    ['that is one long line', () => 'x'.repeat(1_000_000), /is not a file that `nv-auth-mock export`/],
    [
      'of a newer version',
      (file) => file.replace('"format":1', '"format":2'),
      /has format 2, of nv-auth-mock .*Upgrade/,
    ],
    ['that was cut within a line', (file) => file.slice(0, file.length / 2), /ends before its last line/],
    ['that was cut after a line', (file) => file.slice(0, file.lastIndexOf('{"end"')), /ends before its last line/],
    ['that was cut within its last line', (file) => file.slice(0, -10), /ends before its last line/],
    ['with a line that is no JSON', (file) => file.replace('{"row":', '{row:'), /Line \d+ of the file is not/],
    ['with a line of another form', (file) => file.replace('{"row":', '{"rows":'), /Line \d+ of the file is not/],
    ['that was changed', (file) => file.replace('admin@acme.test', 'other@acme.test'), /was changed after the export/],
    ['that goes on after its end', (file) => `${file}{}\n`, /more lines after its last/],
  ])('%s', async ([, change, detail]) => {
    const server = await testServer();
    await server.call('POST /_mock/worlds', { body: { id: 'alice' } });
    const file = await exported(server);
    await server.call('DELETE /_mock/worlds/alice');
    const before = await stateOf(server);
    const { status, body } = await imported(server, change(file));

    expect([status, body.detail]).toEqual([400, expect.stringMatching(detail)]);
    expect(await stateOf(server)).toEqual(before);
  });

  it('that is larger than `--max-state`', async () => {
    const [large, small] = [await testServer(), await testServer({ maxState: 1 })];
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']) {
      await large.call('POST /_mock/worlds', { body: { id } });
    }
    const { status, body } = await imported(small, await exported(large));

    expect([status, body.detail]).toEqual([413, expect.stringContaining('1048576 bytes')]);
    expect((await small.call('GET /_mock/worlds')).body.total).toBe(1);
  });

  it('with more worlds than `--max-worlds`', async () => {
    const [many, few] = [await testServer(), await testServer({ maxWorlds: 1 })];
    for (const id of ['a', 'b']) await many.call('POST /_mock/worlds', { body: { id } });
    const { status, body } = await imported(few, await exported(many));

    expect([status, body.detail]).toEqual([409, expect.stringContaining('`--max-worlds` is 1')]);
    expect((await few.call('GET /_mock/worlds')).body.total).toBe(1);
  });
});

it('an import needs the admin token', async () => {
  const server = await testServer({ adminToken: 'an-admin-token' });

  expect((await server.call('GET /_mock/export')).status).toBe(401);
  expect((await imported(server, '')).status).toBe(401);
});

/** Replicas keep rows of worlds in memory only as long as there is room. */
it.skipIf(inject('roundRobin') === true)(
  'an import that stops tells what it has done, and can be repeated',
  async () => {
    const [earlier, later] = [await testServer(), await testServer()];
    await earlier.call('POST /_mock/worlds', { body: { id: 'p' } });
    for (const id of ['a', 'b']) await later.call('POST /_mock/worlds', { body: { id } });
    const target = await testServer({}, { budgets: { state: 1_500_000 } });
    await imported(target, await exported(earlier));
    const file = await exported(later);
    const { status, body } = await imported(target, file, '?replace=true');

    expect(status).toBe(507);
    expect(body.detail).toMatch(
      /--max-state.* Imported before: world `a`\. Not imported: world `b`, world `default`; .*replace=true/,
    );
    expect(await keptIn(target)).toEqual(['default', 'a', 'p']);
    await target.call('DELETE /_mock/worlds/p');
    expect((await imported(target, file, '?replace=true')).status).toBe(200);
    expect(await keptIn(target)).toEqual(['default', 'a', 'b']);
  },
);
