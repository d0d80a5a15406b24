import { hash, timingSafeEqual } from 'node:crypto';

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
