/** Detection of credentials that may be real. */

import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createLineLog } from '../../src/lib/log.ts';
import { listHints } from '../support/hints.ts';
import { castKey } from '../support/ngc-cast.ts';
import { testServer } from '../support/server.ts';

const lines: string[] = [];
const server = await testServer(
  {},
  { log: (clock) => createLineLog('debug', false, clock, (line) => void lines.push(line)) },
);

/** A string with the form of a key that no mock minted. */
const forgeKey = (letter: string) => `nvapi-${letter.repeat(64)}`;
const FORM = 'application/x-www-form-urlencoded';
const REALM_TOKEN = 'POST /auth/realms/acme/protocol/openid-connect/token';
const token = castKey('nvcf-full-access').key;
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Places where a client may send a key, each with its request. */
const PLACES: [place: string, send: (key: string) => Promise<unknown>][] = [
  ['the bearer token of Air', (key) => server.call('GET /api/v3/simulations/', { token: key })],
  ['the bearer token of Run:ai', (key) => server.call('GET /api/v1/access-keys', { token: key })],
  ['a header of another name', (key) => server.call('GET /api/v3/simulations/', { headers: { 'x-api-key': key } })],
  ['a cookie', (key) => server.call('GET /_mock/health', { headers: { cookie: `key=${key}` } })],
  ['a path', (key) => server.call(`GET /v2/nvcf/functions/${key}/versions`, { token })],
  [
    'a path with an encoded hyphen',
    (key) => server.call(`GET /v2/nvcf/functions/${key.replace('-', '%2D')}/versions`, { token }),
  ],
  ['a path with an encoded letter', (key) => server.call(`GET /api/v1/users/${key.replace('n', '%6e')}`)],
  ['an unknown path', (key) => server.call(`GET /nothing/${key}`)],
  ['a path of the control API', (key) => server.call(`GET /_mock/keys/${key}`)],
  ['the value of a query', (key) => server.call(`GET /v2/nvcf/functions?api_key=${key}`, { token })],
  ['the name of a query', (key) => server.call(`GET /v2/nvcf/functions?${key}=1`, { token })],
  [
    'the body of a token request',
    (key) => server.grant({ grantType: 'client_credentials', clientId: 'x', clientSecret: key }),
  ],
  ['a client id', (key) => server.grant({ grantType: 'client_credentials', clientId: key, clientSecret: 'x' })],
  [
    'a form',
    (key) =>
      server.call('POST /v3/keys/get-caller-info', { headers: { 'content-type': FORM }, body: `credentials=${key}` }),
  ],
  [
    'a stored secret',
    (key) =>
      server.call('POST /v2/nvcf/functions', { token, body: { name: 'x', secrets: [{ name: 'KEY', value: key }] } }),
  ],
  [
    'Basic authentication',
    (key) =>
      server.call(REALM_TOKEN, {
        headers: { authorization: `Basic ${base64(`ci-app:${key}`)}`, 'content-type': FORM },
        body: 'grant_type=client_credentials',
      }),
  ],
  [
    'a registry credential in base64',
    (key) =>
      server.call('POST /v2/nvcf/functions', {
        token,
        body: { name: 'x', secrets: [{ name: 'KEY', value: base64(`$oauthtoken:${key}`) }] },
      }),
  ],
  [
    'the name of a new key',
    (key) =>
      server.call('POST /_mock/keys', {
        body: { type: 'service', name: key, services: ['nvcf'], scopes: ['list_functions'] },
      }),
  ],
];

describe('a key that no mock minted', () => {
  it.each(PLACES)('is reported and hidden in %s', async (place, send) => {
    const key = forgeKey('abcdefghijklmnopqrstuvwxyz'[PLACES.findIndex(([name]) => name === place)] as string);
    lines.length = 0;
    await send(key);

    const hints = await listHints(server);
    const short = hash('sha256', key, 'hex').slice(0, 8);
    // The journal has no requests to the control API.
    if (!/control API|cookie|new key/.test(place)) {
      expect(hints).toContainEqual({ code: 'foreign_credential', text: expect.stringContaining(short) });
    }
    expect(lines.join('')).toMatch(new RegExp(` warn .*${short}`));
    const { decisions } = (await server.call('GET /_mock/decisions')).body;
    const drawn = key.slice('nvapi-'.length);
    expect(JSON.stringify(hints)).not.toContain(drawn);
    expect(JSON.stringify(decisions)).not.toContain(drawn);
    expect(lines.join('')).not.toContain(drawn);
  });

  it('is not reported in recorded traffic, which has such keys', async () => {
    lines.length = 0;
    const response = await server.call('POST /_mock/requests/check', {
      body: { log: { entries: [], key: forgeKey('T') } },
    });

    expect(response.status).toBe(200);
    expect(lines.join('')).not.toContain(' warn ');
  });

  it('differs from a key of the mock, which is hidden but not reported', async () => {
    const before = await listHints(server);
    lines.length = 0;
    await server.call(`GET /v2/nvcf/functions/${token}/versions`, { token });

    const countForeign = (list: { code: string }[]) => list.filter(({ code }) => code === 'foreign_credential').length;
    expect(countForeign(await listHints(server))).toBe(countForeign(before));
    expect(lines.join('')).not.toContain(token);
    expect(JSON.stringify((await server.call('GET /_mock/decisions?limit=1')).body)).not.toContain(token);
  });
});

describe('a request with a key that no mock minted', () => {
  const key = forgeKey('R');
  const refused = {
    runai: (body: unknown) =>
      expect(body).toMatchObject({ code: 400, message: expect.stringContaining('no mock issued') }),
    oauth: (body: unknown) => expect(body).toMatchObject({ error: 'invalid_request' }),
    nvcf: (body: unknown) =>
      expect(body).toMatchObject({ status: 400, detail: expect.stringContaining('Validation failed') }),
    ngc: (body: unknown) => expect(body).toMatchObject({ requestStatus: { statusCode: 'INVALID_REQUEST' } }),
    air: (body: unknown) => expect(body).toMatchObject({ type: 'VALIDATION', detail: expect.any(String) }),
  };
  const owner = castKey('owner').key;

  it.each<[place: string, vendor: keyof typeof refused, call: string, request: object]>([
    [
      'in a secret',
      'nvcf',
      'POST /v2/nvcf/functions',
      { token, body: { name: 'x', secrets: [{ name: 'K', value: key }] } },
    ],
    ['as a name', 'air', 'POST /api/v3/simulations/', { token: owner, body: { name: key } }],
    ['as the name of a member', 'air', 'POST /api/v3/simulations/', { token: owner, body: { name: 'x', [key]: 1 } }],
    [
      'written with escapes',
      'air',
      'POST /api/v3/simulations/',
      { token: owner, headers: { 'content-type': 'application/json' }, body: `{"name":"\\u006e${key.slice(1)}"}` },
    ],
    [
      'as the name of another key',
      'ngc',
      'POST /v3/orgs/acme/keys/type/PERSONAL_KEY',
      { token: owner, body: { name: key, policies: [] } },
    ],
    ['in its path', 'nvcf', `GET /v2/nvcf/functions/${key}/versions`, { token }],
    ['in its query', 'nvcf', `GET /v2/nvcf/functions?visibility=${key}`, { token }],
    [
      'as the secret of a client',
      'runai',
      'POST /api/v1/token',
      { body: { grantType: 'client_credentials', clientId: 'ci-app', clientSecret: key } },
    ],
    [
      'in a form',
      'oauth',
      REALM_TOKEN,
      {
        headers: { 'content-type': FORM },
        body: `grant_type=client_credentials&client_id=ci-app&client_secret=${key}`,
      },
    ],
  ])('%s is rejected as an error of %s with the reason `foreign_credential`', async (_where, vendor, call, request) => {
    const before = (await server.call('GET /_mock/info')).body.counts;
    const { status, body, decision } = await server.call(call, request);

    expect(status).toBe(400);
    refused[vendor](body);
    expect(decision).toMatchObject({ effect: 'deny', reason: 'foreign_credential' });
    expect((await server.call('GET /_mock/info')).body.counts).toEqual(before);
    const whole = (await server.call(`GET /_mock/decisions/${decision.id}`)).body;
    expect(whole.fixes).toContainEqual(expect.objectContaining({ kind: 'credential' }));
    const [entry] = (await server.call('GET /_mock/requests?limit=1')).body.requests;
    expect(entry.reason).toBe('foreign_credential');
    expect(JSON.stringify([whole, entry])).not.toContain(key.slice(8));
  });

  it('to the control API is rejected with a problem document', async () => {
    const order = { type: 'service', name: key, services: ['nvcf'], scopes: ['list_functions'] };
    const { status, body, decision } = await server.call('POST /_mock/keys', { body: order });

    expect({ status, decision }).toEqual({ status: 400, decision: null });
    expect(body).toMatchObject({ status: 400, detail: expect.stringContaining('no mock issued') });
    expect(JSON.stringify((await server.call('GET /_mock/keys')).body)).not.toContain(key);
  });

  it('as its Basic credentials is rejected with `invalid_client`', async () => {
    const { status, body, decision } = await server.call(REALM_TOKEN, {
      headers: { authorization: `Basic ${base64(`ci-app:${key}`)}`, 'content-type': FORM },
      body: 'grant_type=client_credentials',
    });

    expect({ status, error: body.error, reason: decision.reason }).toEqual({
      status: 401,
      error: 'invalid_client',
      reason: 'wrong_secret',
    });
  });

  it('is rejected with 401 first if it has no token', async () => {
    const { status } = await server.call('POST /v2/nvcf/functions', { body: { name: key } });

    expect(status).toBe(401);
  });
});
