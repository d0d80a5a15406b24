import { beforeEach, describe, expect, it } from 'vitest';
import { NGC_KEYS, type NgcKeyRow } from '../../../src/ngc-keys/records.ts';
import { END_OF_TIME } from '../../../src/time/clock.ts';
import { admin, researcher } from '../../support/cast.ts';
import { castFunction, castKey, ngcCast } from '../../support/ngc-cast.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { type Answer, START, testServer } from '../../support/server.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = (after: number) => new Date(START + after).toISOString();

const server = await testServer();
const post = (call: string, body?: unknown) =>
  server.call(`POST /_mock/clock/${call}`, body === undefined ? {} : { body });
const advance = (by: string) => post('advance', { by });
const toNextEvent = () => post('advance', { to: 'next-event' });
const set = (to: unknown) => post('set', { to });
const clock = async () => (await server.call('GET /_mock/clock')).body;

/** Something that will happen by itself: a key that expires. */
const keyUntil = async (after: number): Promise<string> => {
  const order = { type: 'service', name: 'k', services: ['air'], scopes: ['air:access'], expiresAt: at(after) };
  const { status, body } = await server.call('POST /_mock/keys', { body: order });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id;
};
const expiry = (keyId: string, after: number) => ({ at: at(after), kind: 'key.expired', keyId });

beforeEach(async () => {
  server.clock.set(START);
  await server.call('POST /_mock/reset');
});

/** What every change of the clock answers. */
function expectMoved({ status, body }: Answer, expected: object): void {
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body).toEqual({ ahead: 'PT0S', frozen: false, events: [], more: false, ...expected });
}

describe('the clock', () => {
  it.each([
    ['advance', { by: '2h' }],
    ['set', { to: at(2 * HOUR) }],
  ])('stands where it was if `%s` cannot say what happened meanwhile', async (call, payload) => {
    const key = await keyUntil(HOUR);
    const { collections } = server.world.store;
    const row = await NGC_KEYS.byId(collections, key);
    // Of a store that somebody has tampered with.
    await collections.commit([{ kind: 'put', row: { ...(row as NgcKeyRow), body: null } }]);
    const headers = { host: 'localhost:6625' };
    const { statusCode } = await server.app.inject({ method: 'POST', url: `/_mock/clock/${call}`, headers, payload });

    expect([statusCode, server.world.clock.now()]).toEqual([500, START]);
  });

  it('shows the real time at first, and nothing that is to come', async () => {
    expect(await clock()).toEqual({ now: at(0), ahead: 'PT0S', frozen: false, upcoming: [], more: false });
  });

  it('is moved forward, and says how far ahead it is', async () => {
    expectMoved(await advance('15m'), { now: at(15 * MINUTE), ahead: 'PT15M' });
    expectMoved(await advance('PT1H'), { now: at(75 * MINUTE), ahead: 'PT1H15M' });

    expect(await clock()).toMatchObject({ now: at(75 * MINUTE), ahead: 'PT1H15M', frozen: false });
  });

  it.each([
    at(HOUR),
    '2026-01-15T13:00:00Z',
    '2026-01-15t13:00:00z',
    '2026-01-15 13:00:00Z',
    '2026-01-15T14:30:00+01:30',
    '2026-01-15T05:00:00.000-08:00',
    '2026-01-15T13:00:00.000999Z',
  ])('is set to %s, and runs on from there', async (to) => {
    expectMoved(await set(to), { now: at(HOUR), ahead: 'PT1H' });
    server.clock.set(START + 5000);

    expect(await clock()).toMatchObject({ now: at(HOUR + 5000), ahead: 'PT1H' });
  });

  it('is set to the moment that it shows', async () => {
    expectMoved(await set(at(0)), { now: at(0) });
  });

  it.each(['freeze', 'resume'])('takes %s without a body and with an empty one, once and again', async (call) => {
    for (const body of [undefined, {}, undefined]) {
      expectMoved(await post(call, body), { now: at(0), frozen: call === 'freeze' });
    }
  });

  it('goes back to the real time by a reset, however it was changed', async () => {
    for (const change of [() => advance('1h'), () => set(at(DAY)), () => post('freeze')]) {
      await change();
      server.clock.set(START + MINUTE);
      const reset = await server.call('POST /_mock/reset');

      expect(reset.body.now).toBe(at(MINUTE));
      expect(await clock()).toMatchObject({ now: at(MINUTE), ahead: 'PT0S', frozen: false });
      server.clock.set(START);
    }
  });

  it('ends the life of a token: the next call is refused', async () => {
    const token = await server.tokenOf(researcher);
    await set(at(HOUR - 1000));
    const before = await server.call('GET /api/v1/access-keys', { token });
    await advance('1s');
    const after = await server.call('GET /api/v1/access-keys', { token });

    expect(before.status).toBe(200);
    expect(after.status).toBe(401);
    expect(after.decision.reason).toBe('expired_token');
  });
});

describe('a frozen clock', () => {
  it('gives every request the same time, whatever the real one', async () => {
    await post('freeze');
    const { accessToken } = (
      await server.grant({ grantType: 'password', username: admin.email, password: admin.password })
    ).body;
    server.clock.set(START + 2 * HOUR);

    expect(await clock()).toMatchObject({ now: at(0), ahead: '-PT2H', frozen: true });
    expect((await server.call('GET /api/v1/users', { token: accessToken })).status).toBe(200);
    const { decisions } = (await server.call('GET /_mock/decisions')).body;
    expect(new Set(decisions.map((one: { at: string }) => one.at))).toEqual(new Set([at(0)]));
  });

  it('is moved by advance and set, and stays frozen', async () => {
    await post('freeze');
    server.clock.set(START + MINUTE);

    expectMoved(await advance('1h'), { now: at(HOUR), ahead: 'PT59M', frozen: true });
    expectMoved(await set(at(2 * HOUR)), { now: at(2 * HOUR), ahead: 'PT1H59M', frozen: true });
    server.clock.set(START + DAY);
    expect((await clock()).now).toBe(at(2 * HOUR));
  });

  it('runs on from where it stood, behind the real time', async () => {
    await post('freeze');
    server.clock.set(START + 15 * MINUTE);
    expectMoved(await post('resume'), { now: at(0), ahead: '-PT15M' });
    server.clock.set(START + 16 * MINUTE);

    expect(await clock()).toMatchObject({ now: at(MINUTE), ahead: '-PT15M', frozen: false });
    expect((await set(at(MINUTE - 1))).status).toBe(400);
    expectMoved(await set(at(16 * MINUTE)), { now: at(16 * MINUTE) });
  });
});

describe('events', () => {
  it('that a move passes are told, earliest first', async () => {
    const late = await keyUntil(2 * HOUR);
    const early = await keyUntil(HOUR);
    await keyUntil(3 * HOUR);

    expectMoved(await set(at(2 * HOUR)), {
      now: at(2 * HOUR),
      ahead: 'PT2H',
      events: [expiry(early, HOUR), expiry(late, 2 * HOUR)],
    });
  });

  it('of a login that nobody goes on with are told', async () => {
    await server.grant({ grantType: 'password', username: admin.email, password: admin.password });

    expect((await advance('48h')).body.events).toEqual([
      { at: at(HOUR), kind: 'access-token.expired', subject: admin.id },
      { at: at(DAY), kind: 'refresh-token.expired', subject: admin.id },
    ]);
  });

  it('that are to come are shown, earliest first, of every service', async () => {
    await server.grant({ grantType: 'password', username: admin.email, password: admin.password });
    await server.call('PUT /_mock/propagation', { body: { mode: 'fixed', delay: '15m' } });
    const keyId = await keyUntil(10 * MINUTE);
    await server.call(`PATCH /_mock/keys/${keyId}`, { body: { scopes: ['air:access', 'air:simulation_read'] } });
    const [slow] = castFunction('slow');
    const invoked = await server.call(`POST /v2/nvcf/pexec/functions/${slow?.functionId}`, {
      token: castKey('nvcf-full-access').key,
      body: {},
    });
    const airToken = castKey('air-user').key;
    const simulation = (
      await server.call('POST /api/v3/simulations/', {
        token: airToken,
        body: { name: 'lab', metadata: '{"nv_auth_mock_step_time":"2h"}' },
      })
    ).body;
    await server.call(`PATCH /api/v3/simulations/${simulation.id}/start/`, { token: airToken, body: {} });

    expect((await clock()).upcoming).toEqual([
      { at: expect.any(String), kind: 'invocation.fulfilled', requestId: invoked.headers['nvcf-reqid'] },
      expiry(keyId, 10 * MINUTE),
      { at: at(15 * MINUTE), kind: 'policy.effective', keyId, version: 2 },
      { at: at(HOUR), kind: 'access-token.expired', subject: admin.id },
      { at: at(6 * HOUR), kind: 'simulation.arrived', simulationId: simulation.id, name: 'lab', state: 'ACTIVE' },
      { at: at(DAY), kind: 'refresh-token.expired', subject: admin.id },
    ]);
  });

  it('of access tokens are those of the newest one of each principal', async () => {
    for (let minutes = 0; minutes < 3; minutes++) {
      await server.grant({ grantType: 'password', username: admin.email, password: admin.password });
      await server.grant({ grantType: 'password', username: researcher.email, password: researcher.password });
      await advance('1m');
    }
    const tokens = (await clock()).upcoming.filter(({ kind }: { kind: string }) => kind === 'access-token.expired');

    expect(tokens).toEqual([
      { at: at(HOUR + 2 * MINUTE), kind: 'access-token.expired', subject: researcher.id },
      { at: at(HOUR + 2 * MINUTE), kind: 'access-token.expired', subject: admin.id },
    ]);
  });

  it('that are to come are 100 at most, and whether there are more is said', async () => {
    for (let number = 1; number <= 100; number++) await keyUntil(number * MINUTE);
    const all = await clock();
    const last = await keyUntil(101 * MINUTE);
    const fewer = await clock();

    expect(all.upcoming).toHaveLength(100);
    expect(all.more).toBe(false);
    expect(fewer.upcoming).toEqual(all.upcoming);
    expect(fewer.more).toBe(true);
    await advance('1m');
    expect((await clock()).upcoming.at(-1)).toEqual(expiry(last, 101 * MINUTE));
  });

  it('that a move passes are 1000 at most, the first ones, and whether there were more is said', async () => {
    const keys = Array.from({ length: 1001 }, (_, index) => {
      const key = { org: ngcCast.org, name: `k${index}`, type: 'service', services: ['air'], scopes: ['air:access'] };
      return { ...key, expiresAt: at((index + 1) * 1000) };
    });
    const crowded = await testServer({}, { seed: { extends: 'builtin', ngc: { keys } } });
    const { body } = await crowded.call('POST /_mock/clock/advance', { body: { by: '1h' } });

    expect(body.events).toHaveLength(1000);
    expect(body.events.at(-1).at).toBe(at(1_000_000));
    expect(body.more).toBe(true);
  });
});

describe('to the next event', () => {
  it('moves the clock event by event, and says that nothing more will happen', async () => {
    const second = await keyUntil(2 * HOUR);
    const first = await keyUntil(HOUR);

    expectMoved(await toNextEvent(), { now: at(HOUR), ahead: 'PT1H', events: [expiry(first, HOUR)] });
    expectMoved(await toNextEvent(), { now: at(2 * HOUR), ahead: 'PT2H', events: [expiry(second, 2 * HOUR)] });
    const none = await toNextEvent();
    expect(none.status).toBe(409);
    expect(problemDocument(none)).toContain('`by`');
    expect((await clock()).now).toBe(at(2 * HOUR));
  });

  it('leads to a moment at which it has happened: the key counts before, and not then', async () => {
    const order = { type: 'service', name: 'k', services: ['air'], scopes: ['air:access', 'air:simulation_read'] };
    const { key } = (await server.call('POST /_mock/keys', { body: { ...order, expiresAt: at(HOUR) } })).body;
    const read = async () => (await server.call('GET /api/v3/simulations/', { token: key })).status;
    await set(at(HOUR - 1));
    const before = await read();
    await toNextEvent();

    expect([before, await read()]).toEqual([200, 403]);
  });

  it('tells everything that happens at that moment', async () => {
    const keys = [await keyUntil(HOUR), await keyUntil(HOUR)];
    const { body } = await toNextEvent();

    expect(body.events.map(({ keyId }: { keyId: string }) => keyId).sort()).toEqual(keys.sort());
  });

  it('leaves a frozen clock frozen', async () => {
    const keyId = await keyUntil(HOUR);
    await post('freeze');

    expectMoved(await toNextEvent(), {
      now: at(HOUR),
      ahead: 'PT1H',
      frozen: true,
      events: [expiry(keyId, HOUR)],
    });
  });

  it('at the same time leads to one event each', async () => {
    for (const hour of [1, 2, 3]) await keyUntil(hour * HOUR);
    const answers = await Promise.all([toNextEvent(), toNextEvent(), toNextEvent()]);

    expect(answers.map(({ body }) => body.now).sort()).toEqual([at(HOUR), at(2 * HOUR), at(3 * HOUR)]);
    expect(answers.map(({ body }) => body.events.length)).toEqual([1, 1, 1]);
  });

  it('passes over what lies beyond the last moment that the clock can show', async () => {
    await server.call('PUT /_mock/propagation', { body: { mode: 'fixed', delay: '15m' } });
    const keyId = await keyUntil(DAY);
    await set(new Date(END_OF_TIME).toISOString());
    expect((await server.call(`GET /_mock/keys/${keyId}`)).body.status).not.toBe('active');

    expect((await clock()).upcoming).toEqual([]);
    expect((await toNextEvent()).status).toBe(409);
  });
});

describe('the clock is not changed', () => {
  const refused = async (answer: Answer) => {
    expect(answer.status).toBe(400);
    expect(await clock()).toMatchObject({ now: at(0), ahead: 'PT0S', frozen: false });
    return problemDocument(answer);
  };

  it.each(['15', '-15m', '0s', 'soon', '', 15, null, ['15m'], {}, true])('by %j, and `by` is named', async (by) => {
    expect(await refused(await post('advance', { by }))).toContain('`by`');
  });

  it.each(['3650000d', '9'.repeat(20).concat('d')])('by %s, which no date can show', async (by) => {
    expect(await refused(await post('advance', { by }))).toContain('`by`');
  });

  it.each([[{}], [{ by: '15m', to: 'next-event' }]])(
    'by an advance with %j: exactly one of two is expected',
    async (body) => {
      const detail = await refused(await post('advance', body));
      expect(detail).toContain('`by`');
      expect(detail).toContain('`next-event`');
    },
  );

  it('by an advance in another spelling', async () => {
    expect(await refused(await post('advance', { By: '15m' }))).toContain('did you mean `by`?');
  });

  it.each(['next', '', null, 5, at(HOUR)])('by an advance to %j: `next-event` is expected', async (to) => {
    expect(await refused(await post('advance', { to }))).toContain('`next-event`');
  });

  it.each([
    'soon',
    '2026-01-15',
    '2026-01-15T13:00:00',
    '2026-01-15T13:00Z',
    '2026-01-15T13:00:00+01',
    '2026-01-15T13:00:00+0100',
    '2026-01-15T13:00:00+24:00',
    '2026-01-15T13:00:00+01:60',
    '2026-02-30T13:00:00Z',
    '2026-13-01T13:00:00Z',
    '2026-01-15T24:00:00Z',
    '2026-01-15T13:60:00Z',
    '2026-01-15T23:59:60Z',
    '2026-01-15T13:00:00.Z',
    '+002026-01-15T13:00:00Z',
    ' 2026-01-15T13:00:00Z',
    '1768478400000',
    'Thu, 15 Jan 2026 13:00:00 GMT',
  ])('by set to `%s`, and an example is given', async (to) => {
    const detail = await refused(await set(to));
    expect(detail).toContain('`to`');
    expect(detail).toMatch(/such as `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`/);
  });

  it.each(['', 5, null, true, [at(HOUR)], {}, 'x'.repeat(100_000)])('by set to %j, and `to` is named', async (to) => {
    expect(await refused(await set(to))).toContain('`to`');
  });

  it.each([[{}], [{ at: at(HOUR) }]])('by set with %j: `to` is missing', async (body) => {
    expect(await refused(await post('set', body))).toContain('`to`');
  });

  it.each([at(-1), '1970-01-01T00:00:00Z', '0000-01-01T00:00:00Z'])('to %s, which has passed', async (to) => {
    const detail = await refused(await set(to));
    expect(detail).toContain(`before ${at(0)}`);
    expect(detail).toContain('POST /_mock/reset');
  });

  it.each(['9999-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '9998-12-31T23:59:59-00:01'])(
    'to %s, which lies beyond the year 9998',
    async (to) => {
      expect(await refused(await set(to))).toContain('year 9999');
    },
  );

  it.each(['advance', 'set'])('by %s without a body', async (call) => {
    expect(await refused(await post(call))).toContain('body');
  });
});
