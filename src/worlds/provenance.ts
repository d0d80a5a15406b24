import type { World } from '../contract/world.ts';
import { parseStoredJson } from '../store/saved-row.ts';
import type { StoredSeed } from '../store/seed.ts';

/** What a world was created from. Stored with the world. */
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

/** Parses the stored provenance of a world, which `serializeProvenance` wrote. @throws DamagedData */
export function parseProvenance(text: string, world: string): Provenance {
  return parseStoredJson(text, `the origin of the world \`${world}\``);
}
