import type { Instant } from '../time/clock.ts';
import { Collection } from './collection.ts';
import type { Collections, Row } from './collections.ts';

/** The seed of a world. It is stored whole, because its credentials are public test credentials. */
export interface KeptSeed {
  /** A fingerprint of the seed's text, to tell seeds apart. */
  readonly fingerprint: string;
  readonly origin: 'built-in' | 'file';
  /** JSON. */
  readonly text: string;
}

/** A seed, with the rows that it defines at a given moment. */
export interface Seed extends KeptSeed {
  rows(now: Instant): Promise<readonly Row[]>;
}

/** The collection has only one row. */
export const SEEDS = new Collection<KeptSeed>('seed');

const ID = 'seed';

export function seedRow({ fingerprint, origin, text }: KeptSeed): Row<KeptSeed, null> {
  return SEEDS.row({ id: ID, owner: '', parent: null, body: { fingerprint, origin, text } });
}

/** The stored seed of a world; null before the first load. */
export async function seedIn(rows: Collections): Promise<KeptSeed | null> {
  return (await SEEDS.byId(rows, ID))?.body ?? null;
}
