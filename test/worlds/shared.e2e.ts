/** Worlds that two servers share. */
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, onTestFinished } from 'vitest';
import { manualClock } from '../../src/core/clock.ts';
import { seededRandom } from '../../src/platform/random.ts';
import { describePostgres, it } from '../support/postgres.ts';
import { openServer, START, type TestServer } from '../support/server.ts';
import { withoutBearers } from '../support/worlds.ts';

const pair: TestServer[] = [];
const [one, other] = [0, 1].map(
  (which): TestServer['call'] =>
    (request, given) =>
      (pair[which] as TestServer).call(request, given),
) as [TestServer['call'], TestServer['call']];

describePostgres('worlds that two servers share', () => {
  afterAll(async () => {
    for (const server of pair) await server.close();
  });

  it('begin', async ({ schema }) => {
    const config = { data: schema.url, maxWorlds: 30 };
    for (const _ of [1, 2]) {
      pair.push(await openServer(config, { clock: manualClock(START), random: seededRandom('test') }));
    }
    expect((await other('GET /_mock/cast')).body).toEqual((await one('GET /_mock/cast')).body);
  });

  const make = async (id: string, order: object = {}, call = one) => {
    const { status, body } = await call('POST /_mock/worlds', { body: { id, ...order } });
    expect(status).toBe(201);
    return body;
  };
  const ids = async (call: TestServer['call']) =>
    (await call('GET /_mock/worlds')).body.worlds.map(({ id }: { id: string }) => id).sort();

  describe('a world that one of them made', () => {
    it('is the other one’s, by path, header, host and credential', async () => {
      const { cast } = await make('team', { label: 'of the team' });
      const listed = (await other('GET /_mock/worlds')).body.worlds.find(({ id }: { id: string }) => id === 'team');
      expect(listed.label).toBe('of the team');
      const [account] = cast.runai.serviceAccounts;
      const body = { grantType: 'client_credentials', clientID: account.clientId, clientSecret: account.clientSecret };
      const granted = await other('POST /api/v1/token', { body });
      expect(granted.status).toBe(200);
      const token = granted.body.accessToken;
      expect((await one('GET /api/v1/access-keys', { token })).status).toBe(200);
      const [key] = JSON.stringify(cast).match(/nvapi-[\w-]+/) ?? [''];
      expect((await other('GET /v2/nvcf/functions', { token: key })).status).toBe(200);
      const { body: read } = await other('GET /_mock/cast', { headers: { 'x-mock-world': 'team' } });
      expect(withoutBearers(read)).toEqual(cast);
      expect((await other('GET /_mock/worlds/team')).body.label).toBe('of the team');

      const paths = async (call: TestServer['call']) =>
        (await call('GET /w/team/_mock/requests')).body.requests.map(({ path }: { path: string }) => path);
      expect(await paths(other)).toEqual(['/v2/nvcf/functions', '/api/v1/access-keys', '/api/v1/token']);
      expect(await paths(one)).toEqual(await paths(other));
      expect((await one('GET /_mock/requests')).body.requests).toEqual([]);
    });

    it('shows one fingerprint for a secret, which depends on a key of its own, and hides what the other one made', async () => {
      const { cast } = await make('hidden');
      const [user] = cast.runai.users;
      const { clientId, clientSecret } = user.accessKey;
      const granted = await one('POST /api/v1/token', {
        body: { grantType: 'client_credentials', clientId, clientSecret },
      });
      const token = granted.body.accessToken;
      await other('GET /api/v1/access-keys', { token });
      const made = (await one('POST /api/v1/access-keys', { token, body: { name: 'drawn' } })).body.clientSecret;
      await other(`GET /w/hidden/nothing/${made}`);
      await one(`GET /w/hidden/nothing/${made}`);

      const { requests } = (await one('GET /w/hidden/_mock/requests')).body;
      expect((await other('GET /w/hidden/_mock/requests')).body.requests).toEqual(requests);
      const sent = requests.filter(({ path }: { path: string }) => path.startsWith('/nothing/'));
      const paths = new Set(sent.map(({ path }: { path: string }) => path));
      expect([sent.length, paths.size]).toEqual([2, 1]);
      expect(JSON.stringify(requests)).not.toContain(made);
      await one('DELETE /_mock/worlds/hidden');
      const alone = await openServer({}, { clock: manualClock(START) });
      onTestFinished(() => alone.close());
      expect(paths).not.toContain(`/nothing/${alone.world.activityLog.secrets.fingerprint(made)}`);
    });

    it('has one clock, one mode, one set of faults', async () => {
      await make('shared');
      await other('GET /w/shared/_mock/clock');
      await one('POST /w/shared/_mock/clock/advance', { body: { by: '1h' } });
      expect((await other('GET /w/shared/_mock/clock')).body.ahead).toBe('PT1H');
      await other('PUT /w/shared/_mock/mode', { body: { mode: 'observe' } });
      expect((await one('GET /w/shared/_mock/mode')).body).toEqual({ mode: 'observe' });
      await one('POST /w/shared/_mock/faults', {
        body: { match: { operation: 'listFunctions' }, do: { status: 503, offDocument: true }, times: 1 },
      });
      const answers = [];
      for (const call of [other, one, other]) answers.push((await call('GET /w/shared/v2/nvcf/functions')).status);
      expect(answers).toEqual([503, 401, 401]);
      expect((await other('GET /w/shared/_mock/faults')).body.faults[0]).toMatchObject({ seen: 1, fired: 1 });
      await other('POST /w/shared/_mock/reset');
      expect((await one('GET /w/shared/_mock/clock')).body.ahead).toBe('PT0S');
      expect((await one('GET /w/shared/_mock/mode')).body).toEqual({ mode: 'enforce' });
      expect((await one('GET /w/shared/_mock/faults')).body.faults).toEqual([]);
      expect((await one('GET /w/shared/_mock/requests')).body.requests).toEqual([]);
    });

    it('lets a delayed request go on as soon as the other one removes its fault', async () => {
      const order = { match: { operation: 'listFunctions' }, do: { delay: '5m' } };
      const { body: fault } = await one('POST /w/shared/_mock/faults', { body: order });
      const waiting = other('GET /w/shared/v2/nvcf/functions');
      await setTimeout(200);
      expect((await one(`DELETE /w/shared/_mock/faults/${fault.id}`)).status).toBe(204);
      expect((await waiting).status).toBe(401);
    });

    it('ends for both, and another of its name is another world for both', async () => {
      await make('brief');
      await other('POST /w/brief/_mock/clock/advance', { body: { by: '1h' } });
      await other('GET /w/brief/v2/nvcf/functions');
      expect((await other('DELETE /_mock/worlds/brief')).status).toBe(204);
      const gone = await one('GET /w/brief/_mock/clock');
      expect(gone.status).toBe(404);
      expect(gone.body.detail).toContain('is gone');
      await make('brief', {}, other);
      expect((await one('GET /w/brief/_mock/clock')).body.ahead).toBe('PT0S');
      expect((await one('GET /w/brief/_mock/requests')).body.requests).toEqual([]);
    });

    it('goes back to a snapshot that the other took, which any of them can read', async () => {
      await make('past');
      await one('POST /w/past/_mock/clock/freeze');
      const { id, bytes } = (await other('POST /w/past/_mock/snapshots', { body: { name: 'before' } })).body;
      const { now } = (await other('GET /w/past/_mock/clock')).body;
      await one('POST /w/past/_mock/clock/advance', { body: { by: '1h' } });
      expect((await one('GET /w/past/_mock/snapshots')).body.snapshots).toMatchObject([{ id, name: 'before', bytes }]);
      expect((await one(`POST /w/past/_mock/snapshots/${id}/restore`)).body).toEqual({ status: 'restored', now });
      expect((await other('GET /w/past/_mock/clock')).body).toMatchObject({ now, frozen: true });
      await make('from-past', { from: { snapshot: id } });
      expect((await other('GET /w/from-past/_mock/clock')).body).toMatchObject({ now, frozen: true });
      expect((await one(`DELETE /_mock/snapshots/${id}`)).status).toBe(204);
      expect((await other(`GET /_mock/snapshots/${id}`)).status).toBe(404);
    });

    it('can be copied by the other, and each goes its own way', async () => {
      await make('original');
      await one('POST /w/original/_mock/clock/advance', { body: { by: '1h' } });
      const copy = await make('copy', { from: { world: 'original' } }, other);
      expect(copy.credentials).toBe('own');
      await other('POST /w/copy/_mock/clock/advance', { body: { by: '1h' } });
      expect((await one('GET /w/copy/_mock/clock')).body.ahead).toBe('PT2H');
      expect((await one('GET /w/original/_mock/clock')).body.ahead).toBe('PT1H');
    });
  });

  it('are made once, of many who make one of the same name', async () => {
    const making = Array.from({ length: 20 }, (_, index) =>
      [one, other][index % 2]?.('POST /_mock/worlds', { body: { id: 'wanted' } }),
    );
    const statuses = (await Promise.all(making)).map((answer) => answer?.status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(19);
  });

  it('are no more than the limit, whoever makes them', async () => {
    const there = (await ids(one)).length - 1;
    const making = Array.from({ length: 40 - there }, (_, index) =>
      [one, other][index % 2]?.('POST /_mock/worlds', { body: { id: `many-${index}` } }),
    );
    const statuses = (await Promise.all(making)).map((answer) => answer?.status);
    const expected = statuses.map((_, index) => (index < 30 - there ? 201 : 409));
    expect(statuses.toSorted()).toEqual(expected);
    expect(await ids(other)).toEqual(await ids(one));
    const crowded = await other('POST /_mock/worlds', { body: { id: 'more' } });
    expect(crowded.status).toBe(409);
    expect(crowded.body.detail).toContain('`--max-worlds` is 30');
    for (const id of await ids(one)) if (id !== 'default') await one(`DELETE /_mock/worlds/${id}`);
    expect(await ids(other)).toEqual(['default']);
  });

  it('end when nobody has used them for as long as they last, in any server', async () => {
    const clock = pair.map((server) => server.clock);
    await make('short', { ttl: '10m' });
    for (const each of clock) each.set(each.now() + 9 * 60_000);
    expect((await other('GET /w/short/_mock/clock')).status).toBe(200);
    await setTimeout(50);
    for (const each of clock) each.set(each.now() + 9 * 60_000);
    expect((await one('GET /w/short/_mock/clock')).status).toBe(200);
    await setTimeout(50);
    for (const each of clock) each.set(each.now() + 10 * 60_000);
    expect(await ids(other)).toEqual(['default']);
    expect((await one('GET /w/short/_mock/clock')).status).toBe(404);
  });
});
