import { readFileSync } from 'node:fs';
import { importJWK, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { adminClaims } from '../../support/nak.ts';
import { resetTestServer, START, testServer } from '../../support/server.ts';

const ISSUER = 'http://api.nvcf.svc.cluster.local';
const PRIVATE = JSON.parse(
  readFileSync(new URL('../../../fixtures/nak/admin-key.es256.json', import.meta.url), 'utf8'),
);
const { d: _, ...PUBLIC } = PRIVATE;
const SECONDS = START / 1000;
const FUNCTION = { name: 'made-by-admin', inferenceUrl: '/', containerImage: 'nvcr.io/acme/echo:1' };

const server = await testServer({ nvcf: 'open-source' });
const issueToken = async (path = '/v1/admin/keys', target = server) =>
  (await target.call(`POST ${path}`)).body.value as string;
/** Signs a token with the claims of an administrator token, some of them changed. */
const forgeToken = async (claims: object = {}) =>
  new SignJWT({ ...adminClaims(SECONDS), ...claims })
    .setProtectedHeader({ alg: 'ES256' })
    .sign(await importJWK(PRIVATE, 'ES256'));

describe('the token of an administrator', () => {
  it('is issued without authentication, in compact JSON, and expires after twelve hours', async () => {
    const { status, body } = await server.call('POST /v1/admin/keys');
    const raw = await server.app.inject({
      method: 'POST',
      url: '/v1/admin/keys',
      payload: {},
      headers: { host: 'localhost' },
    });

    expect(status).toBe(200);
    expect(raw.body).toMatch(/"value":"[^"]+"/);
    expect(body).toMatchObject({
      status: 'ACTIVE',
      created_at: '2026-01-15T12:00:00.000Z',
      expires_at: '2026-01-16T00:00:00.000Z',
    });
    const { payload, protectedHeader } = await jwtVerify(body.value, await importJWK(PUBLIC, 'ES256'), {
      currentDate: new Date(START),
    });
    expect(protectedHeader.alg).toBe('ES256');
    expect(payload).toMatchObject({
      iss: ISSUER,
      sub: 'admin-issuer-proxy',
      azp: 'admin-issuer-proxy',
      aud: ['admin-issuer-proxy', 's:api'],
      jti: body.id,
      iat: SECONDS,
      nbf: SECONDS,
      exp: SECONDS + 43_200,
    });
  });

  it.each<[allowed: boolean, request: string, body?: object]>([
    [true, 'POST /v2/nvcf/functions', FUNCTION],
    [true, 'GET /v2/nvcf/functions'],
    [
      true,
      'GET /v2/nvcf/deployments/functions/3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001/versions/9b2e6f10-7c3d-4e58-a1f4-2d8c0b3a0001',
    ],
    [false, 'POST /v2/nvcf/pexec/functions/3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001', {}],
    [false, 'GET /v2/nvcf/queues/functions/3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001'],
    [false, 'GET /v2/nvcf/clusterGroups'],
  ])('has access (%s): %s', async (allowed, request, body) => {
    await resetTestServer(server);
    const { status, decision } = await server.call(request, { token: await issueToken(), ...(body && { body }) });

    expect([status, decision.effect]).toEqual(allowed ? [200, 'allow'] : [403, 'deny']);
  });

  it('appears in the decision as the principal, with a key as the fix', async () => {
    const { decision } = await server.call('GET /v2/nvcf/queues/functions/3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001', {
      token: await issueToken(),
    });
    const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);

    expect(body.principal).toMatchObject({ kind: 'admin-token', id: 'admin-issuer-proxy', org: 'acme' });
    expect(body.fixes).toMatchObject([{ kind: 'credential', text: expect.stringContaining('`POST /v1/keys`') }]);
    const { status } = await server.call('GET /_mock/least-privilege');
    expect(status).toBe(200);
  });

  it.each<[reason: string, token: () => Promise<string>]>([
    ['expired_token', () => forgeToken({ exp: SECONDS })],
    ['bad_signature', async () => `${(await forgeToken()).slice(0, -8)}AAAAAAAA`],
    ['world_gone', () => forgeToken({ jti: 'a.gone' })],
    ['malformed_token', () => forgeToken({ sub: 7 })],
    ['malformed_token', () => forgeToken({ jti: 7 })],
  ])('is rejected with 401 and without a body: %s', async (reason, token) => {
    const { status, body, headers, decision } = await server.call('GET /v2/nvcf/functions', { token: await token() });

    expect([status, body]).toEqual([401, undefined]);
    expect(headers['www-authenticate']).toMatch(/^Bearer/);
    expect(decision.reason).toBe(reason);
  });

  it('returns 404 for an unknown client, after its scopes are checked', async () => {
    const call = async (request: string) => server.call(request, { token: await forgeToken({ sub: 'other' }) });
    const { status, body } = await call('GET /v2/nvcf/functions');

    expect([status, body.detail]).toEqual([404, "Unknown client_id 'other' when finding account id"]);
    expect((await call('POST /v2/nvcf/functions')).status).toBe(403);
  });

  it('is not supported in the documented profile', async () => {
    const documented = await testServer();
    const { status, decision } = await documented.call('GET /v2/nvcf/functions', { token: await forgeToken() });

    expect([status, decision.reason]).toEqual([401, 'unsupported_token']);
  });
});
