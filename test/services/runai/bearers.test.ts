/** The bearers of the cast: tokens that do not end, for tools that take one token as an option. */
import { readFile } from 'node:fs/promises';
import { compactVerify, createLocalJWKSet, decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { admin, researcher } from '../../support/cast.ts';
import { testServer } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

const server = await testServer();
const HERE = 'GET /api/v1/access-keys';
const FIXTURES = new URL('../../../fixtures/runai/', import.meta.url);

interface Holder {
  readonly id: string;
  readonly email?: string;
  readonly name?: string;
  readonly bearer: string;
}

async function holders(of: Pick<typeof server, 'call'> = server, prefix = ''): Promise<readonly Holder[]> {
  const { body } = await of.call(`GET ${prefix}/_mock/cast`);
  return [...body.runai.users, ...body.runai.applications, ...body.runai.serviceAccounts];
}

async function bearerOf(who: string, of: Pick<typeof server, 'call'> = server, prefix = ''): Promise<string> {
  return (await holders(of, prefix)).find(({ email, name }) => (email ?? name) === who)?.bearer ?? '';
}

/** Changes claims of a token, and signs it with the key of the bearers, which is public. */
async function forged(token: string, claims: object): Promise<string> {
  const { importJWK, SignJWT } = await import('jose');
  const jwk = JSON.parse(await readFile(new URL('bearer-key.rs256.json', FIXTURES), 'utf8'));
  const { kid } = decodeProtectedHeader(token);
  return new SignJWT({ ...decodeJwt(token), ...claims })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: String(kid) })
    .sign(await importJWK(jwk, 'RS256'));
}

beforeEach(() => server.call('POST /_mock/reset'));

describe('A bearer of the cast', () => {
  it('is shipped for each identity of the built-in cast', async () => {
    const tokens = (await holders()).map(({ bearer }) => bearer);
    expect(tokens).toHaveLength(9);
    await expect(`${JSON.stringify(tokens, null, 2)}\n`).toMatchFileSnapshot(
      new URL('bearers.json', FIXTURES).pathname,
    );
  });

  it('says who it is for, and never ends', async () => {
    const { id } = admin;
    expect(decodeJwt(await bearerOf(admin.email))).toEqual({
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

  it('is verified by a key of the JWKS, which is behind the key that signs all other tokens', async () => {
    const { body } = await server.call('GET /auth/realms/acme/protocol/openid-connect/certs');
    const granted = await server.call('POST /api/v1/token', {
      body: { grantType: 'client_credentials', ...credentialsOf(admin) },
    });
    expect(decodeProtectedHeader(granted.body.accessToken).kid).toBe(body.keys[0].kid);
    const token = await bearerOf(admin.email);
    expect(decodeProtectedHeader(token).kid).toBe(body.keys[1].kid);
    await expect(compactVerify(token, createLocalJWKSet(body))).resolves.toBeDefined();
  });

  it('has the rights of its identity, without a finding about its issuer', async () => {
    expect((await server.call(HERE, { token: await bearerOf(admin.email) })).status).toBe(200);
    expect((await server.call('GET /api/v1/users', { token: await bearerOf(researcher.email) })).status).toBe(403);
    expect((await server.call('GET /_mock/findings')).body.findings).toEqual([]);
  });

  it('stays valid through a rotation of the signing key, drills, and ten years', async () => {
    const token = await bearerOf('ci-bot');
    await server.call('POST /_mock/drills/rotate-signing-key');
    await server.call('POST /_mock/drills/expire-tokens');
    await server.call('POST /_mock/clock/advance', { body: { by: '87600h' } });
    expect((await server.call(HERE, { token })).status).toBe(200);
    expect(await bearerOf('ci-bot')).toBe(token);
  });

  it('is the same after a reset, and on another server with another key and algorithm', async () => {
    const token = await bearerOf('ci-app');
    await server.call('POST /_mock/reset');
    expect(await bearerOf('ci-app')).toBe(token);
    const other = await testServer({ signingKey: 'ES256' });
    expect(await bearerOf('ci-app', other)).toBe(token);
    expect((await other.call(HERE, { token })).status).toBe(200);
  });

  it('ends with its identity', async () => {
    const token = await bearerOf(researcher.email);
    const gone = await server.call(`DELETE /api/v1/users/${researcher.id}`, { token: await bearerOf(admin.email) });
    expect(gone.status).toBe(204);
    expect((await server.call(HERE, { token })).status).toBe(401);
  });

  it('may be in a seed, which ignores it', async () => {
    const { body: seed } = await server.call('GET /_mock/cast');
    seed.runai.users[0].bearer = 'something else';
    const world = await makeWorld(server, { seed });
    expect((await holders(server, `/w/${world.id}`))[0]?.bearer).toMatch(/^ey/);
  });
});

describe('In a world', () => {
  it('with credentials of its own, bearers lead there, and nowhere else', async () => {
    const { id } = await makeWorld(server, { credentials: 'own' });
    const token = await bearerOf(admin.email, server, `/w/${id}`);
    expect(token).not.toBe(await bearerOf(admin.email));
    expect((await server.call(`GET /w/${id}/api/v1/access-keys`, { token })).status).toBe(200);
    const led = await server.call(HERE, { token });
    expect(led.status).toBe(200);
    expect((await server.call(`GET /w/${id}/_mock/requests`)).body.requests).toHaveLength(2);
    const other = await makeWorld(server, { credentials: 'own' });
    expect((await server.call(`GET /w/${other.id}/api/v1/access-keys`, { token })).status).toBe(401);
  });

  it('with the credentials of the cast, its bearers are those of the cast, too', async () => {
    const { id } = await makeWorld(server, { credentials: 'cast' });
    const token = await bearerOf(admin.email);
    expect(await bearerOf(admin.email, server, `/w/${id}`)).toBe(token);
    expect((await server.call(`GET /w/${id}/api/v1/access-keys`, { token })).status).toBe(200);
  });
});

describe('The key of the bearers signs nothing else:', () => {
  it.each([
    ['a token that ends', { exp: 4_000_000_000 }],
    ['a token that begins at another time', { iat: 1_600_000_000 }],
  ])('%s is refused', async (_, claims) => {
    const token = await forged(await bearerOf(admin.email), claims);
    const answer = await server.call(HERE, { token });
    expect(answer.status).toBe(401);
    expect(answer.headers['x-mock-decision']).toContain('unknown_key_id');
  });

  it.each([
    ['another issuer', { iss: 'http://localhost:6625/auth/realms/other' }, 'wrong_issuer'],
    ['another host', { iss: 'http://example.com/auth/realms/acme' }, 'wrong_issuer'],
    ['another tenant', { tenant_id: 7 }, 'wrong_tenant'],
    ['nobody', { sub: 'nobody' }, 'unknown_subject'],
  ])('%s is refused', async (_, claims, reason) => {
    const answer = await server.call(HERE, { token: await forged(await bearerOf(admin.email), claims) });
    expect(answer.status).toBe(401);
    expect(answer.headers['x-mock-decision']).toContain(reason);
  });

  it('a bearer with a changed signature is refused', async () => {
    const token = await bearerOf(admin.email);
    const answer = await server.call(HERE, { token: `${token.slice(0, -8)}AAAAAAAA` });
    expect(answer.status).toBe(401);
  });

  it('the public half in the JWKS is that of the shipped key', async () => {
    const { n, e } = JSON.parse(await readFile(new URL('bearer-key.rs256.json', FIXTURES), 'utf8'));
    const { body } = await server.call('GET /auth/realms/acme/protocol/openid-connect/certs');
    expect(body.keys[1]).toMatchObject({ kty: 'RSA', n, e });
    expect(Object.keys(body.keys[1]).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });
});

function credentialsOf({ accessKey: { clientId, clientSecret } }: typeof admin) {
  return { clientId, clientSecret };
}
