import type { Instant } from '../time/clock.ts';
import { Collection } from './collection.ts';
import type { Collections, Row } from './collections.ts';

/** The seed of a world. Stored with its credentials, because these are public test credentials. */
export interface StoredSeed {
  /** Identifies the text of the seed. */
  readonly fingerprint: string;
  readonly origin: 'built-in' | 'file';
  /** The seed as JSON. */
  readonly text: string;
}

/** A seed that can create its rows for a given moment. */
export interface Seed extends StoredSeed {
  rows(now: Instant): Promise<readonly Row[]>;
}

/** This collection has only one row. */
export const SEEDS = new Collection<StoredSeed>('seed');

const ID = 'seed';

export function createSeedRow({ fingerprint, origin, text }: StoredSeed): Row<StoredSeed, null> {
  return SEEDS.row({ id: ID, owner: '', parent: null, body: { fingerprint, origin, text } });
}

/** Returns the stored seed of a world; null before the first load. */
export async function readSeed(rows: Collections): Promise<StoredSeed | null> {
  return (await SEEDS.byId(rows, ID))?.body ?? null;
}
