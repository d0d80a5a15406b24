import { hash, timingSafeEqual } from 'node:crypto';

/** Returns the hash in hexadecimal. */
export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}

/** Hashes a long random secret for the store. */
export function hashSecret(secret: string): string {
  return sha256(secret);
}

/** Compared if nothing is stored, so that the check takes as long. The result is ignored. */
const NO_HASH = hashSecret('');

/** Does the secret match its stored hash? An unknown client (`stored` is null) takes as long as a wrong secret. */
export function secretFits(secret: string, stored: string | null): boolean {
  const fits = timingSafeEqual(Buffer.from(hashSecret(secret)), Buffer.from(stored ?? NO_HASH));
  return fits && stored !== null;
}
