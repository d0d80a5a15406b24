import { hash } from 'node:crypto';
import type { AccessTokenClaims } from '../tokens/verify.ts';

/** Enough for every test suite, and about 5 MB. */
const MOST = 10_000;

/**
 * Tokens whose signature was verified before, by their hash, so that each is verified once. What can change since
 * (time, issuer, subject) is not remembered. The oldest make room.
 */
export class RememberedTokens {
  readonly #claims = new Map<string, AccessTokenClaims>();

  find(token: string): AccessTokenClaims | undefined {
    return this.#claims.get(keyOf(token));
  }

  keep(token: string, claims: AccessTokenClaims): void {
    if (this.#claims.size >= MOST) this.#claims.delete(this.#claims.keys().next().value as string);
    this.#claims.set(keyOf(token), claims);
  }

  forget(token: string): void {
    this.#claims.delete(keyOf(token));
  }

  clear(): void {
    this.#claims.clear();
  }
}

function keyOf(token: string): string {
  return hash('sha256', token, 'base64');
}
