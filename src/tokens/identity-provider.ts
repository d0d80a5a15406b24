import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import type { Instant } from '../core/clock.ts';
import { badCredentialsProblem, Problem } from '../core/problem.ts';
import { encodingFault } from './compact.ts';

/** The identity provider whose tokens can be exchanged for ours. */
export interface IdentityProvider {
  /**
   * Verifies a token of the provider, including its times.
   *
   * @param field the name of the token in messages
   * @throws Problem `bad_credentials` naming the fault; `unavailable` if the provider's keys cannot be fetched
   */
  verify(token: string, now: Instant, field: string): Promise<JWTPayload>;
}

/** Public keys (RFC 7517, 5). */
export type JwkSet = JSONWebKeySet;

/** Asymmetric algorithms (RFC 7518, 3.1): a JWK set holds public keys only. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Required claims. An omitted member is not checked. */
export interface Expected {
  readonly issuer?: string;
  /** Must equal `aud`, or one of its values. */
  readonly audience?: string;
}

/**
 * An identity provider defined by its JWK set.
 *
 * @param load reads the set: for the first token, and again for a key that is not in the set
 * @param name the name of the set in messages
 */
export function identityProviderOf(
  load: () => Promise<JwkSet>,
  name: string,
  expected: Expected = {},
): IdentityProvider {
  let keys: JwkSet | undefined;
  const loadKeys = async (): Promise<JwkSet> => {
    try {
      keys = await load();
      return keys;
    } catch (cause) {
      const message = `The keys of the identity provider cannot be read from ${name}. Check that it is available, and try again.`;
      throw new Problem('unavailable', message, { cause });
    }
  };
  const verifyWith = async (token: string, now: Instant, set: JwkSet) => {
    const options = { algorithms: ALGORITHMS, currentDate: new Date(now), requiredClaims: ['sub', 'exp'], ...expected };
    const { payload } = await jwtVerify(token, createLocalJWKSet(set), options);
    return payload;
  };
  return {
    verify: async (token, now, field) => {
      const isRemembered = keys !== undefined;
      const fault = encodingFault(token);
      if (fault !== null) throw invalidToken(field, fault);
      try {
        return await verifyWith(token, now, keys ?? (await loadKeys())).catch(async (thrown: unknown) => {
          if (!(thrown instanceof errors.JWKSNoMatchingKey) || !isRemembered) throw thrown;
          return verifyWith(token, now, await loadKeys());
        });
      } catch (thrown) {
        if (!(thrown instanceof errors.JOSEError)) throw thrown;
        throw invalidToken(field, thrown.message);
      }
    },
  };
}

function invalidToken(field: string, why: string): Problem {
  const message = `Field \`${field}\` is not a valid token of the identity provider: ${why}.`;
  return badCredentialsProblem('bad_external_token', message);
}
