import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { Problem } from '../core/problem.ts';

/** Public keys (RFC 7517, 5). */
export type JwkSet = JSONWebKeySet;

/** Verifies a token with the keys of a set. @throws JOSEError; Problem `unavailable` if the keys cannot be read */
export type VerifyWithSet = (token: string, options: JWTVerifyOptions) => Promise<JWTPayload>;

/**
 * A JWK set that is read for the first token, and again for a key that it lacks.
 *
 * @param name the name of the set in messages
 * @param owner whose keys they are, in messages
 */
export function verifierOf(load: () => Promise<JwkSet>, name: string, owner: string): VerifyWithSet {
  let keys: JwkSet | undefined;
  const loadKeys = async (): Promise<JwkSet> => {
    try {
      keys = await load();
      return keys;
    } catch (cause) {
      const message = `The keys of ${owner} cannot be read from ${name}. Check that it is available, and try again.`;
      throw new Problem('unavailable', message, { cause });
    }
  };
  const verify = async (token: string, options: JWTVerifyOptions, set: JwkSet) =>
    (await jwtVerify(token, createLocalJWKSet(set), options)).payload;
  return async (token, options) => {
    if (keys === undefined) return verify(token, options, await loadKeys());
    return verify(token, options, keys).catch(async (thrown: unknown) => {
      if (!(thrown instanceof errors.JWKSNoMatchingKey)) throw thrown;
      return verify(token, options, await loadKeys());
    });
  };
}
