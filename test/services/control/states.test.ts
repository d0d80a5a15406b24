/** Provider states for contract tests, through HTTP. */
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

const changeState = (call: Call, action: 'setup' | 'teardown', state: string, params: object = {}, more: object = {}) =>
  call('POST /_mock/states', { body: { state, params, action, ...more } });
const setUp = (call: Call, state: string, params?: object) => changeState(call, 'setup', state, params);
const tearDown = (call: Call, state: string, params?: object) => changeState(call, 'teardown', state, params);

const RESOURCE = { resource: { type: 'All Functions' } };
const KEY = { type: 'service', name: 'contract', services: ['nvcf'], scopes: ['list_functions'], ...RESOURCE };
const FAULT = { match: { operation: 'get_access_keys' }, do: { status: 503, offDocument: true } };
const tryKey = async (call: Call, key: string) => {
  const { status, decision } = await call('GET /v2/nvcf/functions', { token: key });
  return status === 200 ? 'allowed' : decision.reason;
};
const countFaults = async (call: Call) => (await call('GET /_mock/faults')).body.total;

describe('provider states', () => {
  it('are listed with their parameters', async () => {
    const { body } = await server.call('GET /_mock/states');
    const params = Object.fromEntries(
      body.states.map((state: { name: string; params: string[] }) => [state.name, state.params]),
    );

    expect(params).toEqual({
      'a reset mock': [],
      'an identity': ['name'],
      'a key with scopes': expect.arrayContaining(['type', 'name', 'services', 'scopes', 'resource', 'roles', 'user']),
      'the clock is moved': ['by', 'to'],
      'a world': ['id', 'seed', 'from', 'credentials', 'ttl', 'label'],
      'a fault': ['match', 'times', 'after', 'for', 'do'],
      'a snapshot is restored': ['name'],
    });
    expect(body).toMatchObject({ total: 7, dropped: 0, next: null });
  });

  it.each([
    ['a user', admin.email, 'GET /api/v1/access-keys'],
    ['an NGC key', 'owner', 'GET /v2/nvcf/functions'],
  ])('return the credential of %s', async (_who, name, request) => {
    const { status, body, headers } = await setUp(server.call, 'an identity', { name });

    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
    expect((await server.call(request, { token: body.bearer })).status).toBe(200);
  });

  it('create a key and delete it', async () => {
    const { call } = await makeWorld(server);
    const { body: made } = await setUp(call, 'a key with scopes', KEY);
    const before = await tryKey(call, made.key);
    // The order of members does not matter.
    const { status, body } = await tearDown(call, 'a key with scopes', { ...RESOURCE, ...KEY });

    expect([before, status, body]).toEqual(['allowed', 200, {}]);
    expect(await tryKey(call, made.key)).toBe('unknown_key');
    expect((await call(`GET /_mock/keys/${made.id}`)).status).toBe(404);
  });

  it('replace the key of a repeated setup', async () => {
    const { call } = await makeWorld(server);
    const { total } = (await call('GET /_mock/keys')).body;
    const first = (await setUp(call, 'a key with scopes', KEY)).body;
    const second = (await setUp(call, 'a key with scopes', KEY)).body;

    expect([await tryKey(call, first.key), await tryKey(call, second.key)]).toEqual(['unknown_key', 'allowed']);
    expect((await call('GET /_mock/keys')).body.total).toBe(total + 1);
    await tearDown(call, 'a key with scopes', KEY);
    expect((await call('GET /_mock/keys')).body.total).toBe(total);
  });

  it('create a single key in concurrent setups', async () => {
    const { call } = await makeWorld(server);
    const { total } = (await call('GET /_mock/keys')).body;
    const all = await Promise.all(Array.from({ length: 8 }, () => setUp(call, 'a key with scopes', KEY)));

    expect(all.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect((await call('GET /_mock/keys')).body.total).toBe(total + 1);
  });

  it('are separate for each consumer', async () => {
    const { call } = await makeWorld(server);
    const [first, second] = [{ consumer: 'first' }, { consumer: 'second' }];
    const { body: firstKey } = await changeState(call, 'setup', 'a key with scopes', KEY, first);
    const { body: secondKey } = await changeState(call, 'setup', 'a key with scopes', KEY, second);
    await changeState(call, 'teardown', 'a key with scopes', KEY, first);

    expect([await tryKey(call, firstKey.key), await tryKey(call, secondKey.key)]).toEqual(['unknown_key', 'allowed']);
  });

  it('add a fault and remove it', async () => {
    const { call } = await makeWorld(server);
    const token = (await call('GET /_mock/cast')).body.runai.users[0].bearer;
    await setUp(call, 'a fault', FAULT);
    await setUp(call, 'a fault', FAULT);
    const injected = (await call('GET /api/v1/access-keys', { token })).status;
    const added = await countFaults(call);
    await tearDown(call, 'a fault', FAULT);

    expect([injected, added, await countFaults(call)]).toEqual([503, 1, 0]);
    expect((await call('GET /api/v1/access-keys', { token })).status).toBe(200);
  });

  it('advance the clock by a duration and set it to a time', async () => {
    const { call } = await makeWorld(server);
    const by = await setUp(call, 'the clock is moved', { by: '25h' });
    const to = await setUp(call, 'the clock is moved', { to: '2026-02-01T00:00:00Z' });
    await tearDown(call, 'the clock is moved', { by: '25h' });

    expect([by.body, to.body]).toEqual([{ now: '2026-01-16T13:00:00.000Z' }, { now: '2026-02-01T00:00:00.000Z' }]);
    expect((await call('GET /_mock/clock')).body.now).toBe('2026-02-01T00:00:00.000Z');
    const { body: later } = await setUp(call, 'a reset mock');
    expect(later).toEqual({ now: '2026-01-15T12:00:00.000Z' });
  });

  it('create a world that a teardown deletes, even after a repeated setup', async () => {
    const { body } = await setUp(server.call, 'a world', { id: 'contract' });
    await setUp(server.call, 'a world', { id: 'contract' });
    const statusBefore = (await server.call('GET /_mock/worlds/contract')).status;
    await tearDown(server.call, 'a world', { id: 'contract' });

    expect([body.id, body.url, statusBefore]).toEqual(['contract', 'http://localhost:6625/w/contract', 200]);
    expect((await server.call('GET /_mock/worlds/contract')).status).toBe(404);
  });

  it('keep a world that the setup did not create', async () => {
    const { id } = await makeWorld(server, { id: 'kept' });
    await setUp(server.call, 'a world', { id });
    await tearDown(server.call, 'a world', { id });
    expect((await server.call(`GET /_mock/worlds/${id}`)).status).toBe(200);

    await setUp(server.call, 'a world', { id: 'again' });
    await server.call('DELETE /_mock/worlds/again');
    server.clock.set(server.clock.now() + 1);
    await makeWorld(server, { id: 'again' });
    await tearDown(server.call, 'a world', { id: 'again' });
    expect((await server.call('GET /_mock/worlds/again')).status).toBe(200);
  });

  it('create a world again that was deleted after its setup', async () => {
    await setUp(server.call, 'a world', { id: 'ended' });
    await server.call('DELETE /_mock/worlds/ended');
    const { status } = await setUp(server.call, 'a world', { id: 'ended' });

    expect([status, (await server.call('GET /_mock/worlds/ended')).status]).toEqual([200, 200]);
    await tearDown(server.call, 'a world', { id: 'ended' });
    expect((await server.call('GET /_mock/worlds/ended')).status).toBe(404);
  });

  it('restore the newest snapshot of a name', async () => {
    const { call } = await makeWorld(server);
    await call('POST /_mock/snapshots', { body: { name: 'start' } });
    const { body: made } = await call('POST /_mock/keys', { body: KEY });
    const { body: newest } = await call('POST /_mock/snapshots', { body: { name: 'start' } });
    await call(`DELETE /_mock/keys/${made.id}`);
    const { body } = await setUp(call, 'a snapshot is restored', { name: 'start' });

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
  ])('accept a teardown without a setup: %s', async (state) => {
    const { status, body } = await tearDown(server.call, state);

    expect([status, body]).toEqual([200, {}]);
  });

  it('are discarded by a reset', async () => {
    const { call } = await makeWorld(server);
    await setUp(call, 'a fault', FAULT);
    await setUp(call, 'a reset mock');
    const { status } = await tearDown(call, 'a fault', FAULT);

    expect([status, await countFaults(call)]).toEqual([200, 0]);
  });

  it('are torn down in their world only', async () => {
    const [first, second] = [await makeWorld(server), await makeWorld(server)];
    await setUp(first.call, 'a fault', FAULT);
    await tearDown(second.call, 'a fault', FAULT);

    expect([await countFaults(first.call), await countFaults(second.call)]).toEqual([1, 0]);
  });

  it.runIf(hasDriver)('are torn down after a restart', async () => {
    const clock = createManualClock(START);
    const data = join(await emptyFolder(), 'mock.db');
    const before = await openServer({ data }, { clock });
    const { body: made } = await setUp(before.call, 'a key with scopes', KEY);
    await setUp(before.call, 'a fault', FAULT);
    await before.close();
    const after = await openServer({ data }, { clock });
    const statesBefore = [(await after.call(`GET /_mock/keys/${made.id}`)).status, await countFaults(after.call)];
    await tearDown(after.call, 'a key with scopes', KEY);
    await tearDown(after.call, 'a fault', FAULT);
    const statesAfter = [(await after.call(`GET /_mock/keys/${made.id}`)).status, await countFaults(after.call)];
    await after.close();

    expect([statesBefore, statesAfter]).toEqual([
      [200, 1],
      [404, 0],
    ]);
  });
});

describe('requests of contract verifiers', () => {
  it.each([
    ['for an interaction without a state', { action: 'setup', params: {}, state: '' }],
    ['with the state twice', { consumer: 'c', state: 'a reset mock', states: ['a reset mock'] }],
    ['without parameters', { state: 'a reset mock', params: null, consumer: null }],
  ])('are accepted %s', async (_title, body) => {
    const { call } = await makeWorld(server);

    expect((await call('POST /_mock/states', { body })).status).toBe(200);
  });

  const INVALID: [title: string, state: string, params: object, message: string][] = [
    [
      'an unknown state',
      'an identiy',
      {},
      'Field `state` is the unknown state `an identiy`. Did you mean `an identity`?',
    ],
    ['a state with the name of an object member', 'constructor', {}, 'unknown state `constructor`'],
    ['an unknown parameter', 'a key with scopes', { ...KEY, scope: [] }, '`scope`. Did you mean `scopes`?'],
    ['a parameter of a state without any', 'a reset mock', { now: 1 }, 'the state `a reset mock` has no parameters.'],
    ['an unknown identity', 'an identity', { name: 'adm@acme.test' }, 'Did you mean `admin@acme.test`?'],
    ['no identity', 'an identity', {}, '`name`'],
    ['a name that is not a string', 'an identity', { name: 7 }, 'Field `name` is not a name'],
    ['an unknown snapshot', 'a snapshot is restored', { name: 'x' }, 'This world has no named snapshot.'],
  ];

  it.each(INVALID)('are rejected for %s', async (_title, state, params, message) => {
    const { call } = await makeWorld(server, { credentials: 'cast' });
    const { status, body } = await setUp(call, state, params);

    expect(status).toBe(400);
    expect(body.detail).toContain(message);
  });

  const REJECTED_BY_ENDPOINTS: [state: string, request: string, params: object][] = [
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

  it.each(REJECTED_BY_ENDPOINTS)(
    'are rejected with the error of the endpoint: %s, %s %j',
    async (state, request, params) => {
      const { call } = await makeWorld(server);
      const { status, body } = await setUp(call, state, params);
      const direct = await call(request, { body: params });

      expect([status, body.detail]).toEqual([direct.status, direct.body.detail]);
      expect(status).toBe(400);
    },
  );
});
