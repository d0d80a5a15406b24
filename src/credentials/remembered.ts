import { hash } from 'node:crypto';
import { type Budget, bytesOf, Held } from '../core/held.ts';
import type { VerifiedClaims } from '../tokens/verify.ts';

/**
 * Tokens whose signature has been verified, by their hash, so that each is verified only once. What can change later
 * (time, issuer, subject) is not remembered.
 */
export class RememberedTokens {
  readonly #claims: Held<VerifiedClaims>;

  constructor(budget: Budget) {
    this.#claims = new Held<VerifiedClaims>(budget, bytesOf);
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
