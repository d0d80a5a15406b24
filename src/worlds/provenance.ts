import type { World } from '../contract/world.ts';
import type { StoredSeed } from '../store/seed.ts';

/** What a world was created from. Stored with the world, and with its snapshots. */
export interface Provenance {
  readonly seed: StoredSeed;
  readonly credentials: World['credentials'];
  /** The world that shares its credentials; null if the world has its own. */
  readonly source?: string | null;
  /** A label that the user chose. */
  readonly label?: string | null;
}

export function serializeProvenance({
  seed: { fingerprint, origin, text },
  credentials,
  source,
  label,
}: Provenance): string {
  // Listed because the arguments may have more members, which must not be stored.
  return JSON.stringify({ seed: { fingerprint, origin, text }, credentials, source, label });
}

export function parseProvenance(text: string): Provenance {
  // Written by `serializeProvenance`, so it needs no validation.
  return JSON.parse(text);
}
