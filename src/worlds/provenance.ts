import type { World } from '../contract/world.ts';
import type { KeptSeed } from '../store/seed.ts';

/** The source of a world, as it is kept. */
export interface Provenance {
  readonly seed: KeptSeed;
  readonly credentials: World['credentials'];
  /** The world whose credentials it shares; null if they are all its own. */
  readonly source?: string | null;
  /** For people. */
  readonly label?: string | null;
}

export function provenanceText({
  seed: { fingerprint, origin, text },
  credentials,
  source,
  label,
}: Provenance): string {
  // Without those that are undefined.
  return JSON.stringify({ seed: { fingerprint, origin, text }, credentials, source, label });
}

export function provenanceIn(text: string): Provenance {
  // `provenanceText` wrote the text.
  return JSON.parse(text);
}
