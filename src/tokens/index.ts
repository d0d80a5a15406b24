import type { Instant } from '../core/clock.ts';
import type { SigningAlgorithm, SigningKey } from './keys.ts';
import { type Claims, mint } from './mint.ts';
import { type AccessTokenClaims, readIdToken, verifyToken } from './verify.ts';

/** Signs and verifies the tokens of one server. */
export interface Tokens {
  readonly algorithm: SigningAlgorithm;
  /** The JWK set (RFC 7517, 5) with which clients verify our tokens. */
  readonly jwks: { readonly keys: readonly object[] };
  mint(claims: Claims): Promise<string>;
  /** @throws Problem `unauthenticated` with the reason */
  verify(token: string, now: Instant): Promise<AccessTokenClaims>;
  /** The login and client that an ID token of ours belongs to, expired or not; null for anything else. */
  readIdToken(token: string): Promise<{ readonly sid: string; readonly aud: string } | null>;
}

export function tokensOf(key: SigningKey): Tokens {
  return {
    algorithm: key.algorithm,
    jwks: { keys: [key.publicJwk] },
    mint: (claims) => mint(claims, key),
    verify: (token, now) => verifyToken(token, key, now),
    readIdToken: (token) => readIdToken(token, key),
  };
}
