/** The claims that services read from a token for a self-hosted deployment. */
export interface ScopedClaims {
  /** The client that the token was issued to. */
  readonly sub: string;
  readonly scopes: readonly string[];
}

/** The published code accepts one algorithm, for all issuers. */
export const SELF_HOSTED_ALGORITHM = 'ES256';

/** Returns the strings of the `scopes` claim. Any other type grants no rights. */
export function readScopes(claim: unknown): readonly string[] {
  return Array.isArray(claim) ? claim.filter((scope) => typeof scope === 'string') : [];
}
