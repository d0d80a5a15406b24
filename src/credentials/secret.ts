import { hash, timingSafeEqual } from 'node:crypto';

/** What is stored of a secret that is long and random: its SHA-256, in hexadecimal. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/** Compared with when there is nothing to compare with, so that the work is the same; whether it fits does not count. */
const NO_HASH = hashSecret('');

/**
 * Is this the secret that was stored? Takes as long for a client that does not exist (`stored` is null) as for a wrong
 * secret.
 */
export function secretFits(secret: string, stored: string | null): boolean {
  const fits = timingSafeEqual(Buffer.from(hashSecret(secret)), Buffer.from(stored ?? NO_HASH));
  return fits && stored !== null;
}
