import { type Changes, forge, type Keys } from '../forge.ts';
import type { Claims } from '../mint.ts';

/** What the tokens of a zoo are made of. */
export interface Stock {
  readonly keys: Keys;
  readonly issuer: string;
  /** Who the tokens are for; null: the verifier expects no audience. */
  readonly audience: string | null;
  /** The claims of an access token that is good in every respect, with the audience. */
  readonly claims: Claims;
  /** Those of the ID token of the same login. */
  readonly idClaims: Claims;
  /** Where the public half of the unknown key can be fetched, as a JWK set. */
  readonly unknownKeysUrl: string;
  /** Seconds since 1970, by the world's clock. */
  readonly now: number;
}

/** Makes one token. */
export type Maker = (stock: Stock) => Promise<string>;

/** The good token, changed. */
export async function forgeFrom({ claims, keys }: Stock, changes: Changes): Promise<string> {
  return (await forge(claims, keys, changes)).token;
}

/** Makes a token whose claims are changed. */
export function withClaims(claims: (stock: Stock) => Claims): Maker {
  return (stock) => forgeFrom(stock, { claims: claims(stock) });
}

/** Makes a token whose header is changed. */
export function withHeader(header: (stock: Stock) => Claims): Maker {
  return (stock) => forgeFrom(stock, { header: header(stock) });
}
