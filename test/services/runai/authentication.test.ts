/** How an access token authenticates a request. */

import { decodeJwt } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DenyReason } from '../../../src/decisions/reasons.ts';
import { createLineLog } from '../../../src/lib/log.ts';
import { ALL_REASONS } from '../../../src/services/index.ts';
import { admin, cast, researcher } from '../../support/cast.ts';
import { listHints } from '../../support/hints.ts';
import { type CastKey, ngcCast } from '../../support/ngc-cast.ts';
import { runaiRefusal } from '../../support/refusal-shapes.ts';
import { START, type TestServer, testServer } from '../../support/server.ts';
import { forge, goodClaims, publicPem } from '../../support/tokens.ts';
import { requestBytes, send } from '../../support/wire.ts';

const SECOND = 1000;
const ISSUER_PATH = `/auth/realms/${cast.tenant.realm}`;

const log: string[] = [];
const server = await testServer(
  {},
  { log: (clock) => createLineLog('debug', false, clock, (line) => void log.push(line)) },
);
const { port } = await server.listen('127.0.0.1', 0);
const clockServer = await testServer();
/** Returns a second server in its initial state, with a clock that a test may set. */
const resetClockServer = async () => {
  clockServer.clock.set(START);
  await clockServer.call('POST /_mock/reset');
  return clockServer;
};

/** Lists access keys with this `Authorization` header. */
const listKeys = (authorization: string | undefined, host = 'localhost:6625', on: TestServer = server) =>
  on.call('GET /api/v1/access-keys', { headers: { host, ...(authorization !== undefined && { authorization }) } });
const listKeysWith = (token: string, host?: string, on?: TestServer) => listKeys(`Bearer ${token}`, host, on);

const mintTokenAt = async (host: string, on: TestServer = server): Promise<string> => {
  const { clientId, clientSecret } = researcher.accessKey;
  const { body } = await on.call('POST /api/v1/token', {
    headers: { host },
    body: { grantType: 'client_credentials', clientId, clientSecret },
  });
  return body.accessToken;
};

const readHints = (on: TestServer = server) => listHints(on);

/** Lists the secret parts of a credential. */
const listSecrets = (authorization: string) => authorization.split(/[ ."]/).filter((part) => part.length > 12);

const validToken = await forge();
const [validHeader = '', , validSignature = ''] = validToken.split('.');
const forgeBearer = async (...parts: Parameters<typeof forge>) => `Bearer ${await forge(...parts)}`;
const encodeJson = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const pemAsSecret = new TextEncoder().encode(publicPem);
const inSeconds = START / SECOND;

const changedPayload = `${validHeader}.${encodeJson({ ...goodClaims, sub: admin.id })}.${validSignature}`;

const [ngcKey] = ngcCast.keys as [CastKey];

const rejected: [what: string, authorization: string | undefined, reason: DenyReason][] = [
  ['no header', undefined, 'no_token'],
  ['Basic credentials', `Basic ${Buffer.from('ci-bot:a-secret-of-it').toString('base64')}`, 'wrong_scheme'],
  ['garbage', 'Bearer complete-and-utter-garbage', 'malformed_token'],
  ['a token that expires now', await forgeBearer({ exp: inSeconds }), 'expired_token'],
  ['an `nbf` in the future', await forgeBearer({ nbf: inSeconds + 6 }), 'not_yet_valid'],
  [
    'HS256 with the public key as its secret',
    await forgeBearer({}, { alg: 'HS256' }, pemAsSecret),
    'unsupported_algorithm',
  ],
  ['an NGC key', `Bearer ${ngcKey.key}`, 'ngc_key_as_token'],
  ['the id of another tenant', await forgeBearer({ tenant_id: 1002 }), 'wrong_tenant'],
  ['an unknown `kid`', await forgeBearer({}, { kid: 'another-key' }), 'unknown_key_id'],
  ['a changed payload', `Bearer ${changedPayload}`, 'bad_signature'],
  ['an issuer of another host', await forgeBearer({ iss: `http://evil.test${ISSUER_PATH}` }), 'wrong_issuer'],
  ['an unknown subject', await forgeBearer({ sub: 'f0000000-0000-4000-8000-000000000000' }), 'unknown_subject'],
];

describe('GET /api/v1/access-keys rejects', () => {
  it.each(rejected)('%s', async (_what, authorization, reason) => {
    const answer = await listKeys(authorization);
    const { body: decision } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);

    expect(answer.status).toBe(401);
    runaiRefusal(answer);
    expect(Object.keys(answer.body)).toEqual(['code', 'message']);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    const { certainty, source } = ALL_REASONS[reason];
    const basis = certainty === 'documented' ? {} : { certainty };
    expect(answer.decision).toEqual({
      id: expect.any(String),
      effect: 'deny',
      reason,
      ...basis,
      see: expect.any(String),
    });
    expect(decision.source).toBe(certainty === 'documented' ? undefined : source);
    expect(decision).toMatchObject({
      id: answer.decision.id,
      operation: 'get_access_keys',
      request: { method: 'GET', path: '/api/v1/access-keys' },
      effect: 'deny',
      principal: null,
      rule: null,
      reason,
    });
    expect(decision.fixes.filter(({ kind }: { kind: string }) => kind !== 'hint')).toHaveLength(1);
    expect(decision.explanation).toMatch(/^get_access_keys was refused: \w/);
    const reported = JSON.stringify([answer.body, answer.headers, decision, await readHints()]) + log.join('');
    for (const secret of listSecrets(authorization ?? '')) expect(reported).not.toContain(secret);
    expect((await listKeysWith(validToken)).status).toBe(200);
  });

  it('two `Authorization` headers with the same valid token', async () => {
    const twice = [`Authorization: Bearer ${validToken}`, `Authorization: Bearer ${validToken}`];
    const answer = await send(port, requestBytes('GET /api/v1/access-keys', ['Host: localhost', ...twice]));
    const { body: decision } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);

    expect(answer.status).toBe(401);
    runaiRefusal(answer);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.decision.reason).toBe('multiple_authorization');
    expect(decision.reason).toBe('multiple_authorization');
    expect(JSON.stringify([answer.head, answer.body, decision])).not.toContain(validSignature);
    expect((await listKeysWith(validToken)).status).toBe(200);
  });

  it('a token that is not in the `Authorization` header', async () => {
    const answer = await server.call(`GET /api/v1/access-keys?access_token=${validToken}`, {
      headers: { cookie: `access_token=${validToken}`, 'x-access-token': validToken },
    });

    expect(answer.status).toBe(401);
    expect(answer.decision.reason).toBe('no_token');
    expect(JSON.stringify([answer.body, answer.headers, await readHints()]) + log.join('')).not.toContain(
      validSignature,
    );
  });
});

describe('a token that expires', () => {
  it('is rejected from an `exp` with a fraction, whether it is cached or not', async () => {
    const ownServer = await resetClockServer();
    const exp = inSeconds + 1.5;
    const cached = await forge({ exp });
    await listKeysWith(cached, undefined, ownServer);
    ownServer.clock.set(START + 1499);
    const before = [cached, await forge({ exp, jti: 'a' })].map((token) => listKeysWith(token, undefined, ownServer));
    const statusesBefore = (await Promise.all(before)).map(({ status }) => status);
    ownServer.clock.set(START + 1500);
    const after = [cached, await forge({ exp, jti: 'b' })].map((token) => listKeysWith(token, undefined, ownServer));
    const statusesAfter = (await Promise.all(after)).map(({ status }) => status);

    expect(statusesBefore).toEqual([200, 200]);
    expect(statusesAfter).toEqual([401, 401]);
  });

  it('is recorded with its subject in the decision and in the journal', async () => {
    const ownServer = await resetClockServer();
    const token = await ownServer.tokenOf(researcher);
    await ownServer.call('POST /_mock/clock/advance', { body: { by: '1h' } });
    const answer = await listKeysWith(token, undefined, ownServer);
    const { body: decision } = await ownServer.call(`GET /_mock/decisions/${answer.decision.id}`);
    const { body: journal } = await ownServer.call('GET /_mock/requests?limit=1');

    expect(decision).toMatchObject({ reason: 'expired_token', principal: null, claimed: { id: researcher.id } });
    expect(decision.explanation).toContain(`it was issued to user \`${researcher.email}\``);
    expect(journal.requests[0].principal).toMatchObject({ kind: 'user', id: researcher.id });
  });
});

describe('a token of another host name of the server', async () => {
  const named = await testServer({ alias: ['mock-alias', '10.9.9.9'] });
  beforeEach(async () => {
    await named.call('POST /_mock/reset');
  });

  it.each([
    ['127.0.0.1:6625', 'localhost:6625'],
    ['mock-alias:6625', 'localhost:6625'],
  ])('is issued under %s, accepted under %s, and reported as a hint', async (issuedUnder, usedUnder) => {
    const token = await mintTokenAt(issuedUnder, named);
    const answer = await listKeysWith(token, usedUnder, named);
    const reported = await readHints(named);

    expect(decodeJwt(token).iss).toBe(`http://${issuedUnder}${ISSUER_PATH}`);
    expect(answer.status).toBe(200);
    expect(reported).toEqual([expect.objectContaining({ code: 'issuer_differs' })]);
    expect(reported[0].text).toContain(`http://${issuedUnder}${ISSUER_PATH}`);
    expect(reported[0].text).toContain(`http://${usedUnder}`);
    for (const part of listSecrets(token)) expect(JSON.stringify(reported)).not.toContain(part);
  });

  it('has the issuer of --public-url under all host names', async () => {
    const published = await testServer({ publicUrl: 'https://mock.acme.test' });
    const token = await mintTokenAt('localhost:6625', published);
    const statuses = await Promise.all(
      ['localhost:6625', '127.0.0.1:1', 'mock.acme.test', 'unknown.test'].map(
        async (host) => (await listKeysWith(token, host, published)).status,
      ),
    );

    expect(decodeJwt(token).iss).toBe(`https://mock.acme.test${ISSUER_PATH}`);
    expect(statuses).toEqual([200, 200, 200, 200]);
    expect(await readHints(published)).toEqual([]);
  });

  it('is accepted and reported if it was issued before --public-url was set', async () => {
    const published = await testServer({ publicUrl: 'https://mock.acme.test' });

    expect((await listKeysWith(await forge(), 'localhost:6625', published)).status).toBe(200);
    expect(await readHints(published)).toEqual([expect.objectContaining({ code: 'issuer_differs' })]);
  });
});

it('an unknown host name is the issuer of tokens that it issues, and accepts them', async () => {
  const token = await mintTokenAt('proxy.test:8080');
  const answer = await listKeysWith(token, 'proxy.test:8080');

  expect(decodeJwt(token).iss).toBe(`http://proxy.test:8080${ISSUER_PATH}`);
  expect(answer.status).toBe(200);
  expect(answer.decision.effect).toBe('allow');
});

it('a token issued before a reset is accepted although the reset deleted its access key', async () => {
  const ownServer = await resetClockServer();
  const created = await ownServer.call('POST /api/v1/access-keys', {
    token: await forge(),
    body: { name: 'short-lived' },
  });
  const { clientId, clientSecret } = created.body;
  const credentials = { grantType: 'client_credentials', clientId, clientSecret };
  const { body } = await ownServer.grant(credentials);
  await ownServer.call('POST /_mock/reset');

  expect((await ownServer.grant(credentials)).decision.reason).toBe('unknown_client');
  expect((await listKeysWith(body.accessToken, undefined, ownServer)).status).toBe(200);
});
