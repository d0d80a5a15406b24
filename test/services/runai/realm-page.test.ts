/** Keycloak's page of a realm, from which clients read the public key. */
import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { researcher } from '../../support/cast.ts';
import { runaiRefusal } from '../../support/refusal-shapes.ts';
import { testServer } from '../../support/server.ts';

const PAGE = '/auth/realms/acme';
const server = await testServer();

/** Returns whether the token is signed with the key of the page. */
function isSignedBy(publicKey: string, token: string): boolean {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'));
}

describe('the page of the realm', () => {
  it('contains the members of Keycloak, without a token', async () => {
    const { status, body, headers } = await server.call(`GET ${PAGE}`);

    expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(body).toEqual({
      realm: 'acme',
      public_key: expect.stringMatching(/^MIIB[A-Za-z0-9+/]+=*$/),
      'token-service': 'http://localhost:6625/auth/realms/acme/protocol/openid-connect',
      'account-service': 'http://localhost:6625/auth/realms/acme/account',
      'tokens-not-before': 0,
    });
  });

  it('contains the signing key, also after its rotation', async () => {
    const ownServer = await testServer();
    const before = (await ownServer.call(`GET ${PAGE}`)).body.public_key;
    const oldToken = await ownServer.tokenOf(researcher);
    expect(isSignedBy(before, oldToken)).toBe(true);
    const rotation = await ownServer.call('POST /_mock/tokens/rotate-signing-key', { body: {} });
    expect(rotation.status, JSON.stringify(rotation.body)).toBeLessThan(300);
    const after = (await ownServer.call(`GET ${PAGE}`)).body.public_key;
    const newToken = await ownServer.tokenOf(researcher);

    expect(after).not.toBe(before);
    expect([isSignedBy(after, newToken), isSignedBy(after, oldToken)]).toEqual([true, false]);
  });

  it('contains URLs with the path prefix of its world', async () => {
    await server.call('POST /_mock/worlds', { body: { id: 'team-a' } });
    const { body } = await server.call(`GET /w/team-a${PAGE}`);

    expect(body['token-service']).toBe('http://localhost:6625/w/team-a/auth/realms/acme/protocol/openid-connect');
    expect(body['account-service']).toBe('http://localhost:6625/w/team-a/auth/realms/acme/account');
  });

  it('of another realm is not found, and the refusal names the realm of the tenant', async () => {
    const answer = await server.call('GET /auth/realms/other');

    expect(answer.status).toBe(404);
    expect(runaiRefusal(answer)).toContain('The realm of this tenant is `acme`.');
  });
});
