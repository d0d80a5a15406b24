import { errors, type JWTPayload } from 'jose';
import { badCredentialsProblem, type Problem } from '../decisions/problem.ts';
import type { Instant } from '../lib/clock.ts';
import { findEncodingError } from '../lib/compact-jwt.ts';
import type { VerifyWithSet } from './jwk-set.ts';

/** The identity provider whose tokens can be exchanged for ours. */
export interface IdentityProvider {
  /** @param field for messages @throws Problem `bad_credentials`; `unavailable` if the keys cannot be fetched */
  verify(token: string, now: Instant, field: string): Promise<JWTPayload>;
}

/** Asymmetric algorithms (RFC 7518, 3.1): a JWK set contains only public keys. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Required claims. An omitted member is not checked. */
export interface ExpectedClaims {
  readonly issuer?: string;
  /** Must equal `aud`, or one of its values. */
  readonly audience?: string;
}

export function createIdentityProvider(verifyWithSet: VerifyWithSet, expected: ExpectedClaims = {}): IdentityProvider {
  return {
    verify: async (token, now, field) => {
      const error = findEncodingError(token);
      if (error !== null) throw invalidTokenProblem(field, error);
      const options = {
        algorithms: ALGORITHMS,
        currentDate: new Date(now),
        requiredClaims: ['sub', 'exp'],
        ...expected,
      };
      return verifyWithSet(token, options).catch((thrown: unknown) => {
        throw thrown instanceof errors.JOSEError ? invalidTokenProblem(field, thrown.message) : thrown;
      });
    },
  };
}

function invalidTokenProblem(field: string, why: string): Problem {
  const message = `Field \`${field}\` is not a valid token of the identity provider: ${why}.`;
  return badCredentialsProblem('bad_external_token', message);
}
