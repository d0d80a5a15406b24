/** What services read of a token for a self-hosted deployment. */
export interface ScopedClaims {
  /** The client that it was issued to. */
  readonly sub: string;
  readonly scopes: readonly string[];
}

/** The published code accepts one algorithm, for all issuers. */
export const SELF_HOSTED_ALGORITHM = 'ES256';

/** The claim `scopes`: a list of texts. Anything else gives no right. */
export function scopesOf(claim: unknown): readonly string[] {
  return Array.isArray(claim) ? claim.filter((scope) => typeof scope === 'string') : [];
}
