import { readFileSync } from 'node:fs';
import { importJWK, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { adminClaims } from '../../support/nak.ts';
import { afresh, START, testServer } from '../../support/server.ts';

const ISSUER = 'http://api.nvcf.svc.cluster.local';
const PRIVATE = JSON.parse(
  readFileSync(new URL('../../../fixtures/nak/admin-key.es256.json', import.meta.url), 'utf8'),
);
const { d: _, ...PUBLIC } = PRIVATE;
const SECONDS = START / 1000;
const FUNCTION = { name: 'made-by-admin', inferenceUrl: '/', containerImage: 'nvcr.io/acme/echo:1' };

const server = await testServer({ nvcf: 'open-source' });
const issue = async (path = '/v1/admin/keys', on = server) => (await on.call(`POST ${path}`)).body.value as string;
/** A token with the claims of an administrator's, some of them changed. */
const forged = async (claims: object = {}, { alg = 'ES256', key = PRIVATE } = {}) =>
  new SignJWT({ ...adminClaims(SECONDS), ...claims })
    .setProtectedHeader({ alg })
    .sign(alg === 'HS256' ? new TextEncoder().encode(JSON.stringify(PUBLIC)) : await importJWK(key, alg));

describe('the token of an administrator', () => {
  it('is issued to anybody, without a body, in compact JSON, and lasts twelve hours', async () => {
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
    [true, 'GET /v2/nvcf/registry-credentials'],
    [true, 'GET /v2/nvcf/telemetries'],
    [
      true,
      'GET /v2/nvcf/deployments/functions/3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001/versions/9b2e6f10-7c3d-4e58-a1f4-2d8c0b3a0001',
    ],
    [false, 'POST /v2/nvcf/pexec/functions/3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001', {}],
    [false, 'GET /v2/nvcf/queues/functions/3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001'],
    [false, 'GET /v2/nvcf/authorizations/functions/3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001'],
    [false, 'GET /v2/nvcf/clusterGroups'],
  ])('may (%s) %s', async (allowed, request, body) => {
    await afresh(server);
    const { status, decision } = await server.call(request, { token: await issue(), ...(body && { body }) });

    expect([status, decision.effect]).toEqual(allowed ? [200, 'allow'] : [403, 'deny']);
  });

  it('is explained: the decision names the administrator, and the fix is a key', async () => {
    const { decision } = await server.call('GET /v2/nvcf/queues/functions/3f1d7c52-4a0e-4b6f-8d21-0c5e9a1b0001', {
      token: await issue(),
    });
    const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);

    expect(body.principal).toMatchObject({ kind: 'admin-token', id: 'admin-issuer-proxy', org: 'acme' });
    expect(body.fixes).toMatchObject([{ kind: 'credential', text: expect.stringContaining('`POST /v1/keys`') }]);
    const { status } = await server.call('GET /_mock/least-privilege');
    expect(status).toBe(200);
  });

  it.each<[reason: string, token: () => Promise<string>]>([
    ['expired_token', () => forged({ exp: SECONDS })],
    ['not_yet_valid', () => forged({ nbf: SECONDS + 60 })],
    ['unsupported_token', () => forged({ iss: 'http://elsewhere' })],
    ['bad_signature', async () => `${(await forged()).slice(0, -8)}AAAAAAAA`],
    ['unsupported_algorithm', () => forged({}, { alg: 'HS256' })],
    ['malformed_token', () => forged({ sub: undefined })],
    ['malformed_token', () => forged({ exp: undefined })],
    ['world_gone', () => forged({ jti: 'a.gone' })],
  ])('is refused with 401 and without a body: %s', async (reason, token) => {
    const { status, body, headers, decision } = await server.call('GET /v2/nvcf/functions', { token: await token() });

    expect([status, body]).toEqual([401, undefined]);
    expect(headers['www-authenticate']).toMatch(/^Bearer/);
    expect(decision.reason).toBe(reason);
  });

  it('holds the scopes of its claim, whatever else the claim has', async () => {
    expect((await server.call('GET /v2/nvcf/functions', { token: await forged() })).status).toBe(200);
    for (const scopes of [undefined, 'list_functions', [], [5, null]]) {
      expect((await server.call('GET /v2/nvcf/functions', { token: await forged({ scopes }) })).status).toBe(403);
    }
  });

  it('is refused with 404 if no account has its client, once its scopes allow the operation', async () => {
    const call = async (request: string) => server.call(request, { token: await forged({ sub: 'other' }) });
    const { status, body } = await call('GET /v2/nvcf/functions');

    expect([status, body.detail]).toEqual([404, "Unknown client_id 'other' when finding account id"]);
    expect((await call('POST /v2/nvcf/functions')).status).toBe(403);
  });

  it('ends after twelve hours of the world', async () => {
    const one = await testServer({ nvcf: 'open-source' });
    const token = await issue(undefined, one);
    await one.call('POST /_mock/clock/advance', { body: { by: '12h' } });

    expect((await one.call('GET /v2/nvcf/functions', { token })).decision.reason).toBe('expired_token');
  });

  it('leads to its world, and is refused in another', async () => {
    const one = await testServer({ nvcf: 'open-source' });
    await one.call('POST /_mock/worlds', { body: { id: 'alice' } });
    const token = await issue('/w/alice/v1/admin/keys', one);
    await one.call('POST /v2/nvcf/functions', { token, body: FUNCTION });

    const names = async (path: string) =>
      (
        await one.call(`GET ${path}/v2/nvcf/functions`, { token: await issue(`${path}/v1/admin/keys`, one) })
      ).body.functions.map(({ name }: { name: string }) => name);
    expect(await names('/w/alice')).toContain('made-by-admin');
    expect(await names('')).not.toContain('made-by-admin');
    const { status, decision } = await one.call('GET /w/default/v2/nvcf/functions', { token });
    expect([status, decision.reason]).toEqual([401, 'other_world']);
  });

  it('means nothing in the documented profile', async () => {
    const documented = await testServer();
    const { status, decision } = await documented.call('GET /v2/nvcf/functions', { token: await forged() });

    expect([status, decision.reason]).toEqual([401, 'unsupported_token']);
  });
});
