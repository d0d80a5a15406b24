/** The bearers of the cast: tokens that do not expire, for tools that take a token as an option. */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { decodeJwt, decodeProtectedHeader, importJWK, SignJWT } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { admin, researcher } from '../../support/cast.ts';
import { listHints } from '../../support/hints.ts';
import { ISSUER_PATH } from '../../support/oauth.ts';
import { testServer } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

const server = await testServer();
const LIST_KEYS = 'GET /api/v1/access-keys';
const FIXTURES = new URL('../../../fixtures/runai/', import.meta.url);

interface Holder {
  readonly id: string;
  readonly email?: string;
  readonly name?: string;
  readonly bearer: string;
}

async function listHolders(on: Pick<typeof server, 'call'> = server, prefix = ''): Promise<readonly Holder[]> {
  const { body } = await on.call(`GET ${prefix}/_mock/cast`);
  return [...body.runai.users, ...body.runai.applications, ...body.runai.serviceAccounts];
}

async function readBearer(holder: string, on: Pick<typeof server, 'call'> = server, prefix = ''): Promise<string> {
  return (await listHolders(on, prefix)).find(({ email, name }) => (email ?? name) === holder)?.bearer ?? '';
}

/** Changes claims of a token, and signs it with the key of the bearers, which is public. */
async function forgeToken(token: string, claims: object): Promise<string> {
  const jwk = JSON.parse(await readFile(new URL('bearer-key.rs256.json', FIXTURES), 'utf8'));
  const { kid } = decodeProtectedHeader(token);
  return new SignJWT({ ...decodeJwt(token), ...claims })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: String(kid) })
    .sign(await importJWK(jwk, 'RS256'));
}

beforeEach(() => server.call('POST /_mock/reset'));

describe('a bearer of the cast', () => {
  it('exists for each identity of the built-in cast, and equals the shipped file', async () => {
    const tokens = (await listHolders()).map(({ bearer }) => bearer);
    await expect(`${JSON.stringify(tokens, null, 2)}\n`).toMatchFileSnapshot(
      fileURLToPath(new URL('bearers.json', FIXTURES)),
    );
  });

  it('contains the claims of its identity, and does not expire', async () => {
    const { id } = admin;
    expect(decodeJwt(await readBearer(admin.email))).toEqual({
      iss: 'http://localhost:6625/auth/realms/acme',
      sub: id,
      email: admin.email,
      email_verified: true,
      preferred_username: admin.email,
      iat: Date.UTC(2020, 0, 1) / 1000,
      exp: 253_402_300_799,
      jti: expect.any(String),
      tenant_id: 1001,
      azp: admin.accessKey.clientId,
      typ: 'Bearer',
      sid: expect.any(String),
    });
  });

  it('has the permissions of its identity, and causes no hint about its issuer', async () => {
    expect((await server.call(LIST_KEYS, { token: await readBearer(admin.email) })).status).toBe(200);
    expect((await server.call('GET /api/v1/users', { token: await readBearer(researcher.email) })).status).toBe(403);
    expect(await listHints(server)).toEqual([]);
  });

  it('remains valid after a rotation of the signing key and ten years', async () => {
    const token = await readBearer('ci-bot');
    await server.call('POST /_mock/tokens/rotate-signing-key');
    await server.call('POST /_mock/clock/advance', { body: { by: '87600h' } });
    expect((await server.call(LIST_KEYS, { token })).status).toBe(200);
    expect(await readBearer('ci-bot')).toBe(token);
  });

  it('is the same after a reset and on a server with another signing key', async () => {
    const token = await readBearer('ci-app');
    await server.call('POST /_mock/reset');
    expect(await readBearer('ci-app')).toBe(token);
    const otherServer = await testServer({ signingKey: 'ES256' });
    expect(await readBearer('ci-app', otherServer)).toBe(token);
    expect((await otherServer.call(LIST_KEYS, { token })).status).toBe(200);
  });

  it('has a key in the JWKS whose algorithm the metadata lists, whatever the signing key of the server', async () => {
    const otherServer = await testServer({ signingKey: 'ES256' });
    const { body: metadata } = await otherServer.call(`GET ${ISSUER_PATH}/.well-known/openid-configuration`);
    const { body: jwks } = await otherServer.call(`GET ${new URL(metadata.jwks_uri).pathname}`);

    expect(jwks.keys.map(({ alg }: { alg: string }) => alg)).toEqual(['ES256', 'RS256']);
    expect(metadata.id_token_signing_alg_values_supported).toEqual(['ES256', 'RS256']);
  });

  it('is ignored in a seed', async () => {
    const { body: seed } = await server.call('GET /_mock/cast');
    seed.runai.users[0].bearer = 'something else';
    const world = await makeWorld(server, { seed });
    expect((await listHolders(server, `/w/${world.id}`))[0]?.bearer).toMatch(/^ey/);
  });
});

it('the bearers of a world with its own credentials select this world, and are rejected by other worlds', async () => {
  const { id } = await makeWorld(server, { credentials: 'own' });
  const token = await readBearer(admin.email, server, `/w/${id}`);
  expect(token).not.toBe(await readBearer(admin.email));
  expect((await server.call(`GET /w/${id}/api/v1/access-keys`, { token })).status).toBe(200);
  const routed = await server.call(LIST_KEYS, { token });
  expect(routed.status).toBe(200);
  expect((await server.call(`GET /w/${id}/_mock/requests`)).body.requests).toHaveLength(2);
  const otherWorld = await makeWorld(server, { credentials: 'own' });
  expect((await server.call(`GET /w/${otherWorld.id}/api/v1/access-keys`, { token })).status).toBe(401);
});

describe('the key of the bearers', () => {
  it.each([
    ['another issuer', { iss: 'http://localhost:6625/auth/realms/other' }, 'wrong_issuer'],
    ['an unknown subject', { sub: 'nobody' }, 'unknown_subject'],
  ])('does not make a token with %s valid', async (_what, claims, reason) => {
    const answer = await server.call(LIST_KEYS, { token: await forgeToken(await readBearer(admin.email), claims) });
    expect(answer.status).toBe(401);
    expect(answer.headers['x-mock-decision']).toContain(reason);
  });

  it('has its public part, and no private members, in the JWKS', async () => {
    const { n, e } = JSON.parse(await readFile(new URL('bearer-key.rs256.json', FIXTURES), 'utf8'));
    const { body } = await server.call('GET /auth/realms/acme/protocol/openid-connect/certs');
    expect(body.keys[1]).toMatchObject({ kty: 'RSA', n, e });
    expect(Object.keys(body.keys[1]).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });
});
