/** Tokens as the server that signed them reads them. */
import { readFileSync } from 'node:fs';
import { CompactSign, importJWK, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/decisions/problem.ts';
import { BEARER_KEY, BEARER_TIMES } from '../../src/tokens/bearer-key.ts';
import { createTokens } from '../../src/tokens/index.ts';
import type { KeyRing } from '../../src/tokens/keys.ts';
import { checkTimes, isBearer } from '../../src/tokens/verify.ts';
import { START } from '../support/server.ts';
import { forge, goodClaims, privateKeyFor, shippedKey } from '../support/tokens.ts';

const tokensOfShippedKey = () => createTokens(() => ({ current: shippedKey, retired: [] }));
const tokens = tokensOfShippedKey();
const NOW = START / 1000;
const MAX_TIME = Number.MAX_SAFE_INTEGER;
/** The key for another algorithm than the JWKS says. */
const rs512 = await privateKeyFor('RS512');
const CLIENT = goodClaims.azp;

/** What becomes of a token. */
const refusalOf = (token: string, by = tokens) =>
  by
    .verify(token, START)
    .then((claims) => checkTimes(claims, START))
    .catch((thrown: unknown) => thrown);
/** The same bytes in another text: the last character of a signature of 256 bytes has four bits that say nothing. */
const withOtherEnd = (token: string) =>
  token.replace(/.$/, (last) => ({ A: 'B', Q: 'R', g: 'h', w: 'x' })[last] ?? last);

it('a server publishes the key that its tokens are signed with', async () => {
  const tokens = tokensOfShippedKey();

  expect(tokens.algorithm).toBe('RS256');
  expect(tokens.listPublishedKeys(START)).toEqual([shippedKey.publicJwk, BEARER_KEY]);
  expect(tokens.key).toBe(shippedKey);
  expect(await tokens.verify(await tokens.mint(goodClaims), START)).toStrictEqual({
    ...goodClaims,
    kid: shippedKey.kid,
  });
});

describe('a key that was replaced', () => {
  const over: KeyRing = {
    current: { ...shippedKey, kid: 'next' },
    retired: [{ key: shippedKey, until: Date.UTC(2026, 0, 15, 11, 50) }],
  };
  const later = createTokens(() => over);

  it('is refused with the time since when, once it is over', async () => {
    expect(await refusalOf(await forge(), later)).toMatchObject({
      reason: 'unknown_key_id',
      message: 'The key that signed the access token is not known.',
      why: 'the key was replaced, and its tokens have been refused since 2026-01-15T11:50:00.000Z',
    });
  });

  it('is looked at again for a token that was verified before', () => {
    expect(() => later.checkKey('next', START)).not.toThrow();
    expect(() => later.checkKey(shippedKey.kid, START - 600_001)).not.toThrow();
    expect(() => later.checkKey(shippedKey.kid, START)).toThrow('is not known');
  });
});

describe('a bearer of the cast', () => {
  const bearerJwk = JSON.parse(
    readFileSync(new URL('../../fixtures/runai/bearer-key.rs256.json', import.meta.url), 'utf8'),
  );
  const forgeBearer = async (claims: object = {}) =>
    forge({ ...BEARER_TIMES, ...claims }, { kid: BEARER_KEY.kid }, await importJWK(bearerJwk, 'RS256'));

  it('is verified by its own key, whatever the key of the world is', async () => {
    const claims = await tokens.verify(await forgeBearer(), START);

    expect(claims).toStrictEqual({ ...goodClaims, ...BEARER_TIMES, kid: BEARER_KEY.kid });
    expect(isBearer(claims)).toBe(true);
    expect(isBearer(await tokens.verify(await forge(), START))).toBe(false);
  });

  it.each([
    ['begins at another time', { iat: BEARER_TIMES.iat + 1 }],
    ['ends at another time', { exp: BEARER_TIMES.exp - 1 }],
    ['has times of its own', { iat: NOW, exp: NOW + 60 }],
  ])('is the only kind of token that its key signs: one that %s is refused', async (_what, claims) => {
    expect(await refusalOf(await forgeBearer(claims))).toMatchObject({
      kind: 'unauthenticated',
      reason: 'unknown_key_id',
      message: 'The key that signed the access token is not known.',
      why: 'this key signs only the `bearer` tokens of `GET /_mock/cast`',
    });
  });

  it('is refused if another key signed it', async () => {
    expect(await refusalOf(await forge(BEARER_TIMES, { kid: BEARER_KEY.kid }))).toMatchObject({
      reason: 'bad_signature',
    });
  });

  it('is never of a key that was replaced', () => {
    expect(() => tokens.checkKey(BEARER_KEY.kid, START)).not.toThrow();
  });
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

  it.each([undefined, 'jwt', 'at+jwt', 'application/at+JWT'])('may be of the kind %s', async (typ) => {
    expect(await tokens.verify(await forge({}, { typ } as never), START)).toMatchObject(goodClaims);
  });

  const WRONG_TYPE = /^one of iss, sub, azp, iat, exp has the wrong type$/;
  const cases: [what: string, token: () => Promise<string>, reason: string, why: RegExp | undefined][] = [
    ['of another key', () => forge({}, { kid: 'other' }), 'unknown_key_id', undefined],
    ['that is changed', async () => (await forge()).replace(/\.[^.]{4}/, '.eyJh'), 'bad_signature', undefined],
    ['with another signature', async () => `${(await forge()).replace(/[^.]+$/, '')}AAAA`, 'bad_signature', undefined],
    ['that has expired', () => forge({ exp: NOW }), 'expired_token', /exp 2026-01-15T12:00:00.000Z.*issued to client/],
    ['of a time that is none', () => forge({ iat: MAX_TIME }), 'not_yet_valid', new RegExp(`iat ${MAX_TIME}`)],
    ['from the future', () => forge({ iat: NOW + 6 }), 'not_yet_valid', /iat 2026-01-15T12:00:06/],
    ['that begins later', () => forge({ nbf: NOW + 6 }), 'not_yet_valid', /nbf 2026-01-15T12:00:06/],
    ['of another type', () => forge({ typ: 'ID' }), 'malformed_token', /`typ` is "ID"/],
    [
      'of another kind',
      () => forge({}, { typ: 'logout+jwt' }),
      'malformed_token',
      /the `typ` of its header is "logout\+jwt", expected "JWT"/,
    ],
    ['without a client', () => forge({ azp: undefined }), 'malformed_token', /azp/],
    ['with a client that is no text', () => forge({ azp: 7 }), 'malformed_token', WRONG_TYPE],
    ['with a subject that is no text', () => forge({ sub: 7 } as never), 'malformed_token', WRONG_TYPE],
    ['with an issuer that is no text', () => forge({ iss: 7 } as never), 'malformed_token', WRONG_TYPE],
    ['that begins at a text', () => forge({ nbf: 'x' } as never), 'malformed_token', /"nbf" claim must be a number/],
    ['without a subject, that begins later', () => forge({ sub: undefined, nbf: NOW + 6 }), 'malformed_token', /"sub"/],
    [
      'that expired long ago',
      () => forge({ exp: NOW - 60 }),
      'expired_token',
      /exp 2026-01-15T11:59:00.000Z, the clock/,
    ],
    ['written otherwise', async () => `${await forge()}=`, 'malformed_token', /signature is not base64url/],
    ['whose end is a text', () => forge({ exp: 'x' } as never), 'malformed_token', /"exp" claim must be a number/],
    ['that is none', async () => 'abc', 'malformed_token', /./],
    [
      'by another algorithm',
      () => new SignJWT(goodClaims).setProtectedHeader({ alg: 'HS256', kid: shippedKey.kid }).sign(Buffer.alloc(32)),
      'unsupported_algorithm',
      undefined,
    ],
  ];

  it.each(cases)('%s is refused with its reason', async (_what, token, reason, why) => {
    const problem = await refusalOf(await token());

    expect(problem).toMatchObject({ kind: 'unauthenticated', reason, ...(why && { why: expect.stringMatching(why) }) });
  });

  it.each<[reason: string, message: string, token: () => Promise<string>]>([
    [
      'bad_signature',
      'The signature of the access token is not valid.',
      async () => `${await forge()}`.replace(/[^.]+$/, 'AAAA'),
    ],
    ['malformed_token', 'The bearer token is not an access token of this system.', async () => 'abc'],
    ['expired_token', 'The access token has expired.', () => forge({ exp: NOW - 60 })],
    ['not_yet_valid', 'The access token is not valid yet.', () => forge({ nbf: NOW + 60 })],
    [
      'unsupported_algorithm',
      'The access token is signed with an algorithm that is not accepted.',
      () => forge({}, { alg: 'RS512' }, rs512),
    ],
  ])('is told what is wrong in public words: %s', async (reason, message, token) => {
    expect(await refusalOf(await token())).toMatchObject({ reason, message });
  });

  it('says for which client it was made, as far as that is a text, and not a long one', async () => {
    const whyOf = async (claims: object) => ((await refusalOf(await forge(claims as never))) as Problem).why;

    expect(await whyOf({ nbf: NOW + 60 })).toBe(
      `nbf 2026-01-15T12:01:00.000Z, the clock shows 2026-01-15T12:00:00.000Z; issued to client \`${CLIENT}\``,
    );
    expect(await whyOf({ exp: NOW - 60, azp: 'x'.repeat(101) })).toMatch(/; issued to client `x{100}`$/);
    expect(await whyOf({ exp: NOW - 60, azp: 7 })).toBe('one of iss, sub, azp, iat, exp has the wrong type');
  });

  it('is read without what is no text of the claims that should be one', async () => {
    const claims = { jti: 7, sid: ['s'], scope: null };

    expect(await tokens.verify(await forge(claims), START)).toStrictEqual({ ...goodClaims, kid: shippedKey.kid });
  });

  it('that was verified before ends to the millisecond, and begins with some seconds of leeway', () => {
    const claims = { ...goodClaims, iat: NOW, exp: NOW + 1 };

    expect(() => checkTimes(claims, START - 5000)).not.toThrow();
    expect(() => checkTimes(claims, START - 5001)).toThrow('not valid yet');
    expect(() => checkTimes(claims, START + 999)).not.toThrow();
    expect(() => checkTimes(claims, START + 1000)).toThrow('has expired');
  });

  it('that names a later begin than its issue begins then, with the same leeway', () => {
    const claims = { ...goodClaims, iat: NOW - 60, nbf: NOW };

    expect(() => checkTimes(claims, START - 5000)).not.toThrow();
    expect(() => checkTimes(claims, START - 5001)).toThrow('not valid yet');
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
    ['for several clients', () => forge({ ...ID, aud: ['cli'] })],
    ['by another algorithm', () => forge(ID, { alg: 'RS512' }, rs512)],
    ['with other bits at its end', async () => withOtherEnd(await forge(ID))],
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

  it('that cannot be read for a fault of the mock itself is a fault, and not none', async () => {
    const broken = { current: { ...shippedKey, publicKey: {} as never }, retired: [] };

    await expect(createTokens(() => broken).readIdToken(await forge(ID), START)).rejects.toThrow(TypeError);
  });
});
