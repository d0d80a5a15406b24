import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { createManualClock } from '../../../src/lib/clock.ts';
import { UserError } from '../../../src/lib/errors.ts';
import { hasDriver } from '../../support/driver.ts';
import { it } from '../../support/in-folder.ts';
import { openServer, START, type TestServer } from '../../support/server.ts';

type Config = Parameters<typeof openServer>[0];

/** Starts servers one after the other on the same data file; their clock runs on between them. */
function prepareServers(folder: string) {
  const clock = createManualClock(START);
  let server: TestServer | undefined;
  onTestFinished(() => server?.close());
  return {
    clock,
    start: async (config: Config = {}): Promise<TestServer> => {
      await server?.close();
      server = await openServer({ data: join(folder, 'mock.db'), ...config }, { clock });
      return server;
    },
  };
}

const KEY = {
  type: 'service',
  name: 'made',
  services: ['nvcf'],
  scopes: ['list_functions'],
  resource: { type: 'All Functions' },
};
/** Removes `ahead`, which shrinks for a frozen clock as the real time passes. */
const removeAhead = ({ ahead: _, ...body }: Record<string, unknown>) => body;
const listIds = async ({ call }: TestServer) =>
  (await call('GET /_mock/worlds')).body.worlds.map(({ id }: { id: string }) => id);

describe.runIf(hasDriver)('after a restart with a data file', () => {
  it('the default world keeps its creation time, even after a reset and with another mode', async ({ folder }) => {
    const { clock, start } = prepareServers(folder);
    const readCreationTime = async ({ call }: TestServer) => (await call('GET /_mock/worlds')).body.worlds[0].createdAt;
    const first = await start();
    await first.call('POST /_mock/reset');
    const before = await readCreationTime(first);
    clock.set(clock.now() + 3_600_000);
    const second = await start();

    expect(await readCreationTime(second)).toBe(before);
    clock.set(clock.now() + 3_600_000);
    expect(await readCreationTime(await start())).toBe(before);
  });

  it('worlds are restored with their keys, objects and credentials, and deleted worlds are not', async ({ folder }) => {
    const { start } = prepareServers(folder);
    const first = await start();
    const { body: alice } = await first.call('POST /_mock/worlds', { body: { id: 'alice', label: 'of alice' } });
    const { body: copy } = await first.call('POST /_mock/worlds', {
      body: { id: 'copy', from: { world: 'alice' }, credentials: 'cast' },
    });
    await first.call('POST /_mock/worlds', { body: { id: 'gone' } });
    await first.call('DELETE /_mock/worlds/gone');
    const { body: made } = await first.call('POST /w/alice/_mock/keys', { body: KEY });
    const cast = (await first.call('GET /w/alice/_mock/cast')).body;
    const full = cast.ngc.keys.find(({ name }: { name: string }) => name === 'nvcf-full-access');
    const trySharedKey = async ({ call }: TestServer) =>
      Promise.all(
        ['', '/w/alice', '/w/copy'].map(async (at) => {
          const { status, decision } = await call(`GET ${at}/v2/nvcf/functions`, { token: full.key });
          return [status, decision?.reason];
        }),
      );
    const before = await trySharedKey(first);
    const second = await start();

    expect(await listIds(second)).toEqual(['default', 'alice', 'copy']);
    expect((await second.call('GET /w/alice/_mock/cast')).body).toEqual(cast);
    expect((await second.call('GET /v2/nvcf/functions', { token: made.key })).status).toBe(200);
    expect((await second.call('GET /w/gone/_mock/health')).status).toBe(404);
    expect((await second.call('GET /_mock/worlds/alice')).body).toMatchObject({
      createdAt: alice.createdAt,
      label: 'of alice',
    });
    expect(second.notices).toContain('2 worlds of --data are back.');
    expect(copy.ambiguous.length).toBeGreaterThan(0);
    expect(await trySharedKey(second)).toEqual(before);
    expect(before.map(([status]) => status)).toEqual([403, 200, 200]);
  });

  it('each world has its clock, signing key, faults and pending edits', async ({ folder }) => {
    const { start, clock } = prepareServers(folder);
    // An RSA key is slow to generate.
    const options = { signingKey: 'ES256' };
    const first = await start(options);
    await first.call('POST /_mock/worlds', { body: { id: 'alice' } });
    for (const at of ['', '/w/alice']) {
      await first.call(`PUT ${at}/_mock/propagation`, { body: { mode: 'fixed' } });
      await first.call(`POST ${at}/_mock/clock/freeze`);
      await first.call(`POST ${at}/_mock/clock/advance`, { body: { by: '1h' } });
      await first.call(`POST ${at}/_mock/tokens/rotate-signing-key`, { body: {} });
      const fault = { match: { operation: 'listFunctions' }, do: { status: 503, offDocument: true }, times: 2 };
      expect((await first.call(`POST ${at}/_mock/faults`, { body: fault })).status).toBe(201);
    }
    const { body: made } = await first.call('POST /w/alice/_mock/keys', { body: KEY });
    await first.call(`PATCH /w/alice/_mock/keys/${made.id}`, { body: { scopes: ['deploy_function'], force: true } });
    expect((await first.call('GET /v2/nvcf/functions', { token: made.key })).status).toBe(503);
    const readState = async (server: TestServer) => {
      const all = ['/w/alice', ''].flatMap((at) =>
        ['clock', 'propagation', 'tokens/zoo/keys'].map((page) => `GET ${at}/_mock/${page}`),
      );
      return Promise.all(
        [...all, `GET /w/alice/_mock/keys/${made.id}`].map(async (request) =>
          removeAhead((await server.call(request)).body),
        ),
      );
    };
    const before = await readState(first);
    clock.set(clock.now() + 60_000);
    const second = await start(options);

    expect(await readState(second)).toEqual(before);
    const [fault] = (await second.call('GET /w/alice/_mock/faults')).body.faults;
    expect(fault).toMatchObject({ seen: 1, fired: 1 });
    const statuses = [];
    for (let sent = 0; sent < 2; sent += 1) {
      statuses.push((await second.call('GET /v2/nvcf/functions', { token: made.key })).status);
    }
    // The fault is injected for the second and last time; the edit has not taken effect yet.
    expect(statuses).toEqual([503, 200]);
  });

  it.for(['own', 'cast'])(
    'worlds with their %s credentials take as much memory as before',
    async (credentials, { folder }) => {
      const { start, clock } = prepareServers(folder);
      const first = await start();
      for (let number = 0; number < 50; number += 1) {
        // A new template, with other times.
        if (number % 20 === 0) clock.set(clock.now() + 2000);
        const id = `world-${number}`;
        await first.call('POST /_mock/worlds', { body: { id, credentials, label: id } });
        if (number % 3 > 0) continue;
        const { keys } = (await first.call(`GET /w/${id}/_mock/keys`)).body;
        await first.call(`PATCH /w/${id}/_mock/keys/${keys[0].id}`, { body: { name: 'changed' } });
        await first.call(`DELETE /w/${id}/_mock/keys/${keys[1].id}`);
        await first.call(`POST /w/${id}/_mock/keys`, { body: KEY });
      }
      const readBytes = async ({ call }: TestServer) => (await call('GET /_mock/info')).body.store.bytes;
      const readKeys = async ({ call }: TestServer) => (await call('GET /w/world-0/_mock/keys')).body;
      const [bytes, keys] = [await readBytes(first), await readKeys(first)];
      const second = await start();

      const ratio = (await readBytes(second)) / bytes;
      expect([ratio > 0.9, ratio < 1.05], `${bytes} x ${ratio}`).toEqual([true, true]);
      expect(await readKeys(second)).toEqual(keys);
    },
  );

  it('a state that no longer fits into the limit stops the start, with the option in the message', async ({
    folder,
  }) => {
    const data = join(folder, 'mock.db');
    const clock = createManualClock(START);
    const first = await openServer({ data, world: ['alice'] }, { clock });
    const { bytes } = (await first.call('GET /_mock/info')).body.store;
    await first.close();
    const open = async (maxStateBytes: number) => (await openServer({ data }, { clock, maxStateBytes })).close();

    // A server that was full starts again.
    await open(bytes);
    await expect(open(bytes / 2)).rejects.toMatchObject({
      name: new UserError('').name,
      message: expect.stringMatching(
        /^--data .* has worlds that take more than \d+ MB of memory, .*--max-state|NODE_OPTIONS/,
      ),
    });
  });

  it('snapshots are listed and can be restored', async ({ folder }) => {
    const { start } = prepareServers(folder);
    const first = await start({ world: ['alice'] });
    const { body: snapshot } = await first.call('POST /w/alice/_mock/snapshots', { body: { name: 'empty' } });
    const { body: made } = await first.call('POST /w/alice/_mock/keys', { body: KEY });
    const second = await start({ world: ['alice'] });

    expect((await second.call('GET /w/alice/_mock/snapshots')).body.snapshots).toEqual([snapshot]);
    expect((await second.call(`POST /w/alice/_mock/snapshots/${snapshot.id}/restore`)).status).toBe(200);
    expect((await second.call(`GET /w/alice/_mock/keys/${made.id}`)).status).toBe(404);
    expect((await second.call(`DELETE /_mock/snapshots/${snapshot.id}`)).status).toBe(204);
    const third = await start();
    expect((await third.call(`GET /w/alice/_mock/keys/${made.id}`)).status).toBe(404);
    expect((await third.call('GET /_mock/snapshots')).body.snapshots).toEqual([]);
  });

  it('a world without use during its TTL is deleted and reported', async ({ folder }) => {
    const { start, clock } = prepareServers(folder);
    const first = await start();
    for (const id of ['one', 'two', 'three', 'four', 'five', 'six', 'seven']) {
      await first.call('POST /_mock/worlds', { body: { id, ttl: id === 'one' ? '3h' : '1h' } });
    }
    clock.set(clock.now() + 7_200_000);
    const second = await start();

    expect(await listIds(second)).toEqual(['default', 'one']);
    expect(second.notices).toContain(
      '1 world of --data is back, and 6 worlds ended without use: `two`, `three`, `four`, `five`, `six` and 1 more.',
    );
    expect((await start()).notices).toContain('1 world of --data is back.');
  });

  it('a world with a recent use is kept', async ({ folder }) => {
    const { start, clock } = prepareServers(folder);
    const first = await start();
    await first.call('POST /_mock/worlds', { body: { id: 'alice', ttl: '1h' } });
    clock.set(clock.now() + 3_000_000);
    await first.call('GET /w/alice/_mock/health');
    clock.set(clock.now() + 3_000_000);

    expect(await listIds(await start())).toEqual(['default', 'alice']);
  });

  it('`--reseed` replaces only the default world, and `--world` keeps an existing world', async ({ folder }) => {
    const { start } = prepareServers(folder);
    const first = await start({ world: ['alice'] });
    const made = [];
    for (const at of ['', '/w/alice']) made.push((await first.call(`POST ${at}/_mock/keys`, { body: KEY })).body.id);
    const second = await start({ world: ['alice', 'bob'], reseed: true });

    expect((await second.call(`GET /_mock/keys/${made[0]}`)).status).toBe(404);
    expect((await second.call(`GET /w/alice/_mock/keys/${made[1]}`)).status).toBe(200);
    expect(await listIds(second)).toEqual(['default', 'alice', 'bob']);
  });
});
