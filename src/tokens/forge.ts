import { compose, noSignature, type Signer, signerByPublicKey } from './compose.ts';
import type { SigningKey } from './keys.ts';
import { type Claims, plainJson } from './mint.ts';

/** Ways to sign a token. */
export const SIGN_MODES = ['key', 'unknown-key', 'retired-key', 'hs256-public', 'none'] as const;
export type SignMode = (typeof SIGN_MODES)[number];

/** A key that is in no JWKS. */
export interface ForeignKey extends SigningKey {
  /** Its self-signed certificate, in base64 (RFC 7515, 4.1.6); null if it has none. */
  readonly certificate: string | null;
}

/** Keys that are in no JWKS of ours, each with its own id. */
export interface ForeignKeys {
  /** Never was in a JWKS. */
  readonly unknown: ForeignKey;
  /** Stands for a key that was removed from the JWKS. */
  readonly retired: ForeignKey;
}

/** All keys that can sign a token. */
export interface Keys extends ForeignKeys {
  /** The signing key of the world. */
  readonly own: SigningKey;
}

/** Changes to a token. A member that is null is removed. */
export interface Changes {
  readonly claims?: Claims;
  readonly header?: Claims;
  readonly sign?: SignMode;
}

export interface Forged {
  readonly token: string;
  readonly header: Claims;
  readonly claims: Claims;
}

/** Signs claims, with the requested changes. */
export async function forge(claims: Claims, keys: Keys, changes: Changes = {}): Promise<Forged> {
  const { sign = 'key' } = changes;
  const { alg, kid, signer } = signingFor(keys, sign);
  const header = applyChanges({ alg, typ: 'JWT', kid }, changes.header);
  const said = applyChanges(claims, changes.claims);
  return { token: await compose(plainJson(header), plainJson(said), signer), header, claims: said };
}

function applyChanges(values: Claims, changes: Claims = {}): Claims {
  return Object.fromEntries(Object.entries({ ...values, ...changes }).filter(([, value]) => value !== null));
}

interface Signing {
  readonly alg: string;
  readonly kid: string;
  readonly signer: Signer;
}

function signingFor({ own, unknown, retired }: Keys, mode: SignMode): Signing {
  const by = (key: SigningKey): Signing => ({ alg: key.algorithm, kid: key.kid, signer: key.sign });
  switch (mode) {
    case 'key':
      return by(own);
    case 'unknown-key':
      return by(unknown);
    case 'retired-key':
      return by(retired);
    case 'hs256-public':
      return { alg: 'HS256', kid: own.kid, signer: signerByPublicKey(own) };
    case 'none':
      return { alg: 'none', kid: own.kid, signer: noSignature };
  }
}
