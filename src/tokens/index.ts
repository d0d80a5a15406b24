import type { Instant } from '../lib/clock.ts';
import { BEARER_KEY } from './bearer-key.ts';
import {
  type Claims,
  type KeyRing,
  listKeysInForce,
  mint,
  type PublicJwk,
  type SigningAlgorithm,
  type SigningKey,
} from './keys.ts';
import { readIdToken, requireKeyInForce, type VerifiedClaims, verifyToken } from './verify.ts';

export { RefreshTokens } from './refresh-token.ts';

export interface Tokens {
  readonly algorithm: SigningAlgorithm;
  readonly key: SigningKey;
  /** The current public keys, as in a JWK set: the signing key first, the key of the cast's bearer tokens last. */
  listPublishedKeys(now: Instant): readonly PublicJwk[];
  mint(claims: Claims): Promise<string>;
  /** @throws Problem `unauthenticated` with the reason */
  verify(token: string, now: Instant): Promise<VerifiedClaims>;
  /** Checks the key of a token that was verified earlier. @throws Problem `unauthenticated` after its overlap */
  checkKey(kid: string, now: Instant): void;
  /** Returns the login and client of an ID token of this world, expired or not; null for any other string. */
  readIdToken(token: string, now: Instant): Promise<{ readonly sid: string; readonly aud: string } | null>;
}

/** @param ring called for every use, because keys are replaced */
export function createTokens(ring: () => KeyRing): Tokens {
  return {
    get algorithm() {
      return ring().current.algorithm;
    },
    get key() {
      return ring().current;
    },
    listPublishedKeys: (now) => [...listKeysInForce(ring(), now).map(({ publicJwk }) => publicJwk), BEARER_KEY],
    mint: (claims) => mint(claims, ring().current),
    verify: (token, now) => verifyToken(token, ring(), now),
    checkKey: (kid, now) => {
      if (kid !== BEARER_KEY.kid) requireKeyInForce(ring(), kid, now);
    },
    readIdToken: (token, now) => readIdToken(token, ring(), now),
  };
}
