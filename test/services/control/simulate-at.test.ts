/** Simulated decisions at a later time. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startMock } from '../../../src/index.ts';
import { adminBot } from '../../support/cast.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { resetTestServer, START, type TestServer, testServer } from '../../support/server.ts';

const server = await testServer({ propagation: 'fixed' });
let on: TestServer;
beforeEach(async () => {
  on = await resetTestServer(server);
});

const MINUTE = 60_000;
const FUNCTIONS = 'GET /v2/nvcf/functions';
const KEYS = 'GET /api/v1/access-keys';
/** Formats the time so many milliseconds after the start. */
const formatTime = (milliseconds: number) => new Date(START + milliseconds).toISOString();
const simulate = async (body: object) => (await on.call('POST /_mock/decisions/simulate', { body })).body;
const readRefusal = async (body: object) => {
  const { status, body: problem } = await on.call('POST /_mock/decisions/simulate', { body });
  expect(status).toBe(400);
  return String(problem.detail);
};
const readNewestRequest = async () => (await on.call('GET /_mock/requests?limit=1')).body.requests[0];
const createKey = async (fields: object) => {
  const defaults = { type: 'service', name: 'ci', services: ['nvcf'], scopes: [], resource: { type: 'All Functions' } };
  return (await on.call('POST /_mock/keys', { body: { ...defaults, ...fields } })).body;
};
const requestToken = async ({ clientId, clientSecret }: { readonly clientId: string; readonly clientSecret: string }) =>
  (await on.call('POST /api/v1/token', { body: { grantType: 'client_credentials', clientId, clientSecret } })).body
    .accessToken as string;

describe('a principal at a later time', () => {
  it('has the rights of a pending edit from the time at which it takes effect', async () => {
    const { id } = await createKey({});
    await on.call(`PATCH /_mock/keys/${id}`, { body: { scopes: ['list_functions'] } });
    const request = { principal: id, method: 'GET', path: '/v2/nvcf/functions' };

    expect(await simulate({ ...request, at: formatTime(15 * MINUTE - 1) })).toMatchObject({
      effect: 'deny',
      reason: 'missing_scope',
    });
    expect(await simulate({ ...request, at: formatTime(15 * MINUTE) })).toMatchObject({
      effect: 'allow',
      at: formatTime(15 * MINUTE),
    });
    expect(await simulate(request)).toMatchObject({ effect: 'deny', at: formatTime(0) });
  });

  it('is rejected from the expiry of its key', async () => {
    const { id } = await createKey({ scopes: ['list_functions'], expiresAt: formatTime(MINUTE) });
    const request = { principal: id, method: 'GET', path: '/v2/nvcf/functions' };

    expect(await simulate({ ...request, at: formatTime(MINUTE - 1) })).toMatchObject({ effect: 'allow' });
    expect(await simulate({ ...request, at: formatTime(MINUTE) })).toMatchObject({
      effect: 'deny',
      reason: 'expired_key',
    });
  });

  it('has the effects of that time in a simulation of all operations', async () => {
    const { id } = await createKey({});
    await on.call(`PATCH /_mock/keys/${id}`, { body: { scopes: ['list_functions'] } });
    const simulateEffect = async (at: string) =>
      (await simulate({ principal: id, operations: '*', service: 'nvcf', at })).operations.find(
        ({ operation }: { readonly operation: string }) => operation === 'listFunctions',
      ).effect;

    expect([await simulateEffect(formatTime(0)), await simulateEffect(formatTime(15 * MINUTE))]).toEqual([
      'deny',
      'allow',
    ]);
  });
});

describe('recorded requests at a later time', () => {
  it('are rejected from the expiry of their token', async () => {
    const token = await requestToken(adminBot);
    const { tokenExpiresAt } = await readNewestRequest();
    await on.call(KEYS, { token });
    const { id } = await readNewestRequest();
    const before = new Date(Date.parse(tokenExpiresAt) - 1).toISOString();

    expect(await simulate({ requests: [id], at: before })).toEqual({
      requests: [{ id, now: { effect: 'allow' }, later: { effect: 'allow' }, differs: false }],
    });
    expect(await simulate({ requests: [id], at: tokenExpiresAt })).toEqual({
      requests: [
        {
          id,
          now: { effect: 'allow' },
          later: { effect: 'deny', reason: 'expired_token', explanation: expect.any(String) },
          differs: true,
        },
      ],
    });
    expect((await on.call(KEYS, { token })).status).toBe(200);
  });

  it('are decided with the edits and keys of that time, in the order of their ids', async () => {
    const { id: edited, key } = await createKey({});
    const { key: short } = await createKey({
      name: 'short',
      scopes: ['list_functions'],
      expiresAt: formatTime(MINUTE),
    });
    await on.call(`PATCH /_mock/keys/${edited}`, { body: { scopes: ['list_functions'] } });
    const ids: string[] = [];
    for (const token of [key, short, castKey('nvcf-deployer').key, 'nvapi-nonsense']) {
      await on.call(FUNCTIONS, { token });
      ids.push((await readNewestRequest()).id);
    }
    const { requests } = await simulate({ requests: ids, at: formatTime(15 * MINUTE) });

    expect(requests.map(({ id }: { readonly id: string }) => id)).toEqual(ids);
    expect(requests).toMatchObject([
      { now: { reason: 'missing_scope' }, later: { effect: 'allow' }, differs: true },
      { now: { effect: 'allow' }, later: { reason: 'expired_key' }, differs: true },
      { now: { effect: 'allow' }, later: { effect: 'allow' }, differs: false },
      { now: { reason: 'malformed_key' }, later: { reason: 'malformed_key' }, differs: false },
    ]);
  });

  it('are not recorded, and public and unknown operations are allowed', async () => {
    await requestToken(adminBot);
    const { id } = await readNewestRequest();
    await on.call('GET /v2/unknown');
    const { id: unknown } = await readNewestRequest();
    const readRecords = async () => [
      (await on.call('GET /_mock/requests')).body.total,
      (await on.call('GET /_mock/decisions')).body,
      (await on.call('GET /_mock/findings')).body,
    ];
    const before = await readRecords();
    const { requests } = await simulate({ requests: [id, unknown], at: formatTime(MINUTE) });

    expect(requests).toMatchObject([{ later: { effect: 'allow' } }, { later: { effect: 'allow' } }]);
    expect(await readRecords()).toEqual(before);
  });
});

describe('a recorded request over a real connection', async () => {
  const mock = await startMock();
  afterAll(() => mock.stop());
  /** Sends these lines and simulates the request for a minute later. */
  const simulateRecorded = async (...lines: readonly string[]) => {
    const socket = connect(Number(new URL(mock.url).port), '127.0.0.1');
    socket.end([...lines, '', ''].join('\r\n'));
    await once(socket.resume(), 'close');
    const [{ id = '' } = {}] = await mock.requests.list({ limit: 1 });
    const { requests } = await mock.decisions.simulate({ requests: [id], at: new Date(Date.now() + MINUTE) });
    return requests;
  };

  it.each([
    ['has a path that cannot be decoded', ['GET /v2/nvcf/functions/%ff%zz/versions HTTP/1.1', 'Host: localhost']],
    ['has two hosts', ['GET /v2/nvcf/functions HTTP/1.1', 'Host: a', 'Host: b']],
    ['has a method that its path does not have', ['OPTIONS /api/v1/access-keys HTTP/1.1', 'Host: localhost']],
  ])('has the same decision at any time if it %s', async (_title, lines) => {
    const allowed = { effect: 'allow' };

    expect(await simulateRecorded(...lines)).toMatchObject([{ now: allowed, later: allowed, differs: false }]);
  });

  it('in HTTP/1.0 without a host is decided', async () => {
    expect(await simulateRecorded('GET /v2/nvcf/functions HTTP/1.0', 'Authorization: Bearer nvapi-x')).toMatchObject([
      { now: { effect: 'deny', reason: 'malformed_key' } },
    ]);
  });
});

describe('a simulation at another time rejects', () => {
  const request = { principal: castKey('nvcf-deployer').id, method: 'GET', path: '/v2/nvcf/functions' };

  it.each([
    [
      'a time that has passed',
      { ...request, at: formatTime(-1) },
      'must not be in the past (before 2026-01-15T12:00:00.000Z)',
    ],
    ['a string that is not a time', { ...request, at: 'tomorrow' }, 'must be an RFC 3339 time'],
    ['a time without an offset', { ...request, at: '2030-01-15T12:00:00' }, 'must be an RFC 3339 time'],
    ['requests without a time', { requests: ['a'] }, 'Field `at` is missing'],
    [
      'requests and a principal',
      { requests: ['a'], at: formatTime(0), principal: 'owner' },
      'Fields `requests` and `principal` exclude each other',
    ],
    ['an unknown request', { requests: ['a'], at: formatTime(0) }, '`a`'],
  ])('%s', async (_title, body, message) => {
    expect(await readRefusal(body)).toContain(message);
  });
});
