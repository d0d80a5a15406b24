import { type SharedCache, WorldCache } from '../core/caches.ts';
import type { VerifiedClaims } from '../tokens/verify.ts';

/**
 * Caches the claims of tokens with a verified signature, so that each is verified once. Time, issuer and subject can
 * become invalid later, so they are checked every time.
 */
export class RememberedTokens {
  readonly #claims: WorldCache<VerifiedClaims>;

  constructor(shared: SharedCache<VerifiedClaims>) {
    this.#claims = new WorldCache(shared);
  }

  find(token: string): VerifiedClaims | undefined {
    return this.#claims.get(token);
  }

  keep(token: string, claims: VerifiedClaims): void {
    this.#claims.set(token, claims);
  }

  forget(token: string): void {
    this.#claims.delete(token);
  }

  clear(): void {
    this.#claims.clear();
  }
}
