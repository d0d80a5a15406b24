/**
 * Tokens as the server that signed them reads them.
 *
 * Breaks with: src/tokens/index.ts
 */
import { CompactSign, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { tokensOf } from '../../src/tokens/index.ts';
import { checkTimes } from '../../src/tokens/verify.ts';
import { START } from '../support/server.ts';
import { forge, goodClaims, shippedKey } from '../support/tokens.ts';

const tokens = tokensOf(() => ({ current: shippedKey, retired: [] }));
const NOW = START / 1000;
const MOST_TIME = Number.MAX_SAFE_INTEGER;

it('a server publishes the key that its tokens are signed with', async () => {
  expect(tokens.algorithm).toBe('RS256');
  expect(tokens.published(START)).toEqual([shippedKey.publicJwk]);
  expect(await tokens.verify(await tokens.mint(goodClaims), START)).toEqual({ ...goodClaims, kid: shippedKey.kid });
});

describe('an access token', () => {
  it('is read with what the mock looks at, and nothing else', async () => {
    const more = { jti: 'j', sid: 's', scope: 'a b', tenant_id: 7, typ: 'Bearer' };

    expect(await tokens.verify(await forge({ ...more, email: 'x' }), START)).toEqual({
      ...goodClaims,
      kid: shippedKey.kid,
      jti: 'j',
      sid: 's',
      scope: 'a b',
      tenant_id: 7,
    });
  });

  const cases: [what: string, token: () => Promise<string>, reason: string, why: RegExp | undefined][] = [
    ['of another key', () => forge({}, { kid: 'other' }), 'unknown_key_id', undefined],
    ['that is changed', async () => (await forge()).replace(/\.[^.]{4}/, '.eyJh'), 'bad_signature', undefined],
    ['with another signature', async () => `${(await forge()).replace(/[^.]+$/, '')}AAAA`, 'bad_signature', undefined],
    ['that has expired', () => forge({ exp: NOW }), 'expired_token', /exp 2026-01-15T12:00:00.000Z.*made for client/],
    ['of a time that is none', () => forge({ iat: MOST_TIME }), 'not_yet_valid', new RegExp(`iat ${MOST_TIME}`)],
    ['from the future', () => forge({ iat: NOW + 6 }), 'not_yet_valid', /iat 2026-01-15T12:00:06/],
    ['that begins later', () => forge({ nbf: NOW + 6 }), 'not_yet_valid', /nbf 2026-01-15T12:00:06/],
    ['of another type', () => forge({ typ: 'ID' }), 'malformed_token', /`typ` is "ID"/],
    ['without a client', () => forge({ azp: undefined }), 'malformed_token', /azp/],
    ['with a client that is no text', () => forge({ azp: 7 }), 'malformed_token', /wrong type/],
    ['written otherwise', async () => `${await forge()}=`, 'malformed_token', /signature is not base64url/],
    ['that is none', async () => 'abc', 'malformed_token', /./],
    [
      'by another algorithm',
      () => new SignJWT(goodClaims).setProtectedHeader({ alg: 'HS256', kid: shippedKey.kid }).sign(Buffer.alloc(32)),
      'unsupported_algorithm',
      undefined,
    ],
  ];

  it.each(cases)('%s is refused with its reason', async (_what, token, reason, why) => {
    const problem = await tokens.verify(await token(), START).catch((thrown: unknown) => thrown);

    expect(problem).toMatchObject({ kind: 'unauthenticated', reason, ...(why && { why: expect.stringMatching(why) }) });
  });

  it('that was verified before ends to the millisecond, and begins with some seconds of leeway', () => {
    const claims = { ...goodClaims, iat: NOW, exp: NOW + 1 };

    expect(() => checkTimes(claims, START - 5000)).not.toThrow();
    expect(() => checkTimes(claims, START - 5001)).toThrow('not valid yet');
    expect(() => checkTimes(claims, START + 999)).not.toThrow();
    expect(() => checkTimes(claims, START + 1000)).toThrow('has expired');
  });
});

describe('an ID token', () => {
  const ID = { typ: 'ID', sid: 's', aud: 'cli' };

  it('tells its login and its client, expired or not', async () => {
    expect(await tokens.readIdToken(await forge({ ...ID, exp: 1 }), START)).toEqual({ sid: 's', aud: 'cli' });
  });

  it.each<[what: string, token: () => Promise<string>]>([
    ['of another type', () => forge({ ...ID, typ: 'Bearer' })],
    ['without a login', () => forge({ ...ID, sid: undefined })],
    ['that is changed', async () => `${(await forge(ID)).replace(/[^.]+$/, '')}AAAA`],
    ['written otherwise', async () => `${await forge(ID)}=`],
    ['of a key that is not known', () => forge(ID, { kid: 'other' })],
    [
      'that holds no JSON',
      () =>
        new CompactSign(Buffer.from('x'))
          .setProtectedHeader({ alg: 'RS256', kid: shippedKey.kid })
          .sign(shippedKey.privateKey),
    ],
  ])('is none: one %s', async (_what, token) => {
    expect(await tokens.readIdToken(await token(), START)).toBeNull();
  });
});
