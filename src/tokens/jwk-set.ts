import {
  createLocalJWKSet,
  errors,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import { Problem } from '../decisions/problem.ts';
import { messageOf } from '../lib/errors.ts';
import { isRecord } from '../lib/members.ts';

/** Public keys (RFC 7517, 5). */
export type JwkSet = JSONWebKeySet;

export interface JwkSource {
  readonly name: string;
  /** Whether reading is cheap enough to do it for each token, instead of only for an unknown key. */
  readonly isLocal: boolean;
  /** @throws Error with the reason */
  load(): Promise<JwkSet>;
}

/** Verifies a token with the keys of a set. @throws JOSEError; Problem `unavailable` if the keys cannot be read */
export type VerifyWithSet = (token: string, options: JWTVerifyOptions) => Promise<JWTPayload>;

/** Creates a verifier that caches the set. @param owner the owner of the keys, for messages */
export function createVerifier({ name, isLocal, load }: JwkSource, owner: string): VerifyWithSet {
  let cached: JWTVerifyGetKey | null = null;
  let loading: Promise<JWTVerifyGetKey> | null = null;
  /** Shared by concurrent requests. */
  const read = () => {
    loading ??= load()
      .then((set) => {
        cached = createLocalJWKSet(set);
        return cached;
      })
      .catch((cause: unknown) => {
        const why = messageOf(cause);
        const message = `The keys of ${owner} cannot be read from ${name}: ${why}. Check the source, and try again.`;
        throw new Problem('unavailable', message, { cause });
      })
      .finally(() => {
        loading = null;
      });
    return loading;
  };
  return async (token, options) => {
    const current = isLocal ? null : cached;
    if (current === null) return verifyWith(await read(), token, options);
    return verifyWith(current, token, options).catch(async (thrown: unknown) => {
      if (!(thrown instanceof errors.JWKSNoMatchingKey)) throw thrown;
      return verifyWith(await read(), token, options);
    });
  };
}

/** Tries every key of the set that fits the algorithm if the token has no `kid`. */
async function verifyWith(keys: JWTVerifyGetKey, token: string, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (thrown) {
    if (!(thrown instanceof errors.JWKSMultipleMatchingKeys)) throw thrown;
    for await (const key of thrown) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** One algorithm for each type of key, to import keys without `alg`. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  RSA: 'RS256',
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
  Ed25519: 'EdDSA',
};

/** Describes why a value is not a JWK set; null if each of its keys is a usable public key. */
export async function findJwkSetProblem(value: unknown): Promise<string | null> {
  const keys: unknown = isRecord(value) ? value['keys'] : undefined;
  if (!Array.isArray(keys) || keys.length === 0)
    return 'it is not a JWK set; expected `{"keys": [...]}` with public keys';
  for (const [index, key] of keys.entries()) {
    const problem = await findKeyProblem(key);
    if (problem !== null) return `\`keys[${index}]\` ${problem}`;
  }
  return null;
}

async function findKeyProblem(key: unknown): Promise<string | null> {
  if (!isRecord(key)) return 'is not an object';
  if ('d' in key || 'k' in key) return 'is not a public key';
  const { alg, crv, kty } = key;
  const algorithm = typeof alg === 'string' ? alg : ALGORITHMS[String(kty === 'RSA' ? kty : crv)];
  if (algorithm === undefined) return 'has a key type that cannot sign tokens';
  try {
    await importJWK(key as JWK, algorithm);
    return null;
  } catch {
    return 'is not a valid key (RFC 7517)';
  }
}
