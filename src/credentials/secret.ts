import { hash, timingSafeEqual } from 'node:crypto';

/** What is stored for a long, random secret: its SHA-256, in hexadecimal. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/** Compared with if nothing is stored, so that the work is the same; the result is ignored. */
const NO_HASH = hashSecret('');

/**
 * Does the secret match what was stored? This takes as long for a client that does not exist (`stored` is null) as for
 * a wrong secret.
 */
export function secretFits(secret: string, stored: string | null): boolean {
  const fits = timingSafeEqual(Buffer.from(hashSecret(secret)), Buffer.from(stored ?? NO_HASH));
  return fits && stored !== null;
}
