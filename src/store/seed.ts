import type { Instant } from '../lib/clock.ts';
import { Collection } from './collection.ts';
import type { Collections } from './collections.ts';
import type { Row } from './row.ts';

/** The seed of a world. Stored with its credentials, because these are public test credentials. */
export interface StoredSeed {
  /** A hash that identifies the text of the seed. */
  readonly fingerprint: string;
  readonly origin: 'built-in' | 'file';
  /** The seed as JSON. */
  readonly text: string;
}

/** A seed that can create its rows for a given moment. */
export interface Seed extends StoredSeed {
  rows(now: Instant): Promise<readonly Row[]>;
}

export const SEEDS = new Collection<StoredSeed>('seed');

const SEED_ID = 'seed';

export function createSeedRow(seed: StoredSeed): Row<StoredSeed, null> {
  return SEEDS.row({ id: SEED_ID, owner: '', parent: null, body: toStored(seed) });
}

/** Returns the JSON of a seed; equal seeds have equal texts. */
export function serializeSeed(seed: StoredSeed): string {
  return JSON.stringify(toStored(seed));
}

/** Lists the members, because a `Seed` has more, which must not be stored. */
function toStored({ fingerprint, origin, text }: StoredSeed): StoredSeed {
  return { fingerprint, origin, text };
}

/** Returns the stored seed of a world; null before the first load. */
export async function readSeed(rows: Collections): Promise<StoredSeed | null> {
  return (await SEEDS.byId(rows, SEED_ID))?.body ?? null;
}
