import { fingerprintOf, type KnownSecrets } from '../../src/journal/secrets.ts';

/** Secrets that a world knows, where documents have the names that are given. */
export function toySecrets(known: readonly string[] = [], documented: readonly string[] = []): KnownSecrets {
  return {
    fingerprint: (secret) => fingerprintOf(secret, 'a key of tests'),
    has: (text) => known.includes(text),
    isDocumented: (name) => documented.includes(name),
  };
}
