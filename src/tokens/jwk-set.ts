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
import { isRecord } from '../objects/members.ts';

/** Public keys (RFC 7517, 5). */
export type JwkSet = JSONWebKeySet;

/** Where a JWK set is. */
export interface JwkSource {
  /** Its name in messages. */
  readonly name: string;
  /** Reading it costs so little that it is read for each token. Otherwise it is read again for a key that it lacks. */
  readonly isNear: boolean;
  /** @throws Error that says what is wrong */
  load(): Promise<JwkSet>;
}

/** Verifies a token with the keys of a set. @throws JOSEError; Problem `unavailable` if the keys cannot be read */
export type VerifyWithSet = (token: string, options: JWTVerifyOptions) => Promise<JWTPayload>;

/** @param owner whose keys they are, in messages */
export function verifierOf({ name, isNear, load }: JwkSource, owner: string): VerifyWithSet {
  let kept: JWTVerifyGetKey | null = null;
  let loading: Promise<JWTVerifyGetKey> | null = null;
  /** Requests that need it at the same time wait for the same set. */
  const read = () => {
    loading ??= load()
      .then((set) => {
        kept = createLocalJWKSet(set);
        return kept;
      })
      .catch((cause: unknown) => {
        const why = cause instanceof Error ? cause.message : String(cause);
        const message = `The keys of ${owner} cannot be read from ${name}: ${why}. Check it, and try again.`;
        throw new Problem('unavailable', message, { cause });
      })
      .finally(() => {
        loading = null;
      });
    return loading;
  };
  return async (token, options) => {
    const before = isNear ? null : kept;
    if (before === null) return verifyWith(await read(), token, options);
    return verifyWith(before, token, options).catch(async (thrown: unknown) => {
      if (!(thrown instanceof errors.JWKSNoMatchingKey)) throw thrown;
      return verifyWith(await read(), token, options);
    });
  };
}

/** A token without `kid` may be signed by any key of the set that fits its algorithm. */
async function verifyWith(keys: JWTVerifyGetKey, token: string, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (thrown) {
    if (!(thrown instanceof errors.JWKSMultipleMatchingKeys)) throw thrown;
    for await (const key of thrown) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (fault) {
        if (!(fault instanceof errors.JWSSignatureVerificationFailed)) throw fault;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** An algorithm of each type of key: to import one that names none. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  RSA: 'RS256',
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
  Ed25519: 'EdDSA',
};

/** What is wrong with a value as a JWK set; null if each of its keys is a public key that can be used. */
export async function faultOfJwkSet(value: unknown): Promise<string | null> {
  const keys: unknown = isRecord(value) ? value['keys'] : undefined;
  if (!Array.isArray(keys) || keys.length === 0)
    return 'it does not hold a JWK set, `{"keys": [...]}` with public keys';
  for (const [index, key] of keys.entries()) {
    const fault = await faultOfKey(key);
    if (fault !== null) return `\`keys[${index}]\` ${fault}`;
  }
  return null;
}

async function faultOfKey(key: unknown): Promise<string | null> {
  if (!isRecord(key)) return 'is not an object';
  if ('d' in key || 'k' in key) return 'is not a public key';
  const { alg, crv, kty } = key;
  const algorithm = typeof alg === 'string' ? alg : ALGORITHMS[String(kty === 'RSA' ? kty : crv)];
  if (algorithm === undefined) return 'has a type that signs no tokens';
  try {
    await importJWK(key as JWK, algorithm);
    return null;
  } catch {
    return 'is not a valid key (RFC 7517)';
  }
}
