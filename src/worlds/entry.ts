import type { Holder } from '../contract/credentials.ts';
import type { WorldInfo } from '../contract/world.ts';
import type { Seed } from '../store/seed.ts';
import type { Weighed } from '../store/state-memory.ts';
import type { Instant } from '../time/clock.ts';
import type { OwnedWorld } from './world.ts';

/** The record of a world besides the world itself. */
export interface WorldEntry extends Omit<WorldInfo, 'id' | 'lastUsedAt'> {
  readonly world: OwnedWorld;
  /** The world whose credentials it shares; null if they are all its own. */
  readonly source: string | null;
  lastUsedAt: Instant;
  /** The memory that it takes beside its rows; null for the default world, which every server has. */
  readonly memory: Weighed | null;
}

/** A world that was made. */
export interface MadeWorld {
  readonly entry: WorldEntry;
  /** Its seed, with the world's own credentials in it. */
  readonly kept: Seed;
  /** Client ids, and ids of keys, that other worlds have too: alone they lead to none of these worlds. */
  readonly ambiguous: readonly string[];
  /** For a copy with credentials of its own: the objects created since the seed, with their new secrets. */
  readonly created: readonly Holder[];
}

/** A world, as users see it. */
export function infoOf({ world, credentials, ttl, label, createdAt, lastUsedAt }: WorldEntry): WorldInfo {
  return { id: world.id, credentials, ttl, label, createdAt, lastUsedAt };
}
