import { createFingerprint } from '../../src/journal/known-secrets.ts';
import type { KnownSecrets } from '../../src/journal/secrets.ts';

/** The secrets of a world, with these known values. */
export function toySecrets(known: readonly string[] = []): KnownSecrets {
  return {
    fingerprint: (secret) => createFingerprint(secret, 'a key of tests'),
    has: (text) => known.includes(text),
    revision: 0,
  };
}
