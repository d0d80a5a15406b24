import { subtle } from 'node:crypto';
import { base64url, type CryptoKey, exportSPKI } from 'jose';
import { type Claims, type SigningKey, serializeAscii } from './keys.ts';

const SIGN_MODES = ['key', 'unknown-key', 'retired-key', 'hs256-public', 'none'] as const;
export type SignMode = (typeof SIGN_MODES)[number];

/** A key that is in no JWKS. */
export interface ForeignKey extends SigningKey {
  /** Its self-signed certificate, in base64 (RFC 7515, 4.1.6); null if it has none. */
  readonly certificate: string | null;
}

/** Keys that are in none of our JWKS, each with a unique id. */
export interface ForeignKeys {
  /** Never was in a JWKS. */
  readonly unknown: ForeignKey;
  /** Represents a key that was removed from the JWKS. */
  readonly retired: ForeignKey;
}

export interface ForgeryKeys extends ForeignKeys {
  readonly current: SigningKey;
}

/** Changes to a token. A null member is removed. */
export interface TokenChanges {
  readonly claims?: Claims;
  readonly header?: Claims;
  readonly sign?: SignMode;
}

export async function forge(claims: Claims, keys: ForgeryKeys, changes: TokenChanges = {}) {
  const { sign = 'key' } = changes;
  const { alg, kid, key } = await selectSigning(keys, sign);
  const header = applyChanges({ alg, typ: 'JWT', kid }, changes.header);
  const changed = applyChanges(claims, changes.claims);
  return { token: await compose(serializeAscii(header), serializeAscii(changed), key), header, claims: changed };
}

function applyChanges(values: Claims, changes: Claims = {}): Claims {
  return Object.fromEntries(Object.entries({ ...values, ...changes }).filter(([, value]) => value !== null));
}

interface Signing {
  readonly alg: string;
  readonly kid: string;
  /** Null: the token is unsigned. */
  readonly key: CryptoKey | null;
}

async function selectSigning({ current, unknown, retired }: ForgeryKeys, mode: SignMode): Promise<Signing> {
  const toSigning = ({ algorithm, kid, privateKey }: SigningKey): Signing => ({ alg: algorithm, kid, key: privateKey });
  switch (mode) {
    case 'key':
      return toSigning(current);
    case 'unknown-key':
      return toSigning(unknown);
    case 'retired-key':
      return toSigning(retired);
    case 'hs256-public':
      return { alg: 'HS256', kid: current.kid, key: await importPublicKeyAsSecret(current) };
    case 'none':
      return { alg: 'none', kid: current.kid, key: null };
  }
}

/** Uses the public PEM as HMAC secret, which a verifier that trusts the token's `alg` would accept. */
async function importPublicKeyAsSecret({ publicKey }: SigningKey): Promise<CryptoKey> {
  // Node ends its PEM with a newline, jose does not.
  const pem = Buffer.from(`${await exportSPKI(publicKey)}\n`);
  return subtle.importKey('raw', pem, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
}

// jose signs the tokens of grants. It refuses much of what a wrong token needs: a different `alg` than the key's, `crit`,
// a header that `JSON.stringify` would not produce, an unencoded or padded payload, and no signature.

/** Composes any compact token (RFC 7515, 3.1), without checks. @param header its JSON @param key null: no signature */
export function compose(header: string, payload: string, key: CryptoKey | null): Promise<string> {
  return signInput(`${base64url.encode(header)}.${base64url.encode(payload)}`, key);
}

/** Signs the text before the second period of a token (RFC 7515, 5.1). */
export async function signInput(input: string, key: CryptoKey | null): Promise<string> {
  if (key === null) return `${input}.`;
  // Only ECDSA uses `hash`: other keys have their own.
  const signature = await subtle.sign({ ...key.algorithm, hash: 'SHA-256' }, key, Buffer.from(input));
  return `${input}.${base64url.encode(new Uint8Array(signature))}`;
}
