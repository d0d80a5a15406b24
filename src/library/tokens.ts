import type { ZooName } from '../tokens/zoo/verdicts.ts';

/** A token to make: an access token of Run:ai, changed. */
export interface TokenOrder {
  /** Whose: an id, a name, an e-mail address or a client id. */
  readonly for: string;
  /** Claims to change or to add; null removes one. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Header parameters to change or to add; null removes one. They do not change how the token is signed. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** From now: `15m`, or `-1s` for a token that has expired. */
  readonly expiresIn?: string;
  /**
   * What signs it: the key of the world (the default), a key that was never in the JWKS, one that is no longer there,
   * HMAC with the public key as the secret, or nothing.
   */
  readonly sign?: 'key' | 'unknown-key' | 'retired-key' | 'hs256-public' | 'none';
}

/** A token, with what it says. */
export interface MintedToken {
  readonly token: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** A token to try a verifier with. */
export interface ZooToken {
  readonly name: ZooName;
  readonly token: string;
  /** What is right for a verifier; `depends`: either is. */
  readonly verdict: 'accept' | 'reject' | 'depends';
  /** Does the source say so with a MUST? */
  readonly must: boolean;
  readonly why: string;
  readonly source: string;
}

/** Right and wrong tokens, with what their verifier has to know. */
export interface TokenZoo {
  readonly issuer: string;
  /** Where the issuer publishes its keys. */
  readonly jwksUri: string;
  /** The audience that was asked for. */
  readonly audience: string | null;
  /** What right tokens are signed with. */
  readonly algorithms: readonly string[];
  readonly tokens: readonly ZooToken[];
}

export interface TokensBoard {
  /** Any token, right or wrong. If nothing is changed, the mock accepts it. */
  mint(order: TokenOrder): Promise<MintedToken>;
  /** About 45 tokens, right and wrong. @param options.audience gives each of them one, and adds those that are about it */
  zoo(options?: { readonly audience?: string }): Promise<TokenZoo>;
}
