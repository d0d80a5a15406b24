import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import type { Instant } from '../core/clock.ts';
import { badCredentials, Problem } from '../core/problem.ts';
import { encodingFault } from './compact.ts';

/** The provider whose tokens are exchanged for ours. */
export interface IdentityProvider {
  /**
   * The claims of a token that it signed and that is valid now.
   *
   * @param field what messages call the token
   * @throws Problem `bad_credentials` saying what is wrong, `unavailable` if the provider's keys cannot be fetched
   */
  verify(token: string, now: Instant, field: string): Promise<JWTPayload>;
}

/** Public keys (RFC 7517, 5). */
export type JwkSet = JSONWebKeySet;

/** Asymmetric algorithms (RFC 7518, 3.1): a JWK set holds public keys only. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** What its tokens must say; what is left out is not checked. */
export interface Expected {
  readonly issuer?: string;
  /** Equal to `aud`, or one of its values. */
  readonly audience?: string;
}

/**
 * An identity provider defined by its JWK set.
 *
 * @param load reads the set. It is called for the first token, and again when a token names a key that is not in the
 * set.
 * @param name what messages call the set
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
      const message = `The keys of the identity provider cannot be read from ${name}. Check that it answers, and try again.`;
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
  const message = `Field \`${field}\` does not hold a valid token of the identity provider: ${why}.`;
  return badCredentials('bad_external_token', message);
}
