import { jwtVerify } from 'jose';
import { Problem, unauthenticatedProblem } from '../decisions/problem.ts';
import type { Instant } from '../lib/clock.ts';
import { worldOfName } from '../lib/world-id.ts';
import type { PublicJwk } from './keys.ts';
import { readScopes, type ScopedClaims, SELF_HOSTED_ALGORITHM } from './trusted-issuer.ts';
import { checkTimes, tokenProblem } from './verify.ts';

/** The public key for administrator tokens. The private half is in `fixtures/nak/admin-key.es256.json`. */
export const ADMIN_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: '6u8PyMwGhTwdm02keHswv2dYY2UN_BHvjpcts5gpMSQ',
  y: 'NCQqm0VT0Jsl5KxEqzY0wEcdgyuYdUvwCi8oqmfbfQE',
  kid: 'MQHNAxTUV0AYhgc7ex5ygqg0IEOayC-4MVg7i-1SrCs',
} as const satisfies PublicJwk;

/** Subject and client of these tokens, as in the published chart. */
export const ADMIN_CLIENT = 'admin-issuer-proxy';
/** The service these tokens are for, which also names the issuer. */
export const ADMIN_AUDIENCE = 's:api';

/** Verifies a token like the published code: signature, issuer and times, but not the audience. @throws Problem */
export async function verifyAdminToken(
  token: string,
  issuer: string,
  world: string,
  now: Instant,
): Promise<ScopedClaims> {
  const { payload } = await jwtVerify(token, ADMIN_KEY, {
    algorithms: [SELF_HOSTED_ALGORITHM],
    issuer,
    // `checkTimes` compares the world's clock below.
    clockTolerance: Number.MAX_VALUE,
    requiredClaims: ['sub', 'iat', 'exp'],
  }).catch((thrown: unknown) => {
    throw tokenProblem(thrown);
  });
  // jose checks the types of the times, and of no other claim that is read here.
  const { sub, iat, exp, nbf, jti = '', scopes } = payload;
  if (typeof sub !== 'string' || typeof jti !== 'string' || iat === undefined || exp === undefined) {
    const why = `its \`${typeof sub === 'string' ? 'jti' : 'sub'}\` is not a string`;
    throw unauthenticatedProblem('malformed_token', 'The bearer token is not an administrator token.', why);
  }
  const ofWorld = worldOfName(jti);
  if (ofWorld !== world) {
    throw new Problem('unauthenticated', 'The bearer token is not accepted.', { reason: 'other_world', ofWorld });
  }
  checkTimes({ azp: sub, iat, exp, nbf }, now);
  return { sub, scopes: readScopes(scopes) };
}
