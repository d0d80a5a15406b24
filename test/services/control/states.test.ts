/** Provider states, as verifiers of contracts set them up, through HTTP. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../src/time/clock.ts';
import { admin } from '../../support/cast.ts';
import { hasDriver } from '../../support/driver.ts';
import { emptyFolder } from '../../support/folder.ts';
import { openServer, START, type TestServer, testServer } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

type Call = TestServer['call'];
const server = await testServer();

const change = (call: Call, action: 'setup' | 'teardown', state: string, params: object = {}, more: object = {}) =>
  call('POST /_mock/states', { body: { state, params, action, ...more } });
const setup = (call: Call, state: string, params?: object) => change(call, 'setup', state, params);
const teardown = (call: Call, state: string, params?: object) => change(call, 'teardown', state, params);

const RESOURCE = { resource: { type: 'All Functions' } };
const KEY = { type: 'service', name: 'contract', services: ['nvcf'], scopes: ['list_functions'], ...RESOURCE };
const FAULT = { match: { operation: 'get_access_keys' }, do: { status: 503, offDocument: true } };
const lists = async (call: Call, key: string) => {
  const { status, decision } = await call('GET /v2/nvcf/functions', { token: key });
  return status === 200 ? 'allowed' : decision.reason;
};
const faults = async (call: Call) => (await call('GET /_mock/faults')).body.total;

describe('provider states', () => {
  it('are listed with their parameters, which are those of the endpoints', async () => {
    const { body } = await server.call('GET /_mock/states');
    const params = Object.fromEntries(
      body.states.map((one: { name: string; params: string[] }) => [one.name, one.params]),
    );

    expect(params).toEqual({
      'a reset mock': [],
      'an identity': ['name'],
      'a key with scopes': expect.arrayContaining(['type', 'name', 'services', 'scopes', 'resource', 'roles', 'user']),
      'the clock is moved': ['by', 'to'],
      'a world': ['id', 'seed', 'from', 'credentials', 'ttl', 'label'],
      'a fault': ['match', 'times', 'after', 'do'],
      'a snapshot is restored': ['name'],
    });
    expect(body).toMatchObject({ total: 7, dropped: 0, next: null });
  });

  it.each([
    ['a user', admin.email, 'GET /api/v1/access-keys'],
    ['an NGC key', 'owner', 'GET /v2/nvcf/functions'],
  ])('give the credential of %s', async (_who, name, request) => {
    const { status, body, headers } = await setup(server.call, 'an identity', { name });

    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
    expect((await server.call(request, { token: body.bearer })).status).toBe(200);
  });

  it('make a key, and delete it', async () => {
    const { call } = await makeWorld(server);
    const { body: made } = await setup(call, 'a key with scopes', KEY);
    const before = await lists(call, made.key);
    // Members in another order are the same parameters.
    const { status, body } = await teardown(call, 'a key with scopes', { ...RESOURCE, ...KEY });

    expect([before, status, body]).toEqual(['allowed', 200, {}]);
    expect(await lists(call, made.key)).toBe('unknown_key');
    expect((await call(`GET /_mock/keys/${made.id}`)).status).toBe(404);
  });

  it('replace the key of a setup that is repeated, so that none is left behind', async () => {
    const { call } = await makeWorld(server);
    const { total } = (await call('GET /_mock/keys')).body;
    const first = (await setup(call, 'a key with scopes', KEY)).body;
    const second = (await setup(call, 'a key with scopes', KEY)).body;

    expect([await lists(call, first.key), await lists(call, second.key)]).toEqual(['unknown_key', 'allowed']);
    expect((await call('GET /_mock/keys')).body.total).toBe(total + 1);
    await teardown(call, 'a key with scopes', KEY);
    expect((await call('GET /_mock/keys')).body.total).toBe(total);
  });

  it('leave one key when many setups are simultaneous', async () => {
    const { call } = await makeWorld(server);
    const { total } = (await call('GET /_mock/keys')).body;
    const all = await Promise.all(Array.from({ length: 8 }, () => setup(call, 'a key with scopes', KEY)));

    expect(all.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect((await call('GET /_mock/keys')).body.total).toBe(total + 1);
  });

  it('keep apart what two consumers set up', async () => {
    const { call } = await makeWorld(server);
    const [one, other] = [{ consumer: 'one' }, { consumer: 'other' }];
    const { body: ofOne } = await change(call, 'setup', 'a key with scopes', KEY, one);
    const { body: ofOther } = await change(call, 'setup', 'a key with scopes', KEY, other);
    await change(call, 'teardown', 'a key with scopes', KEY, one);

    expect([await lists(call, ofOne.key), await lists(call, ofOther.key)]).toEqual(['unknown_key', 'allowed']);
  });

  it('add a fault, and remove it', async () => {
    const { call } = await makeWorld(server);
    const token = (await call('GET /_mock/cast')).body.runai.users[0].bearer;
    await setup(call, 'a fault', FAULT);
    await setup(call, 'a fault', FAULT);
    const injected = (await call('GET /api/v1/access-keys', { token })).status;
    const added = await faults(call);
    await teardown(call, 'a fault', FAULT);

    expect([injected, added, await faults(call)]).toEqual([503, 1, 0]);
    expect((await call('GET /api/v1/access-keys', { token })).status).toBe(200);
  });

  it('move the clock by a duration, to a time and to the next event', async () => {
    const { call } = await makeWorld(server);
    const by = await setup(call, 'the clock is moved', { by: '25h' });
    const to = await setup(call, 'the clock is moved', { to: '2026-02-01T00:00:00Z' });
    await teardown(call, 'the clock is moved', { by: '25h' });

    expect([by.body, to.body]).toEqual([{ now: '2026-01-16T13:00:00.000Z' }, { now: '2026-02-01T00:00:00.000Z' }]);
    expect((await call('GET /_mock/clock')).body.now).toBe('2026-02-01T00:00:00.000Z');
    const { body: later } = await setup(call, 'a reset mock');
    expect(later).toEqual({ now: '2026-01-15T12:00:00.000Z' });
  });

  it('make a world that a teardown deletes, even if its setup was repeated', async () => {
    const { body } = await setup(server.call, 'a world', { id: 'contract' });
    await setup(server.call, 'a world', { id: 'contract' });
    const there = (await server.call('GET /_mock/worlds/contract')).status;
    await teardown(server.call, 'a world', { id: 'contract' });

    expect([body.id, body.url, there]).toEqual(['contract', 'http://localhost:6625/w/contract', 200]);
    expect((await server.call('GET /_mock/worlds/contract')).status).toBe(404);
  });

  it('keep a world that was there before, or that somebody else made since', async () => {
    const { id } = await makeWorld(server, { id: 'kept' });
    await setup(server.call, 'a world', { id });
    await teardown(server.call, 'a world', { id });
    expect((await server.call(`GET /_mock/worlds/${id}`)).status).toBe(200);

    await setup(server.call, 'a world', { id: 'again' });
    await server.call('DELETE /_mock/worlds/again');
    server.clock.set(server.clock.now() + 1);
    await makeWorld(server, { id: 'again' });
    await teardown(server.call, 'a world', { id: 'again' });
    expect((await server.call('GET /_mock/worlds/again')).status).toBe(200);
  });

  it('make a world again that has ended since its setup', async () => {
    await setup(server.call, 'a world', { id: 'ended' });
    await server.call('DELETE /_mock/worlds/ended');
    const { status } = await setup(server.call, 'a world', { id: 'ended' });

    expect([status, (await server.call('GET /_mock/worlds/ended')).status]).toEqual([200, 200]);
    await teardown(server.call, 'a world', { id: 'ended' });
    expect((await server.call('GET /_mock/worlds/ended')).status).toBe(404);
  });

  it('restore the newest of the snapshots with one name', async () => {
    const { call } = await makeWorld(server);
    await call('POST /_mock/snapshots', { body: { name: 'start' } });
    const { body: made } = await call('POST /_mock/keys', { body: KEY });
    const { body: newest } = await call('POST /_mock/snapshots', { body: { name: 'start' } });
    await call(`DELETE /_mock/keys/${made.id}`);
    const { body } = await setup(call, 'a snapshot is restored', { name: 'start' });

    expect(body.id).toBe(newest.id);
    expect((await call(`GET /_mock/keys/${made.id}`)).status).toBe(200);
  });

  it.each([
    'a reset mock',
    'an identity',
    'a key with scopes',
    'the clock is moved',
    'a world',
    'a fault',
    'a snapshot is restored',
  ])('are torn down without a setup: %s', async (state) => {
    const { status, body } = await teardown(server.call, state);

    expect([status, body]).toEqual([200, {}]);
  });

  it('are forgotten by a reset', async () => {
    const { call } = await makeWorld(server);
    await setup(call, 'a fault', FAULT);
    await setup(call, 'a reset mock');
    const { status } = await teardown(call, 'a fault', FAULT);

    expect([status, await faults(call)]).toEqual([200, 0]);
  });

  it('are torn down in their world only', async () => {
    const [one, other] = [await makeWorld(server), await makeWorld(server)];
    await setup(one.call, 'a fault', FAULT);
    await teardown(other.call, 'a fault', FAULT);

    expect([await faults(one.call), await faults(other.call)]).toEqual([1, 0]);
  });

  it.runIf(hasDriver)('are torn down after a restart', async () => {
    const clock = createManualClock(START);
    const data = join(await emptyFolder(), 'mock.db');
    const before = await openServer({ data }, { clock });
    const { body: made } = await setup(before.call, 'a key with scopes', KEY);
    await setup(before.call, 'a fault', FAULT);
    await before.close();
    const after = await openServer({ data }, { clock });
    const there = [(await after.call(`GET /_mock/keys/${made.id}`)).status, await faults(after.call)];
    await teardown(after.call, 'a key with scopes', KEY);
    await teardown(after.call, 'a fault', FAULT);
    const gone = [(await after.call(`GET /_mock/keys/${made.id}`)).status, await faults(after.call)];
    await after.close();

    expect([there, gone]).toEqual([
      [200, 1],
      [404, 0],
    ]);
  });
});

describe('requests of verifiers', () => {
  it.each([
    ['for an interaction without a state', { action: 'setup', params: {}, state: '' }],
    ['with the state twice', { consumer: 'c', state: 'a reset mock', states: ['a reset mock'] }],
    ['without parameters', { state: 'a reset mock', params: null, consumer: null }],
  ])('are accepted %s', async (_what, body) => {
    const { call } = await makeWorld(server);

    expect((await call('POST /_mock/states', { body })).status).toBe(200);
  });

  const refused: [what: string, state: string, params: object, message: string][] = [
    [
      'an unknown state',
      'an identiy',
      {},
      'Field `state` is the unknown state `an identiy`. Did you mean `an identity`?',
    ],
    ['a state like a member of every object', 'constructor', {}, 'unknown state `constructor`'],
    ['an unknown parameter', 'a key with scopes', { ...KEY, scope: [] }, '`scope`. Did you mean `scopes`?'],
    ['a parameter of a state without any', 'a reset mock', { now: 1 }, 'the state `a reset mock` has no parameters.'],
    ['an unknown identity', 'an identity', { name: 'adm@acme.test' }, 'Did you mean `admin@acme.test`?'],
    ['no identity', 'an identity', {}, '`name`'],
    ['a name that is none', 'an identity', { name: 7 }, 'Field `name` is not a name'],
    ['no snapshot', 'a snapshot is restored', { name: 'x' }, 'This world has no named snapshot.'],
  ];

  it.each(refused)('are refused for %s, and say what is right', async (_what, state, params, message) => {
    const { call } = await makeWorld(server, { credentials: 'cast' });
    const { status, body } = await setup(call, state, params);

    expect(status).toBe(400);
    expect(body.detail).toContain(message);
  });

  const alike: [state: string, request: string, params: object][] = [
    ['a key with scopes', 'POST /_mock/keys', { ...KEY, scopes: ['list_function'] }],
    ['a key with scopes', 'POST /_mock/keys', { ...KEY, name: 7 }],
    ['a fault', 'POST /_mock/faults', { do: {} }],
    ['a fault', 'POST /_mock/faults', { do: { status: 'x' } }],
    ['a world', 'POST /_mock/worlds', { id: 'No' }],
    ['the clock is moved', 'POST /_mock/clock/advance', {}],
    ['the clock is moved', 'POST /_mock/clock/advance', { by: 'soon' }],
    ['the clock is moved', 'POST /_mock/clock/set', { to: 'tomorrow' }],
    ['the clock is moved', 'POST /_mock/clock/set', { to: '2020-01-01T00:00:00Z' }],
  ];

  it.each(alike)('are refused as the endpoint refuses them: %s, %s %j', async (state, request, params) => {
    const { call } = await makeWorld(server);
    const { status, body } = await setup(call, state, params);
    const direct = await call(request, { body: params });

    expect([status, body.detail]).toEqual([direct.status, direct.body.detail]);
    expect(status).toBe(400);
  });
});
