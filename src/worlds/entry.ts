import type { Holder } from '../contract/credentials.ts';
import type { World } from '../contract/world.ts';
import type { Instant } from '../lib/clock.ts';
import type { SharedData } from '../store/state-memory.ts';
import type { OwnedWorld } from './world.ts';

/** The options of a new world. */
export interface WorldOrder {
  /** Generated if left out. */
  readonly id?: string | undefined;
  readonly credentials: World['credentials'];
  /** The time without use after which the world ends, in milliseconds; null: never. */
  readonly ttl: number | null;
  /** A note for people, such as the name of the test that created the world. */
  readonly label: string | null;
}

/** The record of a world. */
export interface WorldEntry extends Pick<WorldOrder, 'ttl' | 'label'> {
  readonly world: OwnedWorld;
  /** The world that shares its credentials; null if the world has its own. */
  readonly source: string | null;
  readonly createdAt: Instant;
  lastUsedAt: Instant;
  /** The memory used besides its rows; null for the default world, which every server has. */
  readonly memory: SharedData | null;
}

/** A world that was just created. */
export interface CreatedWorld {
  readonly entry: WorldEntry;
  /** Client ids, and ids of keys, that other worlds have as well, so they don't identify a world. */
  readonly ambiguous: readonly string[];
  /** For a copy with its own credentials: the objects created since the seed, with their new secrets. */
  readonly created: readonly Holder[];
}
