import { createRemoteJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { listeningServer } from '../../support/listening.ts';

/** Gets and verifies a token with the documented token endpoint and OpenID Connect discovery only. */
async function verifyToken(base: string) {
  const response = await fetch(`${base}/api/v1/token`, {
    method: 'POST',
    headers: { Accept: '*/*', 'Content-Type': 'application/json' },
    body: JSON.stringify({ grantType: 'app_token', AppId: 'ci-app', AppSecret: 'MOCKciAppSecret00000000000000001' }),
  });
  const { accessToken } = (await response.json()) as { accessToken: string };
  const discovery = await fetch(`${base}/auth/realms/acme/.well-known/openid-configuration`);
  const { issuer, jwks_uri: jwksUri } = (await discovery.json()) as { issuer: string; jwks_uri: string };
  const verified = await jwtVerify(accessToken, createRemoteJWKSet(new URL(jwksUri)), { issuer });
  return { ...verified, issuer };
}

describe('a standard verifier accepts the token', () => {
  it.each(['RS256', 'ES256'] as const)('signed with %s', async (algorithm) => {
    const { url } = await listeningServer({ signingKey: algorithm });
    const { payload, protectedHeader, issuer } = await verifyToken(url);

    expect(protectedHeader.alg).toBe(algorithm);
    expect(issuer).toBe(`${url}/auth/realms/acme`);
    expect(payload['preferred_username']).toBe('ci-app');
  });
});

it('the discovery document has the issuer and the JWKS of the public URL', async () => {
  const { url } = await listeningServer({ publicUrl: 'http://mock.test:6625' });
  const discovery = await fetch(`${url}/auth/realms/acme/.well-known/openid-configuration`);

  expect(await discovery.json()).toMatchObject({
    issuer: 'http://mock.test:6625/auth/realms/acme',
    jwks_uri: 'http://mock.test:6625/auth/realms/acme/protocol/openid-connect/certs',
  });
});

it('every URL in the discovery document responds', async () => {
  const { url } = await listeningServer();
  const discovery = await fetch(`${url}/auth/realms/acme/.well-known/openid-configuration`);
  const metadata = (await discovery.json()) as Record<string, unknown>;
  const urls = Object.entries(metadata).filter(([name]) => name.endsWith('_uri') || name.endsWith('_endpoint'));

  const byPost = ['token_endpoint', 'introspection_endpoint', 'revocation_endpoint'];
  const statuses = urls.map(async ([name, address]) => {
    const method = byPost.includes(name) ? 'POST' : 'GET';
    return [name, (await fetch(String(address), { method })).status];
  });

  expect(Object.fromEntries(await Promise.all(statuses))).toEqual({
    authorization_endpoint: 400,
    token_endpoint: 400,
    introspection_endpoint: 401,
    revocation_endpoint: 401,
    userinfo_endpoint: 401,
    end_session_endpoint: 200,
    jwks_uri: 200,
  });
});

it('the JWKS contains no private part of a key', async () => {
  const { url } = await listeningServer();
  const jwks = (await (await fetch(`${url}/auth/realms/acme/protocol/openid-connect/certs`)).json()) as {
    keys: object[];
  };

  expect(jwks.keys).not.toEqual([]);
  for (const key of jwks.keys) expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
});

it.each(['/.well-known/openid-configuration', '/protocol/openid-connect/certs'])(
  'an unknown realm returns 404: %s',
  async (path) => {
    const { url } = await listeningServer();
    const response = await fetch(`${url}/auth/realms/other${path}`);

    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      code: 404,
      message: 'Resource id not found.',
      details: 'The realm does not exist. The realm of this tenant is `acme`.',
    });
  },
);
