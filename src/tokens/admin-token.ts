import { jwtVerify } from 'jose';
import type { Instant } from '../core/clock.ts';
import { Problem, unauthenticatedProblem } from '../core/problem.ts';
import { worldOfName } from '../core/world-id.ts';
import { decodeClaims } from './compact.ts';
import type { PublicJwk } from './keys.ts';
import { checkTimes, tokenProblem } from './verify.ts';

/**
 * The key of administrators' tokens for self-hosted Cloud Functions. `fixtures/nak/admin-key.es256.json` has its private
 * half.
 */
const ADMIN_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: '6u8PyMwGhTwdm02keHswv2dYY2UN_BHvjpcts5gpMSQ',
  y: 'NCQqm0VT0Jsl5KxEqzY0wEcdgyuYdUvwCi8oqmfbfQE',
  kid: 'MQHNAxTUV0AYhgc7ex5ygqg0IEOayC-4MVg7i-1SrCs',
} as const satisfies PublicJwk;

/** Their issuer, whatever the address of the server: it is a constant of the published chart. */
export const ADMIN_ISSUER = 'http://api.nvcf.svc.cluster.local';
/** Their subject and client, as the published chart has it. */
export const ADMIN_CLIENT = 'admin-issuer-proxy';
/** The service that they are for, whose name the issuer has too. */
export const ADMIN_AUDIENCE = 's:api';

/** The claims of an administrator's token that services read. */
export interface AdminClaims {
  readonly sub: string;
  readonly scopes: readonly string[];
}

/** The claims of a token that says it is an administrator's; null for any other text. Nothing is verified. */
export function adminClaimsIn(token: string): Readonly<Record<string, unknown>> | null {
  const claims = decodeClaims(token);
  return claims?.['iss'] === ADMIN_ISSUER ? claims : null;
}

/**
 * Verifies an administrator's token as the published code does: signature (ES256 only), issuer, times. The audience is not
 * checked. The end of its `jti` names its world.
 *
 * @throws Problem `unauthenticated` with the reason
 */
export async function verifyAdminToken(token: string, world: string, now: Instant): Promise<AdminClaims> {
  const { payload } = await jwtVerify(token, ADMIN_KEY, {
    algorithms: ['ES256'],
    issuer: ADMIN_ISSUER,
    // The clock of the world is compared below.
    clockTolerance: Number.MAX_VALUE,
    requiredClaims: ['sub', 'iat', 'exp'],
  }).catch((thrown: unknown) => {
    throw tokenProblem(thrown);
  });
  const { sub, iat, exp, nbf, jti, scopes } = payload;
  const names = Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : [];
  if (typeof sub !== 'string' || iat === undefined || exp === undefined) {
    throw unauthenticatedProblem('malformed_token', 'The bearer token is not a token of an administrator.');
  }
  const ofWorld = worldOfName(jti ?? '');
  if (ofWorld !== world) {
    throw new Problem('unauthenticated', 'The bearer token is not accepted.', { reason: 'other_world', ofWorld });
  }
  checkTimes({ azp: sub, iat, exp, nbf }, now);
  return { sub, scopes: names };
}
