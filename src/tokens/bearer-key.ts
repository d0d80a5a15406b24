import { base64url, importJWK } from 'jose';
import { DEFAULT_WORLD } from '../lib/world-id.ts';
import type { PublicJwk } from './keys.ts';

/** The public key of the cast's bearer tokens, which never expire. Private: `fixtures/runai/bearer-key.rs256.json`. */
export const BEARER_KEY = {
  kty: 'RSA',
  n: 'k9mAsvHuahQGhP3BJPkUeEBZVmGTSN-ddMTqqzqaDV0cewV-gSDQxqTLQcl792WvOHyzolh9GjQacUkxfdL7KqbIqAai0SNAdedzIPOaVKxG6xKVldzgdrgv1mzVVt8D1PP-Og4ko2OzoXnivM3PFOJSLWTVFJKYeJdAvXh7LZB87l13U6x_x1afly6NfPu0PQfH1NfsjQuacf8zmuv9mV4msR8j8behm3TE_3eduB5Ho_lzPdRBWYKSlBKSi_AszzUzrxPhj8SD97cDccrdVfJf5GwdKCiXvkVDxPeGu9ZxqEQpieISm-c8c2WV2Y-_6NspDrpuGTDU-aAo88i7rQ',
  e: 'AQAB',
  kid: 'V3onW6QmKCXFC__IYtRrUtqEFFuZ3x8_HvPOzVCT8qM',
  alg: 'RS256',
  use: 'sig',
} as const satisfies PublicJwk;

/** `iat` and `exp` of every bearer token, in seconds: from 2020-01-01 to the end of the year 9999. */
export const BEARER_TIMES = { iat: 1_577_836_800, exp: 253_402_300_799 } as const;

/** The issuer's origin, whatever the host and port of the server: the origin of a server with default options. */
export const BEARER_ORIGIN = 'http://localhost:6625';

export const BEARER_HEADER: string = base64url.encode(
  JSON.stringify({ alg: BEARER_KEY.alg, typ: 'JWT', kid: BEARER_KEY.kid }),
);

/** Returns whether a token claims to be a bearer token of the cast. */
export function hasBearerHeader(token: string): boolean {
  return token.startsWith(`${BEARER_HEADER}.`);
}

export function importBearerKey() {
  return importJWK(BEARER_KEY, BEARER_KEY.alg);
}

/** Returns the id in the bearer tokens of a world. Worlds with the cast's credentials accept tokens of the default world. */
export function bearerWorldOf(world: { readonly id: string; readonly credentials: 'own' | 'cast' }): string {
  return world.credentials === 'own' ? world.id : DEFAULT_WORLD;
}
