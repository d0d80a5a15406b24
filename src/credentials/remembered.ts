import { hash } from 'node:crypto';
import { BoundedCache, type Budget, bytesOf } from '../core/bounded-cache.ts';
import type { VerifiedClaims } from '../tokens/verify.ts';

/**
 * Caches tokens with a verified signature by their hash, so that each is verified once. Time, issuer and subject can
 * become invalid later, so they are checked every time.
 */
export class RememberedTokens {
  readonly #claims: BoundedCache<VerifiedClaims>;

  constructor(budget: Budget) {
    this.#claims = new BoundedCache<VerifiedClaims>(budget, bytesOf);
  }

  find(token: string): VerifiedClaims | undefined {
    return this.#claims.find(hash('sha256', token, 'base64'));
  }

  keep(token: string, claims: VerifiedClaims): void {
    this.#claims.keep(hash('sha256', token, 'base64'), claims);
  }

  forget(token: string): void {
    this.#claims.forget(hash('sha256', token, 'base64'));
  }

  clear(): void {
    this.#claims.clear();
  }
}
