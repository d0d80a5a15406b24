import { hash, timingSafeEqual } from 'node:crypto';

/** Returns the hash in hexadecimal. */
export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}

/** Hashes a long random secret for the store. */
export function hashSecret(secret: string): string {
  return sha256(secret);
}

/** Compared if there is no stored hash, so that the check takes the same time. The result is ignored. */
const NO_HASH = hashSecret('');

/** Returns whether the secret has this hash. Takes the same time for an unknown client, which has none. */
export function verifySecret(secret: string, stored: string | null): boolean {
  const matches = timingSafeEqual(Buffer.from(hashSecret(secret)), Buffer.from(stored ?? NO_HASH));
  return matches && stored !== null;
}

/** Returns whether a code verifier matches the challenge of the code: S256 (RFC 7636, 4.6). */
export function matchesChallenge(verifier: string, challenge: string): boolean {
  const actual = Buffer.from(hash('sha256', verifier, 'base64url'));
  const expected = Buffer.from(challenge);
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

/** Returns the `at_hash` of an access token (OpenID Connect Core 1.0, 3.1.3.6), for algorithms with SHA-256. */
export function hashAccessToken(token: string): string {
  return hash('sha256', token, 'buffer').subarray(0, 16).toString('base64url');
}
