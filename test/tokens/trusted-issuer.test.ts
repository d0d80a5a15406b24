import { errors, type JWTPayload } from 'jose';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/decisions/problem.ts';
import { createVerifier } from '../../src/tokens/jwk-set.ts';
import { createTrustedIssuer } from '../../src/tokens/trusted-issuer.ts';
import { START } from '../support/server.ts';
import { ISSUER, jwkSetOf, pair, SECONDS, tokenOf } from '../support/trusted-issuer.ts';

const set = await jwkSetOf({ one: pair });
const issuer = createTrustedIssuer(
  ISSUER,
  createVerifier({ name: 'a file', isLocal: true, load: async () => set }, 'the issuer'),
);
/** The reason, message and detail of a refused token. */
const refusalOf = async (token: string) => {
  const problem: unknown = await issuer.verify(token, START).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return problem instanceof Problem ? [problem.kind, problem.reason, problem.message, problem.why] : problem;
};

describe('a trusted issuer', () => {
  it('reads the client and the scopes of its tokens', async () => {
    const token = await tokenOf({ sub: 'robot', scopes: ['list_functions', 7, 'register_function'] });

    expect(await issuer.verify(token, START)).toEqual({
      sub: 'robot',
      scopes: ['list_functions', 'register_function'],
    });
  });

  it.each([
    ['expired less than a minute ago', { exp: SECONDS - 59 }],
    ['valid in less than a minute', { nbf: SECONDS + 60 }],
  ])('tolerates clocks that differ: a token that is %s', async (_title, claims) => {
    expect(await issuer.verify(await tokenOf(claims), START)).toMatchObject({ sub: 'admin-issuer-proxy' });
  });

  it.each<[title: string, claims: JWTPayload, reason: string, message: string, why: string | undefined]>([
    [
      'that has expired',
      { exp: SECONDS - 60 },
      'expired_token',
      'The bearer token has expired.',
      `the clock shows ${new Date(START).toISOString()}`,
    ],
    [
      'that is not valid yet',
      { nbf: SECONDS + 61 },
      'not_yet_valid',
      'The bearer token is not valid yet.',
      `the clock shows ${new Date(START).toISOString()}`,
    ],
    [
      'without a client',
      { sub: '' },
      'malformed_token',
      'The bearer token is not a token of a trusted issuer.',
      'it has no `sub`',
    ],
  ])('refuses a token %s', async (_title, claims, reason, message, why) => {
    expect(await refusalOf(await tokenOf(claims))).toEqual(['unauthenticated', reason, message, why]);
  });

  it('does not report a token with a malformed `nbf` as one that is not valid yet', async () => {
    const [, reason] = (await refusalOf(await tokenOf({ nbf: 'soon' }))) as string[];

    expect(reason).not.toBe('not_yet_valid');
  });

  it('refuses a token of a key that is not in its set', async () => {
    expect(await refusalOf(await tokenOf({}, { kid: 'two' }))).toEqual([
      'unauthenticated',
      'unknown_key_id',
      'The key that signed the bearer token is not in the JWK set of its issuer.',
      undefined,
    ]);
  });

  it('reports the part of a token that is not base64url before it reads the keys', async () => {
    const unread = createTrustedIssuer(ISSUER, () => Promise.reject(new errors.JWKSNoMatchingKey()));

    await expect(unread.verify('e30.e3+0.AA', START)).rejects.toMatchObject({ reason: 'malformed_token' });
  });
});
