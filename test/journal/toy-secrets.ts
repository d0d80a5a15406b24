import { createFingerprint, type KnownSecrets } from '../../src/journal/secrets.ts';

/** Secrets that a world knows. */
export function toySecrets(known: readonly string[] = []): KnownSecrets {
  return {
    fingerprint: (secret) => createFingerprint(secret, 'a key of tests'),
    has: (text) => known.includes(text),
  };
}
