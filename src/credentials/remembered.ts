import { BoundedCache, type Budget, bytesOf } from '../core/bounded-cache.ts';
import type { VerifiedClaims } from '../tokens/verify.ts';

/**
 * Caches the claims of tokens with a verified signature, so that each is verified once. Time, issuer and subject can
 * become invalid later, so they are checked every time.
 */
export class RememberedTokens {
  readonly #claims: BoundedCache<VerifiedClaims>;
  /** The text that was found last: to compare it takes less than to hash that of the next request, which is often the same. */
  #latest = '';

  constructor(budget: Budget) {
    this.#claims = new BoundedCache<VerifiedClaims>(budget, bytesOf);
  }

  find(token: string): VerifiedClaims | undefined {
    if (token !== this.#latest) this.#latest = token;
    return this.#claims.find(this.#latest);
  }

  keep(token: string, claims: VerifiedClaims): void {
    this.#claims.keep(token, claims);
  }

  forget(token: string): void {
    this.#claims.forget(token);
  }

  clear(): void {
    this.#claims.clear();
    this.#latest = '';
  }
}
