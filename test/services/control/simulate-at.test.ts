/** What would be decided at a later time, before the clock moves there. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startMock } from '../../../src/index.ts';
import { adminBot } from '../../support/cast.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { afresh, START, type TestServer, testServer } from '../../support/server.ts';

const server = await testServer({ propagation: 'fixed' });
let on: TestServer;
beforeEach(async () => {
  on = await afresh(server);
});

const MINUTE = 60_000;
const FUNCTIONS = 'GET /v2/nvcf/functions';
const KEYS = 'GET /api/v1/access-keys';
const iso = (after: number) => new Date(START + after).toISOString();
const ask = async (body: object) => (await on.call('POST /_mock/decisions/simulate', { body })).body;
const refused = async (body: object) => {
  const { status, body: problem } = await on.call('POST /_mock/decisions/simulate', { body });
  expect(status).toBe(400);
  return String(problem.detail);
};
const newest = async () => (await on.call('GET /_mock/requests?limit=1')).body.requests[0];
const makeKey = async (given: object) => {
  const order = { type: 'service', name: 'ci', services: ['nvcf'], scopes: [], resource: { type: 'All Functions' } };
  return (await on.call('POST /_mock/keys', { body: { ...order, ...given } })).body;
};
const tokenOf = async ({ clientId, clientSecret }: { readonly clientId: string; readonly clientSecret: string }) =>
  (await on.call('POST /api/v1/token', { body: { grantType: 'client_credentials', clientId, clientSecret } })).body
    .accessToken as string;

describe('somebody named, at a later time', () => {
  it('has the rights of an edit from the moment at which it takes effect', async () => {
    const { id } = await makeKey({});
    await on.call(`PATCH /_mock/keys/${id}`, { body: { scopes: ['list_functions'] } });
    const thought = { principal: id, method: 'GET', path: '/v2/nvcf/functions' };

    expect(await ask({ ...thought, at: iso(15 * MINUTE - 1) })).toMatchObject({
      effect: 'deny',
      reason: 'missing_scope',
    });
    expect(await ask({ ...thought, at: iso(15 * MINUTE) })).toMatchObject({ effect: 'allow', at: iso(15 * MINUTE) });
    expect(await ask(thought)).toMatchObject({ effect: 'deny', at: iso(0) });
  });

  it('is refused from the moment at which their key expires', async () => {
    const { id } = await makeKey({ scopes: ['list_functions'], expiresAt: iso(MINUTE) });
    const thought = { principal: id, method: 'GET', path: '/v2/nvcf/functions' };

    expect(await ask({ ...thought, at: iso(MINUTE - 1) })).toMatchObject({ effect: 'allow' });
    expect(await ask({ ...thought, at: iso(MINUTE) })).toMatchObject({ effect: 'deny', reason: 'expired_key' });
  });

  it('may call other operations, too', async () => {
    const { id } = await makeKey({});
    await on.call(`PATCH /_mock/keys/${id}`, { body: { scopes: ['list_functions'] } });
    const effectAt = async (at: string) =>
      (await ask({ principal: id, operations: '*', service: 'nvcf', at })).operations.find(
        ({ operation }: { readonly operation: string }) => operation === 'listFunctions',
      ).effect;

    expect([await effectAt(iso(0)), await effectAt(iso(15 * MINUTE))]).toEqual(['deny', 'allow']);
  });
});

describe('recorded requests, at a later time', () => {
  it('are refused from the moment at which their token expires', async () => {
    const token = await tokenOf(adminBot);
    const { tokenExpiresAt } = await newest();
    await on.call(KEYS, { token });
    const { id } = await newest();
    const before = new Date(Date.parse(tokenExpiresAt) - 1).toISOString();

    expect(await ask({ requests: [id], at: before })).toEqual({
      requests: [{ id, now: { effect: 'allow' }, later: { effect: 'allow' }, differs: false }],
    });
    expect(await ask({ requests: [id], at: tokenExpiresAt })).toEqual({
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

  it('are decided with the edits and the keys of that time, in the order in which they are named', async () => {
    const { id: edited, key } = await makeKey({});
    const { key: short } = await makeKey({ name: 'short', scopes: ['list_functions'], expiresAt: iso(MINUTE) });
    await on.call(`PATCH /_mock/keys/${edited}`, { body: { scopes: ['list_functions'] } });
    const ids: string[] = [];
    for (const token of [key, short, castKey('nvcf-deployer').key, 'nvapi-nonsense']) {
      await on.call(FUNCTIONS, { token });
      ids.push((await newest()).id);
    }
    const { requests } = await ask({ requests: ids, at: iso(15 * MINUTE) });

    expect(requests.map(({ id }: { readonly id: string }) => id)).toEqual(ids);
    expect(requests).toMatchObject([
      { now: { reason: 'missing_scope' }, later: { effect: 'allow' }, differs: true },
      { now: { effect: 'allow' }, later: { reason: 'expired_key' }, differs: true },
      { now: { effect: 'allow' }, later: { effect: 'allow' }, differs: false },
      { now: { reason: 'malformed_key' }, later: { reason: 'malformed_key' }, differs: false },
    ]);
  });

  it('leave nothing behind, and nobody decides about a public operation', async () => {
    await tokenOf(adminBot);
    const { id } = await newest();
    await on.call('GET /v2/unknown');
    const { id: unknown } = await newest();
    const seen = async () => [
      (await on.call('GET /_mock/requests')).body.total,
      (await on.call('GET /_mock/decisions')).body,
      (await on.call('GET /_mock/findings')).body,
    ];
    const before = await seen();
    const { requests } = await ask({ requests: [id, unknown], at: iso(MINUTE) });

    expect(requests).toMatchObject([{ later: { effect: 'allow' } }, { later: { effect: 'allow' } }]);
    expect(await seen()).toEqual(before);
  });
});

describe('a recorded request over a real connection', async () => {
  const mock = await startMock();
  afterAll(() => mock.stop());
  /** Sends these lines, and simulates the request for a minute later. */
  const simulated = async (...lines: readonly string[]) => {
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
  ])('is the same at any time if it %s', async (_what, lines) => {
    const allowed = { effect: 'allow' };

    expect(await simulated(...lines)).toMatchObject([{ now: allowed, later: allowed, differs: false }]);
  });

  it('is decided if it has no host, as HTTP 1.0 may', async () => {
    expect(await simulated('GET /v2/nvcf/functions HTTP/1.0', 'Authorization: Bearer nvapi-x')).toMatchObject([
      { now: { effect: 'deny', reason: 'malformed_key' } },
    ]);
  });
});

describe('a simulation at another time refuses', () => {
  const thought = { principal: castKey('nvcf-deployer').id, method: 'GET', path: '/v2/nvcf/functions' };

  it.each([
    [
      'a time that has passed',
      { ...thought, at: iso(-1) },
      'must not be in the past (before 2026-01-15T12:00:00.000Z)',
    ],
    ['what is no time', { ...thought, at: 'tomorrow' }, 'must be an RFC 3339 time'],
    ['a time without an offset', { ...thought, at: '2030-01-15T12:00:00' }, 'must be an RFC 3339 time'],
    ['requests without a time', { requests: ['a'] }, 'Field `at` is missing'],
    [
      'requests of somebody',
      { requests: ['a'], at: iso(0), principal: 'owner' },
      'Fields `requests` and `principal` exclude each other',
    ],
    ['a request that is not there', { requests: ['a'], at: iso(0) }, '`a`'],
  ])('%s', async (_what, body, sentence) => {
    expect(await refused(body)).toContain(sentence);
  });
});
