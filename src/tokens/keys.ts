import { createPrivateKey, type KeyObject } from 'node:crypto';
import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK, type KeyImportOptions } from 'jose';
import { Unusable } from '../core/unusable.ts';

export type { JWK } from 'jose';

/** Signing algorithms (RFC 7518, 3.1). */
export const SIGNING_ALGORITHMS = ['RS256', 'ES256'] as const;
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** A key that verifies tokens. */
export type PublicKey = Pick<SigningKey, 'algorithm' | 'kid' | 'publicKey' | 'publicJwk'>;

/** A key pair that signs and verifies tokens. */
export interface SigningKey {
  readonly algorithm: SigningAlgorithm;
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  /** The public half, as in the JWKS. */
  readonly publicJwk: JWK;
}

const MIN_RSA_BITS = 2048;
const FORMS =
  'an RSA key of at least 2048 bits or an EC key on P-256, as PEM (PKCS #8, PKCS #1, SEC 1) or as a private JWK';

/**
 * Reads a private key that a user supplied.
 *
 * @param text PEM or JWK
 * @param name the name of the key in messages, such as its path
 * @throws Unusable if it is not a private key of a supported kind
 */
export async function readSigningKey(text: string, name: string): Promise<SigningKey> {
  let key: KeyObject;
  try {
    key = text.trimStart().startsWith('{')
      ? createPrivateKey({ key: JSON.parse(text), format: 'jwk' })
      : createPrivateKey(text);
  } catch (cause) {
    throw new Unusable(`${name} does not contain a readable private key. Expected: ${FORMS}, without a passphrase.`, {
      cause,
    });
  }
  const algorithm = algorithmOf(key);
  if (algorithm === null) throw new Unusable(`${name} contains a key of an unsupported kind. Expected: ${FORMS}.`);
  // The JWK types of Node and jose describe the same object.
  return signingKeyOf(key.export({ format: 'jwk' }) as JWK, algorithm);
}

/** The signing key of a trusted private JWK, such as a shipped test key. */
export async function signingKeyOf(jwk: JWK, algorithm: SigningAlgorithm): Promise<SigningKey> {
  const publicJwk = publicPartOf(jwk);
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    algorithm,
    kid,
    // The zoo signs with it by another algorithm.
    privateKey: await importKey(jwk, algorithm, { extractable: true }),
    publicKey: await importKey(publicJwk, algorithm),
    publicJwk: { ...publicJwk, kid, alg: algorithm, use: 'sig' },
  };
}

/** The public half of a key, as a JWKS of ours had it. */
export async function publicKeyOf(publicJwk: JWK, algorithm: SigningAlgorithm): Promise<PublicKey> {
  const publicKey = await importKey(publicJwk, algorithm);
  return { algorithm, kid: publicJwk.kid ?? (await calculateJwkThumbprint(publicJwk)), publicKey, publicJwk };
}

/** Only symmetric keys are imported as bytes. */
async function importKey(jwk: JWK, algorithm: SigningAlgorithm, options?: KeyImportOptions): Promise<CryptoKey> {
  return (await importJWK(jwk, algorithm, options)) as CryptoKey;
}

function algorithmOf(key: KeyObject): SigningAlgorithm | null {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && modulusLength >= MIN_RSA_BITS) return 'RS256';
  if (namedCurve === 'prime256v1') return 'ES256';
  return null;
}

/** Names every member, so that no private one can slip through. */
function publicPartOf(jwk: JWK): JWK {
  const { kty, n, e, crv, x, y } = jwk;
  // The public members of a key that jose has parsed.
  return kty === 'RSA' ? ({ kty, n, e } as JWK) : ({ kty, crv, x, y } as JWK);
}
