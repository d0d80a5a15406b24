import type { World } from '../contract/world.ts';
import type { KeptSeed } from '../store/seed.ts';

/** How a world was created, as stored. */
export interface Provenance {
  readonly seed: KeptSeed;
  readonly credentials: World['credentials'];
  /** The world that shares its credentials; null if the world has its own. */
  readonly source?: string | null;
  /** A label for users. */
  readonly label?: string | null;
}

export function provenanceText({
  seed: { fingerprint, origin, text },
  credentials,
  source,
  label,
}: Provenance): string {
  // Selects the members to store; JSON omits undefined ones.
  return JSON.stringify({ seed: { fingerprint, origin, text }, credentials, source, label });
}

export function provenanceIn(text: string): Provenance {
  // Written by `provenanceText`.
  return JSON.parse(text);
}
