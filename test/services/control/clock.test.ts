import { beforeEach, describe, expect, it } from 'vitest';
import { END_OF_TIME } from '../../../src/lib/clock.ts';
import { NGC_KEYS, type NgcKeyRow } from '../../../src/services/ngc-keys/records.ts';
import { admin, researcher } from '../../support/cast.ts';
import { castFunction, castKey, ngcCast } from '../../support/ngc-cast.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { type Answer, START, testServer } from '../../support/server.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Formats the time so many milliseconds after the start. */
const formatTime = (milliseconds: number) => new Date(START + milliseconds).toISOString();

const server = await testServer();
const postClock = (call: string, body?: unknown) =>
  server.call(`POST /_mock/clock/${call}`, body === undefined ? {} : { body });
const advance = (by: string) => postClock('advance', { by });
const advanceToNextEvent = () => postClock('advance', { to: 'next-event' });
const setClock = (to: unknown) => postClock('set', { to });
const readClock = async () => (await server.call('GET /_mock/clock')).body;

/** Creates a key that expires, which is an event. */
const createExpiringKey = async (after: number): Promise<string> => {
  const key = { type: 'service', name: 'k', services: ['air'], scopes: ['air:access'], expiresAt: formatTime(after) };
  const { status, body } = await server.call('POST /_mock/keys', { body: key });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id;
};
const buildExpiryEvent = (keyId: string, after: number) => ({ at: formatTime(after), kind: 'key.expired', keyId });

beforeEach(async () => {
  server.clock.set(START);
  await server.call('POST /_mock/reset');
});

/** Expects the answer of a successful change of the clock. */
function expectClock({ status, body }: Answer, expected: object): void {
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body).toEqual({ ahead: 'PT0S', frozen: false, events: [], more: false, ...expected });
}

describe('the clock', () => {
  it.each([
    ['advance', { by: '2h' }],
    ['set', { to: formatTime(2 * HOUR) }],
  ])('does not advance if `%s` fails to read the events', async (call, payload) => {
    const key = await createExpiringKey(HOUR);
    const { collections } = server.world.store;
    const row = await NGC_KEYS.byId(collections, key);
    // A row that is damaged.
    await collections.commit([{ kind: 'put', row: { ...(row as NgcKeyRow), body: null } }]);
    const headers = { host: 'localhost:6625' };
    const { statusCode } = await server.app.inject({ method: 'POST', url: `/_mock/clock/${call}`, headers, payload });

    expect([statusCode, server.world.clock.now()]).toEqual([500, START]);
  });

  it('starts at the real time and without upcoming events', async () => {
    expect(await readClock()).toEqual({ now: formatTime(0), ahead: 'PT0S', frozen: false, upcoming: [], more: false });
  });

  it('advances by a duration and returns how far ahead it is', async () => {
    expectClock(await advance('15m'), { now: formatTime(15 * MINUTE), ahead: 'PT15M' });
    expectClock(await advance('PT1H'), { now: formatTime(75 * MINUTE), ahead: 'PT1H15M' });

    expect(await readClock()).toMatchObject({ now: formatTime(75 * MINUTE), ahead: 'PT1H15M', frozen: false });
  });

  it('is set to a time with an offset and runs on from there', async () => {
    expectClock(await setClock('2026-01-15T14:30:00+01:30'), { now: formatTime(HOUR), ahead: 'PT1H' });
    server.clock.set(START + 5000);

    expect(await readClock()).toMatchObject({ now: formatTime(HOUR + 5000), ahead: 'PT1H' });
  });

  it('returns to the real time at a reset', async () => {
    for (const change of [() => advance('1h'), () => setClock(formatTime(DAY)), () => postClock('freeze')]) {
      await change();
      server.clock.set(START + MINUTE);
      const reset = await server.call('POST /_mock/reset');

      expect(reset.body.now).toBe(formatTime(MINUTE));
      expect(await readClock()).toMatchObject({ now: formatTime(MINUTE), ahead: 'PT0S', frozen: false });
      server.clock.set(START);
    }
  });
});

describe('a frozen clock', () => {
  it('has the same time for every request', async () => {
    await postClock('freeze');
    const { accessToken } = (
      await server.grant({ grantType: 'password', username: admin.email, password: admin.password })
    ).body;
    server.clock.set(START + 2 * HOUR);

    expect(await readClock()).toMatchObject({ now: formatTime(0), ahead: '-PT2H', frozen: true });
    expect((await server.call('GET /api/v1/users', { token: accessToken })).status).toBe(200);
    const { decisions } = (await server.call('GET /_mock/decisions')).body;
    expect(new Set(decisions.map((decision: { at: string }) => decision.at))).toEqual(new Set([formatTime(0)]));
  });
});

describe('events', () => {
  it('are returned by the change of the clock that passes them, earliest first', async () => {
    const late = await createExpiringKey(2 * HOUR);
    const early = await createExpiringKey(HOUR);
    await createExpiringKey(3 * HOUR);

    expectClock(await setClock(formatTime(2 * HOUR)), {
      now: formatTime(2 * HOUR),
      ahead: 'PT2H',
      events: [buildExpiryEvent(early, HOUR), buildExpiryEvent(late, 2 * HOUR)],
    });
  });

  it('that are upcoming are listed for all services, earliest first', async () => {
    await server.grant({ grantType: 'password', username: admin.email, password: admin.password });
    await server.call('PUT /_mock/propagation', { body: { mode: 'fixed', delay: '15m' } });
    const keyId = await createExpiringKey(10 * MINUTE);
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

    expect((await readClock()).upcoming).toEqual([
      { at: expect.any(String), kind: 'invocation.fulfilled', requestId: invoked.headers['nvcf-reqid'] },
      buildExpiryEvent(keyId, 10 * MINUTE),
      { at: formatTime(15 * MINUTE), kind: 'policy.effective', keyId, version: 2 },
      { at: formatTime(HOUR), kind: 'access-token.expired', subject: admin.id },
      {
        at: formatTime(6 * HOUR),
        kind: 'simulation.arrived',
        simulationId: simulation.id,
        name: 'lab',
        state: 'ACTIVE',
      },
      { at: formatTime(DAY), kind: 'refresh-token.expired', subject: admin.id },
    ]);
  });

  it('include only the newest access token of each principal', async () => {
    for (let minutes = 0; minutes < 3; minutes++) {
      await server.grant({ grantType: 'password', username: admin.email, password: admin.password });
      await server.grant({ grantType: 'password', username: researcher.email, password: researcher.password });
      await advance('1m');
    }
    const tokens = (await readClock()).upcoming.filter(({ kind }: { kind: string }) => kind === 'access-token.expired');

    expect(tokens).toEqual([
      { at: formatTime(HOUR + 2 * MINUTE), kind: 'access-token.expired', subject: researcher.id },
      { at: formatTime(HOUR + 2 * MINUTE), kind: 'access-token.expired', subject: admin.id },
    ]);
  });

  it('that are upcoming are limited to 100, and `more` is true beyond that', async () => {
    for (let number = 1; number <= 100; number++) await createExpiringKey(number * MINUTE);
    const all = await readClock();
    const last = await createExpiringKey(101 * MINUTE);
    const fewer = await readClock();

    expect(all.upcoming).toHaveLength(100);
    expect(all.more).toBe(false);
    expect(fewer.upcoming).toEqual(all.upcoming);
    expect(fewer.more).toBe(true);
    await advance('1m');
    expect((await readClock()).upcoming.at(-1)).toEqual(buildExpiryEvent(last, 101 * MINUTE));
  });

  it('that have passed are limited to the first 1000, and `more` is true beyond that', async () => {
    const keys = Array.from({ length: 1001 }, (_, index) => {
      const key = { org: ngcCast.org, name: `k${index}`, type: 'service', services: ['air'], scopes: ['air:access'] };
      return { ...key, expiresAt: formatTime((index + 1) * 1000) };
    });
    const crowded = await testServer({}, { seed: { extends: 'builtin', ngc: { keys } } });
    const { body } = await crowded.call('POST /_mock/clock/advance', { body: { by: '1h' } });

    expect(body.events).toHaveLength(1000);
    expect(body.events.at(-1).at).toBe(formatTime(1_000_000));
    expect(body.more).toBe(true);
  });
});

describe('an advance to the next event', () => {
  it('goes from event to event and returns 409 after the last', async () => {
    const second = await createExpiringKey(2 * HOUR);
    const first = await createExpiringKey(HOUR);

    expectClock(await advanceToNextEvent(), {
      now: formatTime(HOUR),
      ahead: 'PT1H',
      events: [buildExpiryEvent(first, HOUR)],
    });
    expectClock(await advanceToNextEvent(), {
      now: formatTime(2 * HOUR),
      ahead: 'PT2H',
      events: [buildExpiryEvent(second, 2 * HOUR)],
    });
    const refused = await advanceToNextEvent();
    expect(refused.status).toBe(409);
    expect(problemDocument(refused)).toContain('`by`');
    expect((await readClock()).now).toBe(formatTime(2 * HOUR));
  });

  it('returns all events of that time', async () => {
    const keys = [await createExpiringKey(HOUR), await createExpiringKey(HOUR)];
    const { body } = await advanceToNextEvent();

    expect(body.events.map(({ keyId }: { keyId: string }) => keyId).sort()).toEqual(keys.sort());
  });

  it('reaches an event for each of several concurrent requests', async () => {
    for (const hour of [1, 2, 3]) await createExpiringKey(hour * HOUR);
    const answers = await Promise.all([advanceToNextEvent(), advanceToNextEvent(), advanceToNextEvent()]);

    expect(answers.map(({ body }) => body.now).sort()).toEqual([
      formatTime(HOUR),
      formatTime(2 * HOUR),
      formatTime(3 * HOUR),
    ]);
    expect(answers.map(({ body }) => body.events.length)).toEqual([1, 1, 1]);
  });

  it('ignores events after the latest supported time', async () => {
    await server.call('PUT /_mock/propagation', { body: { mode: 'fixed', delay: '15m' } });
    const keyId = await createExpiringKey(DAY);
    await setClock(new Date(END_OF_TIME).toISOString());
    expect((await server.call(`GET /_mock/keys/${keyId}`)).body.status).not.toBe('active');

    expect((await readClock()).upcoming).toEqual([]);
    expect((await advanceToNextEvent()).status).toBe(409);
  });
});

describe('the clock rejects', () => {
  const readRefusal = async (answer: Answer) => {
    expect(answer.status).toBe(400);
    expect(await readClock()).toMatchObject({ now: formatTime(0), ahead: 'PT0S', frozen: false });
    return problemDocument(answer);
  };

  it.each(['15', '-15m', '0s', '', 15, null, '3650000d', '9'.repeat(20).concat('d')])(
    'an advance by %j',
    async (by) => {
      expect(await readRefusal(await postClock('advance', { by }))).toContain('`by`');
    },
  );

  it.each([[{}], [{ by: '15m', to: 'next-event' }]])(
    'an advance with %j, because it expects either `by` or `to`',
    async (body) => {
      const detail = await readRefusal(await postClock('advance', body));
      expect(detail).toContain('`by`');
      expect(detail).toContain('`next-event`');
    },
  );

  it.each(['next', '', null, 5, formatTime(HOUR)])('an advance to %j, because it expects `next-event`', async (to) => {
    expect(await readRefusal(await postClock('advance', { to }))).toContain('`next-event`');
  });

  it.each(['soon', '2026-01-15', '2026-02-30T13:00:00Z'])('the time `%s`, with an example', async (to) => {
    const detail = await readRefusal(await setClock(to));
    expect(detail).toContain('`to`');
    expect(detail).toMatch(/such as `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`/);
  });

  it.each([formatTime(-1), '1970-01-01T00:00:00Z', '0000-01-01T00:00:00Z'])(
    'the time %s, which has passed',
    async (to) => {
      const detail = await readRefusal(await setClock(to));
      expect(detail).toContain(`before ${formatTime(0)}`);
      expect(detail).toContain('POST /_mock/reset');
    },
  );

  it.each(['9999-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '9998-12-31T23:59:59-00:01'])(
    'the time %s, which is after the year 9998',
    async (to) => {
      expect(await readRefusal(await setClock(to))).toContain('year 9999');
    },
  );
});
