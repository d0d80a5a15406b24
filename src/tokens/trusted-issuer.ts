import { errors } from 'jose';
import { unauthenticatedProblem } from '../decisions/problem.ts';
import { type Instant, rfc3339 } from '../lib/clock.ts';
import { findEncodingError } from '../lib/compact-jwt.ts';
import type { VerifyWithSet } from './jwk-set.ts';
import { tokenProblem } from './verify.ts';

/** An issuer that self-hosted Cloud Functions trust in addition to their administrator tokens. */
export interface TrustedIssuer {
  /** @throws Problem `unauthenticated` with the reason; `unavailable` if the issuer's keys cannot be read */
  verify(token: string, now: Instant): Promise<ScopedClaims>;
}

/** Clock tolerance: the default of the published code's framework. */
const LEEWAY_SECONDS = 60;

/** Creates an issuer with a JWK set. @param issuer the exact `iss` of its tokens */
export function createTrustedIssuer(issuer: string, verifyWithSet: VerifyWithSet): TrustedIssuer {
  return {
    verify: async (token, now) => {
      const error = findEncodingError(token);
      if (error !== null) throw malformedTokenProblem(error);
      const options = {
        algorithms: [SELF_HOSTED_ALGORITHM],
        issuer,
        currentDate: new Date(now),
        clockTolerance: LEEWAY_SECONDS,
      };
      const payload = await verifyWithSet(token, options).catch((thrown: unknown) => {
        throw toProblem(thrown, now);
      });
      if (typeof payload.sub !== 'string' || payload.sub === '') throw malformedTokenProblem('it has no `sub`');
      return { sub: payload.sub, scopes: readScopes(payload['scopes']) };
    },
  };
}

function malformedTokenProblem(why: string) {
  return unauthenticatedProblem('malformed_token', 'The bearer token is not a token of a trusted issuer.', why);
}

function toProblem(thrown: unknown, now: Instant): unknown {
  const why = `the clock shows ${rfc3339(now)}`;
  if (thrown instanceof errors.JWTExpired) {
    return unauthenticatedProblem('expired_token', 'The bearer token has expired.', why);
  }
  if (thrown instanceof errors.JWTClaimValidationFailed && thrown.claim === 'nbf' && thrown.reason === 'check_failed') {
    return unauthenticatedProblem('not_yet_valid', 'The bearer token is not valid yet.', why);
  }
  if (thrown instanceof errors.JWKSNoMatchingKey) {
    return unauthenticatedProblem(
      'unknown_key_id',
      'The key that signed the bearer token is not in the JWK set of its issuer.',
    );
  }
  return tokenProblem(thrown);
}

/** The claims that services read from a token for a self-hosted deployment. */
export interface ScopedClaims {
  /** The client that the token was issued to. */
  readonly sub: string;
  readonly scopes: readonly string[];
}

/** The published code accepts one algorithm, for all issuers. */
export const SELF_HOSTED_ALGORITHM = 'ES256';

/** Returns the strings of the `scopes` claim. Any other type grants no rights. */
export function readScopes(claim: unknown): readonly string[] {
  return Array.isArray(claim) ? claim.filter((scope) => typeof scope === 'string') : [];
}
