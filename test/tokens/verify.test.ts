/** The verification of tokens by the server that signed them. */
import { readFileSync } from 'node:fs';
import { CompactSign, importJWK, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/decisions/problem.ts';
import { BEARER_KEY, BEARER_TIMES } from '../../src/tokens/bearer-key.ts';
import { compose } from '../../src/tokens/forge.ts';
import { createTokens } from '../../src/tokens/index.ts';
import type { KeyRing } from '../../src/tokens/keys.ts';
import { checkTimes, isBearer } from '../../src/tokens/verify.ts';
import { START } from '../support/server.ts';
import { forge, goodClaims, privateKeyFor, shippedKey } from '../support/tokens.ts';

const createShippedTokens = () => createTokens(() => ({ current: shippedKey, retired: [] }));
const tokens = createShippedTokens();
const NOW = START / 1000;
const MAX_TIME = Number.MAX_SAFE_INTEGER;
/** The signing key for another algorithm than in the JWKS. */
const rs512 = await privateKeyFor('RS512');
const CLIENT = goodClaims.azp;

/** Returns the claims of a token or the error. */
const outcomeOf = (token: string, by = tokens) =>
  by
    .verify(token, START)
    .then((claims) => checkTimes(claims, START))
    .catch((thrown: unknown) => thrown);
/** Changes unused bits: the last character of a signature of 256 bytes has four of them, so the bytes stay the same. */
const changeUnusedBits = (token: string) =>
  token.replace(/.$/, (last) => ({ A: 'B', Q: 'R', g: 'h', w: 'x' })[last] ?? last);

it('a server publishes the key that signs its tokens', async () => {
  const tokens = createShippedTokens();

  expect(tokens.algorithm).toBe('RS256');
  expect(tokens.listPublishedKeys(START)).toEqual([shippedKey.publicJwk, BEARER_KEY]);
  expect(tokens.key).toBe(shippedKey);
  expect(await tokens.verify(await tokens.mint(goodClaims), START)).toStrictEqual({
    ...goodClaims,
    kid: shippedKey.kid,
  });
});

describe('a rotated key', () => {
  const expired: KeyRing = {
    current: { ...shippedKey, kid: 'next' },
    retired: [{ key: shippedKey, until: Date.UTC(2026, 0, 15, 11, 50) }],
  };
  const later = createTokens(() => expired);

  it('is rejected after its overlap, with the time of its end', async () => {
    expect(await outcomeOf(await forge(), later)).toMatchObject({
      reason: 'unknown_key_id',
      message: 'The key that signed the access token is not known.',
      why: 'the key was replaced, and its tokens have been refused since 2026-01-15T11:50:00.000Z',
    });
  });

  it('is checked again for a token that was verified before', () => {
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

  it('is verified with its own key, not with that of the world', async () => {
    const claims = await tokens.verify(await forgeBearer(), START);

    expect(claims).toStrictEqual({ ...goodClaims, ...BEARER_TIMES, kid: BEARER_KEY.kid });
    expect(isBearer(claims)).toBe(true);
    expect(isBearer(await tokens.verify(await forge(), START))).toBe(false);
  });

  it.each([
    ['has another `iat`', { iat: BEARER_TIMES.iat + 1 }],
    ['has another `exp`', { exp: BEARER_TIMES.exp - 1 }],
    ['has another `iat` and `exp`', { iat: NOW, exp: NOW + 60 }],
  ])('is rejected if it %s than those of the cast', async (_title, claims) => {
    expect(await outcomeOf(await forgeBearer(claims))).toMatchObject({
      kind: 'unauthenticated',
      reason: 'unknown_key_id',
      message: 'The key that signed the access token is not known.',
      why: 'this key signs only the `bearer` tokens of `GET /_mock/cast`',
    });
  });

  it('is rejected if another key signed it', async () => {
    expect(await outcomeOf(await forge(BEARER_TIMES, { kid: BEARER_KEY.kid }))).toMatchObject({
      reason: 'bad_signature',
    });
  });

  it('has a key that is never rotated', () => {
    expect(() => tokens.checkKey(BEARER_KEY.kid, START)).not.toThrow();
  });
});

describe('an access token', () => {
  it('is read with only the claims that the mock uses', async () => {
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

  it.each([undefined, 'jwt', 'at+jwt', 'application/at+JWT'])('may have the header `typ` %s', async (typ) => {
    expect(await tokens.verify(await forge({}, { typ } as never), START)).toMatchObject(goodClaims);
  });

  const WRONG_TYPE = /^one of iss, sub, azp, iat, exp has the wrong type$/;
  const cases: [title: string, token: () => Promise<string>, reason: string, why: RegExp | undefined][] = [
    ['with an unknown key id', () => forge({}, { kid: 'other' }), 'unknown_key_id', undefined],
    ['with a changed payload', async () => (await forge()).replace(/\.[^.]{4}/, '.eyJh'), 'bad_signature', undefined],
    ['with another signature', async () => `${(await forge()).replace(/[^.]+$/, '')}AAAA`, 'bad_signature', undefined],
    ['that has expired', () => forge({ exp: NOW }), 'expired_token', /exp 2026-01-15T12:00:00.000Z.*issued to client/],
    ['with an `iat` out of range', () => forge({ iat: MAX_TIME }), 'not_yet_valid', new RegExp(`iat ${MAX_TIME}`)],
    ['with an `iat` in the future', () => forge({ iat: NOW + 6 }), 'not_yet_valid', /iat 2026-01-15T12:00:06/],
    ['with an `nbf` in the future', () => forge({ nbf: NOW + 6 }), 'not_yet_valid', /nbf 2026-01-15T12:00:06/],
    ['with another claim `typ`', () => forge({ typ: 'ID' }), 'malformed_token', /`typ` is "ID"/],
    [
      'with another header `typ`',
      () => forge({}, { typ: 'logout+jwt' }),
      'malformed_token',
      /the `typ` of its header is "logout\+jwt", expected "JWT"/,
    ],
    ['without a client', () => forge({ azp: undefined }), 'malformed_token', /azp/],
    ['with a client that is not a string', () => forge({ azp: 7 }), 'malformed_token', WRONG_TYPE],
    ['with a subject that is not a string', () => forge({ sub: 7 } as never), 'malformed_token', WRONG_TYPE],
    ['with an issuer that is not a string', () => forge({ iss: 7 } as never), 'malformed_token', WRONG_TYPE],
    [
      'with an `nbf` that is not a number',
      () => forge({ nbf: 'x' } as never),
      'malformed_token',
      /"nbf" claim must be a number/,
    ],
    [
      'without a subject and with an `nbf` in the future',
      () => forge({ sub: undefined, nbf: NOW + 6 }),
      'malformed_token',
      /"sub"/,
    ],
    [
      'that expired a minute ago',
      () => forge({ exp: NOW - 60 }),
      'expired_token',
      /exp 2026-01-15T11:59:00.000Z, the clock/,
    ],
    ['with padding', async () => `${await forge()}=`, 'malformed_token', /signature is not base64url/],
    [
      'with an `exp` that is not a number',
      () => forge({ exp: 'x' } as never),
      'malformed_token',
      /"exp" claim must be a number/,
    ],
    ...(['iat', 'exp'] as const).map((claim): (typeof cases)[number] => [
      `with an infinite \`${claim}\``,
      () => {
        const claims = JSON.stringify({ ...goodClaims, [claim]: 'infinite' }).replace('"infinite"', '1e400');
        return compose(
          JSON.stringify({ alg: 'RS256', typ: 'JWT', kid: shippedKey.kid }),
          claims,
          shippedKey.privateKey,
        );
      },
      'malformed_token',
      WRONG_TYPE,
    ]),
    ['that is not a JWT', async () => 'abc', 'malformed_token', /./],
    [
      'with another algorithm',
      () => new SignJWT(goodClaims).setProtectedHeader({ alg: 'HS256', kid: shippedKey.kid }).sign(Buffer.alloc(32)),
      'unsupported_algorithm',
      undefined,
    ],
  ];

  it.each(cases)('%s is rejected with its reason', async (_title, token, reason, why) => {
    const problem = await outcomeOf(await token());

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
  ])('has a public message for the reason %s', async (reason, message, token) => {
    expect(await outcomeOf(await token())).toMatchObject({ reason, message });
  });

  it('is rejected with its client, up to 100 characters', async () => {
    const readWhy = async (claims: object) => ((await outcomeOf(await forge(claims as never))) as Problem).why;

    expect(await readWhy({ nbf: NOW + 60 })).toBe(
      `nbf 2026-01-15T12:01:00.000Z, the clock shows 2026-01-15T12:00:00.000Z; issued to client \`${CLIENT}\``,
    );
    expect(await readWhy({ exp: NOW - 60, azp: 'x'.repeat(101) })).toMatch(/; issued to client `x{100}`$/);
    expect(await readWhy({ exp: NOW - 60, azp: 7 })).toBe('one of iss, sub, azp, iat, exp has the wrong type');
  });

  it('is read without optional claims that are not strings', async () => {
    const claims = { jti: 7, sid: ['s'], scope: null };

    expect(await tokens.verify(await forge(claims), START)).toStrictEqual({ ...goodClaims, kid: shippedKey.kid });
  });

  it('expires to the millisecond, and has a leeway of 5 seconds for `iat`', () => {
    const claims = { ...goodClaims, iat: NOW, exp: NOW + 1 };

    expect(() => checkTimes(claims, START - 5000)).not.toThrow();
    expect(() => checkTimes(claims, START - 5001)).toThrow('not valid yet');
    expect(() => checkTimes(claims, START + 999)).not.toThrow();
    expect(() => checkTimes(claims, START + 1000)).toThrow('has expired');
  });

  it('is valid from its `nbf` with the same leeway', () => {
    const claims = { ...goodClaims, iat: NOW - 60, nbf: NOW };

    expect(() => checkTimes(claims, START - 5000)).not.toThrow();
    expect(() => checkTimes(claims, START - 5001)).toThrow('not valid yet');
  });
});

describe('an ID token', () => {
  const ID = { typ: 'ID', sid: 's', aud: 'cli' };

  it('returns its session and its client, even if it has expired', async () => {
    expect(await tokens.readIdToken(await forge({ ...ID, exp: 1 }), START)).toEqual({ sid: 's', aud: 'cli' });
  });

  it.each<[title: string, token: () => Promise<string>]>([
    ['with another claim `typ`', () => forge({ ...ID, typ: 'Bearer' })],
    ['without a session', () => forge({ ...ID, sid: undefined })],
    ['for several clients', () => forge({ ...ID, aud: ['cli'] })],
    ['with another algorithm', () => forge(ID, { alg: 'RS512' }, rs512)],
    ['with changed unused bits', async () => changeUnusedBits(await forge(ID))],
    ['with another signature', async () => `${(await forge(ID)).replace(/[^.]+$/, '')}AAAA`],
    ['with padding', async () => `${await forge(ID)}=`],
    ['with an unknown key id', () => forge(ID, { kid: 'other' })],
    [
      'with a payload that is not JSON',
      () =>
        new CompactSign(Buffer.from('x'))
          .setProtectedHeader({ alg: 'RS256', kid: shippedKey.kid })
          .sign(shippedKey.privateKey),
    ],
  ])('is rejected %s', async (_title, token) => {
    expect(await tokens.readIdToken(await token(), START)).toBeNull();
  });

  it('throws if the mock itself fails to verify it', async () => {
    const broken = { current: { ...shippedKey, publicKey: {} as never }, retired: [] };

    await expect(createTokens(() => broken).readIdToken(await forge(ID), START)).rejects.toThrow(TypeError);
  });
});
