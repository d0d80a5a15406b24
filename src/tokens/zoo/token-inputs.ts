import { type ForgeryKeys, forge, type TokenChanges } from '../forge.ts';
import type { Claims } from '../keys.ts';

/** The input for the zoo's tokens. */
export interface TokenInputs {
  readonly keys: ForgeryKeys;
  readonly issuer: string;
  /** The audience that the verifier expects; null for none. */
  readonly audience: string | null;
  /** The claims of a valid access token, with the audience. */
  readonly claims: Claims;
  /** The claims of the ID token of the same login. */
  readonly idClaims: Claims;
  /** The URL of a JWK set with the unknown key. */
  readonly unknownKeysUrl: string;
  /** Seconds since 1970, on the world's clock. */
  readonly now: number;
}

export type TokenMaker = (inputs: TokenInputs) => Promise<string>;

/** Changes the valid token. */
export async function forgeFrom({ claims, keys }: TokenInputs, changes: TokenChanges): Promise<string> {
  return (await forge(claims, keys, changes)).token;
}

/** Changes the claims of the valid token. */
export function withClaims(claims: (inputs: TokenInputs) => Claims): TokenMaker {
  return (inputs) => forgeFrom(inputs, { claims: claims(inputs) });
}

/** Changes the header of the valid token. */
export function withHeader(header: (inputs: TokenInputs) => Claims): TokenMaker {
  return (inputs) => forgeFrom(inputs, { header: header(inputs) });
}
