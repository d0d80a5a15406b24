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

/**
 * Returns whether the secret matches its stored hash. The check takes the same time for an unknown client.
 *
 * @param stored null for an unknown client
 */
export function verifySecret(secret: string, stored: string | null): boolean {
  const matches = timingSafeEqual(Buffer.from(hashSecret(secret)), Buffer.from(stored ?? NO_HASH));
  return matches && stored !== null;
}
