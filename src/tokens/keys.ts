import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { CompactSign, type CryptoKey, calculateJwkThumbprint, importJWK, type JWK, type KeyImportOptions } from 'jose';
import type { Instant } from '../lib/clock.ts';
import { UserError } from '../lib/errors.ts';

export type { JWK } from 'jose';

/** Signing algorithms (RFC 7518, 3.1). */
export const SIGNING_ALGORITHMS = ['RS256', 'ES256'] as const;
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

export type PublicKey = Pick<SigningKey, 'algorithm' | 'kid' | 'publicKey' | 'publicJwk'>;

export interface SigningKey {
  readonly algorithm: SigningAlgorithm;
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicJwk: JWK;
}

const MIN_RSA_BITS = 2048;
const SUPPORTED_KEYS =
  'an RSA key of at least 2048 bits or an EC key on P-256, as PEM (PKCS #8, PKCS #1, SEC 1) or as a private JWK';

/** @param text PEM or JWK @param name for messages @throws UserError if it is not a supported private key */
export async function readSigningKey(text: string, name: string): Promise<SigningKey> {
  let key: KeyObject;
  try {
    key = text.trimStart().startsWith('{')
      ? createPrivateKey({ key: JSON.parse(text), format: 'jwk' })
      : createPrivateKey(text);
  } catch (cause) {
    const message = `${name} does not contain a readable private key. Expected: ${SUPPORTED_KEYS}, without a passphrase.`;
    throw new UserError(message, { cause });
  }
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const isRsa = key.asymmetricKeyType === 'rsa' && modulusLength >= MIN_RSA_BITS;
  if (!isRsa && namedCurve !== 'prime256v1')
    throw new UserError(`${name} contains a key of an unsupported kind. Expected: ${SUPPORTED_KEYS}.`);
  // The JWK types of Node and jose describe the same object.
  return importSigningKey(key.export({ format: 'jwk' }) as JWK, isRsa ? 'RS256' : 'ES256');
}

/** Creates the signing key from a trusted private JWK, such as a shipped test key. */
export async function importSigningKey(jwk: JWK, algorithm: SigningAlgorithm): Promise<SigningKey> {
  // Lists each member, so that no private one can leak. These are the public members of a key that jose has parsed.
  const { kty, n, e, crv, x, y } = jwk;
  const publicJwk = (kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y }) as JWK;
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    algorithm,
    kid,
    // Extractable, because the token zoo signs with it using another algorithm.
    privateKey: await importKey(jwk, algorithm, { extractable: true }),
    publicKey: await importKey(publicJwk, algorithm),
    publicJwk: { ...publicJwk, kid, alg: algorithm, use: 'sig' },
  };
}

export async function importPublicKey(publicJwk: JWK, algorithm: SigningAlgorithm): Promise<PublicKey> {
  const publicKey = await importKey(publicJwk, algorithm);
  return { algorithm, kid: publicJwk.kid ?? (await calculateJwkThumbprint(publicJwk)), publicKey, publicJwk };
}

/** Imports a key as `CryptoKey`; jose returns bytes only for symmetric keys. */
async function importKey(jwk: JWK, algorithm: SigningAlgorithm, options?: KeyImportOptions): Promise<CryptoKey> {
  return (await importJWK(jwk, algorithm, options)) as CryptoKey;
}

export interface KeyRing {
  readonly current: SigningKey;
  /** Replaced keys, newest first, refused from `until` on. They stay, so that a refusal can give the reason. */
  readonly retired: readonly { readonly key: PublicKey; readonly until: Instant }[];
}

/** How long a replaced key stays valid. */
export const OVERLAP_MS = 10 * 60_000;

const MAX_RETIRED_KEYS = 8;

/** Replaces the current key, and drops the oldest. @param until when tokens of the replaced one are refused */
export function rotateKey({ current, retired }: KeyRing, next: SigningKey, until: Instant): KeyRing {
  const { algorithm, kid, publicKey, publicJwk } = current;
  const replaced = { key: { algorithm, kid, publicKey, publicJwk }, until };
  return { current: next, retired: [replaced, ...retired].slice(0, MAX_RETIRED_KEYS) };
}

export function listKeysInForce({ current, retired }: KeyRing, now: Instant): readonly PublicKey[] {
  return [current, ...retired.filter(({ until }) => now < until).map(({ key }) => key)];
}

/** Finds a key by id, whether it is still accepted or not; null if the ring does not have it, or no longer. */
export function findKey(
  { current, retired }: KeyRing,
  kid: string | undefined,
  now: Instant,
): { readonly key: PublicKey; readonly retiredSince: Instant | null } | null {
  if (kid === current.kid) return { key: current, retiredSince: null };
  const found = retired.find(({ key }) => key.kid === kid);
  return found === undefined ? null : { key: found.key, retiredSince: now < found.until ? null : found.until };
}

/** The claims of a token; times in whole seconds (RFC 7519, 4.1). */
export type Claims = Readonly<Record<string, unknown>>;

/** Signs a JWT with these claims. Its header has the key's `kid`. */
export function mint(claims: Claims, key: SigningKey): Promise<string> {
  return signPayload(serializeAscii(claims), key);
}

/** Signs any string as the payload of a token. `SignJWT` would serialize the JSON differently from `serializeAscii`. */
export function signPayload(payload: string, { algorithm, kid, privateKey }: SigningKey): Promise<string> {
  return new CompactSign(Buffer.from(payload)).setProtectedHeader({ alg: algorithm, typ: 'JWT', kid }).sign(privateKey);
}

/** Escapes so that base64url has no `-` and `_`: the official Python client decodes payloads as plain Base64. */
export function serializeAscii(value: object): string {
  return JSON.stringify(value).replace(
    /[?>~\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export type PublicJwk = SigningKey['publicJwk'];

/** Returns the SubjectPublicKeyInfo of a key (RFC 5280, 4.1.2.7) in base64, like PEM without line breaks. */
export function exportSpki(jwk: PublicJwk): string {
  // The JWK types of Node and jose describe the same object.
  const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}
