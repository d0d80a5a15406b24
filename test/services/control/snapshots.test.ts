/** Snapshots: create, restore, copy and delete. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createDeferred } from '../../support/deferred.ts';
import { hasDriver } from '../../support/driver.ts';
import { testServer } from '../../support/server.ts';
import { makeWorld, orderWorld, tokenOf, withoutBearers } from '../../support/worlds.ts';

const server = await testServer();
const AIR = { type: 'service', services: ['air'], scopes: ['air:access', 'air:simulation_read'] };

/** Creates a world and a key that is not in its seed. */
async function makeWorldWithKey(options: object = {}) {
  const world = await makeWorld(server, options);
  const { body: made } = await world.call('POST /_mock/keys', { body: { ...AIR, name: 'made' } });
  return { ...world, made: made as { id: string; key: string } };
}

const tryKey = async (call: typeof server.call, token: string) => {
  const { status, decision } = await call('GET /api/v3/simulations/', { token });
  return status === 200 ? 'allowed' : decision.reason;
};

describe('a snapshot', () => {
  it('restores the state, propagation and clock of a world', async () => {
    const { call, made } = await makeWorldWithKey();
    await call('PUT /_mock/propagation', { body: { mode: 'fixed', delay: '7m' } });
    await call('POST /_mock/clock/advance', { body: { by: '1h' } });
    const { status, body: snapshot } = await call('POST /_mock/snapshots', { body: { name: 'before' } });
    await call(`DELETE /_mock/keys/${made.id}`);
    await call('PUT /_mock/propagation', { body: { mode: 'off' } });
    await call('POST /_mock/clock/advance', { body: { by: '5h' } });
    const outcome = await tryKey(call, made.key);
    const { body: restored } = await call(`POST /_mock/snapshots/${snapshot.id}/restore`);

    expect([status, snapshot.name, snapshot.at]).toEqual([201, 'before', '2026-01-15T13:00:00.000Z']);
    expect([outcome, await tryKey(call, made.key)]).toEqual(['unknown_key', 'allowed']);
    expect(restored).toEqual({ status: 'restored', now: '2026-01-15T13:00:00.000Z' });
    expect((await call('GET /_mock/clock')).body.now).toBe('2026-01-15T13:00:00.000Z');
    expect((await call('GET /_mock/propagation')).body).toMatchObject({ mode: 'fixed', delay: 'PT7M' });
  });

  it('can be restored repeatedly, and the clock runs on from its time', async () => {
    const own = await testServer();
    const { body: snapshot } = await own.call('POST /_mock/snapshots');
    own.clock.set(own.clock.now() + 3_600_000);
    const restore = () => own.call(`POST /_mock/snapshots/${snapshot.id}/restore`);
    const [first, second] = [await restore(), await restore()];
    own.clock.set(own.clock.now() + 60_000);

    expect([first.body.now, second.body.now]).toEqual(['2026-01-15T12:00:00.000Z', '2026-01-15T12:00:00.000Z']);
    expect((await own.call('GET /_mock/clock')).body.now).toBe('2026-01-15T12:01:00.000Z');
  });

  it('keeps the decisions of its world when it is restored', async () => {
    const { call, made } = await makeWorldWithKey();
    const { body: snapshot } = await call('POST /_mock/snapshots');
    const { decision } = await call('GET /api/v3/simulations/', { token: made.key });
    await call(`POST /_mock/snapshots/${snapshot.id}/restore`);

    expect((await call(`GET /_mock/decisions/${decision.id}`)).status).toBe(200);
  });

  it('is listed in its world only, read by id and deleted', async () => {
    const { call, id } = await makeWorldWithKey();
    const { body: first } = await call('POST /_mock/snapshots');
    const { body: second } = await call('POST /_mock/snapshots', { body: { name: 'second' } });
    const { body: listed } = await call('GET /_mock/snapshots');
    const { body: elsewhere } = await server.call('GET /_mock/snapshots');
    const { body: read } = await call(`GET /_mock/snapshots/${second.id}`);
    const deleted = await call(`DELETE /_mock/snapshots/${first.id}`);

    expect(listed.snapshots.map((snapshot: { id: string }) => snapshot.id)).toEqual([second.id, first.id]);
    expect(elsewhere.snapshots).toEqual([]);
    expect(read).toEqual({ ...second, name: 'second', world: id });
    expect([deleted.status, (await call(`GET /_mock/snapshots/${first.id}`)).status]).toEqual([204, 404]);
  });

  it('of another world is rejected with 409, which suggests creating a world from it', async () => {
    const { call } = await makeWorldWithKey();
    const { body: snapshot } = await call('POST /_mock/snapshots');
    const { status, body } = await server.call(`POST /_mock/snapshots/${snapshot.id}/restore`);

    expect([status, body.detail]).toEqual([409, expect.stringContaining('POST /_mock/worlds')]);
  });

  it.each(['GET ', 'POST /restore', 'DELETE '])(
    'of another world returns 404, except under the default world: %s',
    async (request) => {
      const [method, path = ''] = request.split(' ');
      const [alice, bob] = [await makeWorldWithKey(), await makeWorld(server)];
      const [{ body: snapshotOfAlice }, { body: snapshotOfDefault }] = [
        await alice.call('POST /_mock/snapshots'),
        await server.call('POST /_mock/snapshots'),
      ];
      for (const id of [snapshotOfAlice.id, snapshotOfDefault.id]) {
        const { status, body } = await bob.call(`${method} /_mock/snapshots/${id}${path}`);
        expect([status, body.detail]).toEqual([404, expect.stringContaining('/_mock/snapshots')]);
      }
      const copy = await orderWorld(server, { from: { snapshot: snapshotOfAlice.id } });
      const atDefault = await server.app.inject({
        method: method as 'GET',
        url: `/_mock/snapshots/${snapshotOfAlice.id}${path}`,
        headers: { host: 'localhost' },
      });

      expect(copy.status).toBe(201);
      expect(atDefault.statusCode).toBe({ POST: 409, GET: 200, DELETE: 204 }[method as string]);
    },
  );

  it.each(['GET ', 'DELETE ', 'POST /restore'])('that does not exist returns 404: %s', async (request) => {
    const [method, path = ''] = request.split(' ');
    const { status, body } = await server.call(`${method} /_mock/snapshots/nothing${path}`);

    expect([status, body.detail]).toEqual([404, expect.stringContaining('/_mock/snapshots')]);
  });

  it('ends with its world, so that a suite of tests never reaches the limit, and its memory is free again', async () => {
    const readBytes = async () => (await server.call('GET /_mock/info')).body.store.bytes;
    const round = async () => {
      const { call, id } = await makeWorldWithKey();
      const { body: snapshot } = await call('POST /_mock/snapshots');
      await server.call(`DELETE /_mock/worlds/${id}`);
      return snapshot.id;
    };
    const first = await round();
    const before = await readBytes();
    for (let number = 0; number < 101; number += 1) await round();
    expect(await readBytes()).toBe(before);
    expect((await server.call('POST /_mock/snapshots')).status).toBe(201);
    expect((await server.call(`GET /_mock/snapshots/${first}`)).status).toBe(404);
    expect((await orderWorld(server, { from: { snapshot: first } })).status).toBe(404);
  });

  it('of a deleted world is not in the next world with its id', async () => {
    const { call, id } = await makeWorldWithKey();
    const { body: snapshot } = await call('POST /_mock/snapshots');
    await server.call(`DELETE /_mock/worlds/${id}`);
    const next = await makeWorld(server, { id });

    expect((await next.call('GET /_mock/snapshots')).body.snapshots).toEqual([]);
    expect((await next.call(`POST /_mock/snapshots/${snapshot.id}/restore`)).status).toBe(404);
  });

  it('of a world that is deleted while it is copied is copied first', async () => {
    const { call, id } = await makeWorldWithKey();
    const { body: snapshot } = await call('POST /_mock/snapshots');
    const [begun, goOn] = [createDeferred(), createDeferred()];
    const create = server.worlds.create.bind(server.worlds);
    vi.spyOn(server.worlds, 'create').mockImplementationOnce(async (order) => {
      begun.resolve();
      await goOn.promise;
      return create(order);
    });
    const copying = orderWorld(server, { from: { snapshot: snapshot.id } });
    await begun.promise;
    const deleting = server.call(`DELETE /_mock/worlds/${id}`);
    const readStatus = async () => (await server.call(`GET /_mock/snapshots/${snapshot.id}`)).status;
    await expect.poll(readStatus).toBe(404);
    expect((await orderWorld(server, { from: { snapshot: snapshot.id } })).status).toBe(404);
    goOn.resolve();
    const [copy, deleted] = await Promise.all([copying, deleting]);

    expect([copy.status, deleted.status]).toEqual([201, 204]);
    expect((await server.call(`GET /w/${copy.body.id}/_mock/cast`)).status).toBe(200);
  });

  it.runIf(hasDriver)('of the default world ends when `--reseed` replaces that world', async () => {
    const data = join(await mkdtemp(join(tmpdir(), 'snapshot-')), 'mock.db');
    const first = await testServer({ data });
    await first.call('POST /_mock/snapshots');
    await first.close();
    const second = await testServer({ data, reseed: true });

    expect((await second.call('GET /_mock/snapshots')).body.snapshots).toEqual([]);
  });

  it('is rejected with 409 beyond the limit of 100', async () => {
    const own = await testServer();
    const [first] = await Promise.all(Array.from({ length: 100 }, () => own.call('POST /_mock/snapshots')));
    const { status, body } = await own.call('POST /_mock/snapshots');
    await own.call(`DELETE /_mock/snapshots/${first?.body.id}`);
    const retried = await own.call('POST /_mock/snapshots');

    expect([status, body.detail, retried.status]).toEqual([409, expect.stringContaining('DELETE'), 201]);
  });
});

describe('a copy of a world', () => {
  it('has the state and time of the source, and new credentials', async () => {
    const { call, id, made } = await makeWorldWithKey();
    await call('POST /_mock/clock/advance', { body: { by: '3h' } });
    const copy = await makeWorld(server, { from: { world: id } });
    const [created] = copy.made.created.keys;

    expect((await copy.call('GET /_mock/clock')).body.now).toBe('2026-01-15T15:00:00.000Z');
    expect(created).toMatchObject({ id: made.id, name: 'made', org: 'acme' });
    expect(created.key).not.toBe(made.key);
    expect([await tryKey(copy.call, made.key), await tryKey(server.call, created.key)]).toEqual([
      'other_world',
      'allowed',
    ]);
  });

  it('has valid new credentials for everything created after the seed', async () => {
    const source = await makeWorld(server, {});
    const token = await tokenOf(source.call, source.cast.runai.users[0].accessKey);
    await source.call('POST /api/v1/access-keys', { token, body: { name: 'made' } });
    await source.call('POST /api/v1/apps', { token, body: { name: 'made-app' } });
    await source.call('POST /api/v1/service-accounts', { token, body: { name: 'made-bot' } });
    const copy = await makeWorld(server, { from: { world: source.id } });
    const { keys, accessKeys, applications, serviceAccounts, clients } = copy.made.created;
    const [app] = applications;

    expect([keys, clients]).toEqual([[], []]);
    expect([accessKeys.length, applications.length, serviceAccounts.length]).toEqual([1, 1, 1]);
    await tokenOf(server.call, accessKeys[0]);
    await tokenOf(server.call, serviceAccounts[0]);
    const grant = { grantType: 'app_token', appID: app.clientId, appSecret: app.secret };
    expect((await server.grant(grant)).status).toBe(200);
    expect(app.clientId).toBe(`made-app-${copy.id}`);
  });

  it('has distinct client ids even for names that contain the id of the world', async () => {
    const source = await makeWorld(server, { id: 'alike' });
    const token = await tokenOf(source.call, source.cast.runai.users[0].accessKey);
    for (const name of ['alike', 'alike-alike', 'made', 'made-alike']) {
      await source.call('POST /api/v1/apps', { token, body: { name } });
    }
    const copy = await makeWorld(server, { id: 'copied', from: { world: 'alike' } });
    const grants = copy.made.created.applications.map(
      ({ clientId: appID, secret: appSecret }: { clientId: string; secret: string }) =>
        copy.call('POST /api/v1/token', { body: { grantType: 'app_token', appID, appSecret } }),
    );

    expect((await Promise.all(grants)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await tokenOf(server.call, copy.cast.runai.users[0].accessKey);
  });

  it('with `credentials: cast` keeps the credentials, also after a reset and in a further copy', async () => {
    const source = await makeWorld(server, {});
    const copy = await makeWorld(server, { from: { world: source.id }, credentials: 'cast' });
    const [{ accessKey }] = source.cast.runai.users;

    expect(copy.cast).toEqual(source.cast);
    await copy.call('POST /_mock/reset');
    expect(withoutBearers((await copy.call('GET /_mock/cast')).body)).toEqual(copy.cast);
    await tokenOf(copy.call, accessKey);
    const further = await makeWorld(server, { from: { world: copy.id } });
    await tokenOf(server.call, further.cast.runai.users[0].accessKey);
  });

  it('is reset to the seed with its own credentials', async () => {
    const { id } = await makeWorldWithKey();
    const copy = await makeWorld(server, { from: { world: id } });
    const [created] = copy.made.created.keys;
    await copy.call('POST /_mock/reset');

    expect(await tryKey(copy.call, created.key)).toBe('unknown_key');
    expect(withoutBearers((await copy.call('GET /_mock/cast')).body)).toEqual(copy.cast);
    await tokenOf(copy.call, copy.cast.runai.users[0].accessKey);
  });
});
