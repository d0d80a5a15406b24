/** Keycloak's page of a realm, which clients read the public key from. */
import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { researcher } from '../../support/cast.ts';
import { runaiRefusal } from '../../support/refusal-shapes.ts';
import { testServer } from '../../support/server.ts';

const PAGE = '/auth/realms/acme';
const server = await testServer();

/** Is the token signed with the key on the page? */
function isSignedBy(publicKey: string, token: string): boolean {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'));
}

describe('the page of the realm', () => {
  it('has what Keycloak shows there, for anyone', async () => {
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

  it('has the key that signs tokens, also after it was rotated', async () => {
    const own = await testServer();
    const before = (await own.call(`GET ${PAGE}`)).body.public_key;
    const old = await own.tokenOf(researcher);
    expect(isSignedBy(before, old)).toBe(true);
    const drill = await own.call('POST /_mock/drills/rotate-signing-key', { body: {} });
    expect(drill.status, JSON.stringify(drill.body)).toBeLessThan(300);
    const after = (await own.call(`GET ${PAGE}`)).body.public_key;
    const fresh = await own.tokenOf(researcher);

    expect(after).not.toBe(before);
    expect([isSignedBy(after, fresh), isSignedBy(after, old)]).toEqual([true, false]);
  });

  it.each(['2.19', '2.24', '2.26', '3.0'] as const)('is there in %s', async (runai) => {
    const { status, body } = await (await testServer({ runai })).call(`GET ${PAGE}`);

    expect([status, body.realm]).toEqual([200, 'acme']);
  });

  it('keeps the prefix of a world in its URLs', async () => {
    await server.call('POST /_mock/worlds', { body: { id: 'team-a' } });
    const { body } = await server.call(`GET /w/team-a${PAGE}`);

    expect(body['token-service']).toBe('http://localhost:6625/w/team-a/auth/realms/acme/protocol/openid-connect');
    expect(body['account-service']).toBe('http://localhost:6625/w/team-a/auth/realms/acme/account');
  });

  it('is 404 for another realm, which names this one', async () => {
    const answer = await server.call('GET /auth/realms/other');

    expect(answer.status).toBe(404);
    runaiRefusal(answer);
    expect(answer.body.details).toContain('The realm of this tenant is `acme`.');
  });
});
