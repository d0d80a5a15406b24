import type { Instant } from '../core/clock.ts';
import type { Store } from './index.ts';
import type { SharedSnapshots } from './sharing.ts';
import type { FrozenRows } from './world-rows.ts';

/** A world other than the default one, as a data file stores it. */
export interface KeptWorld {
  readonly name: string;
  /** The provenance of the world. The store does not interpret it. */
  readonly made: string;
  /** Milliseconds without use after which it ends; null: never. */
  readonly ttl: number | null;
  readonly createdAt: Instant;
  readonly usedAt: Instant;
}

/** The worlds other than the default one in a data file, which outlive the process and are used by it alone. */
export interface KeptWorlds {
  /** The worlds that existed when the file was opened, oldest first. */
  readonly found: readonly KeptWorld[];
  /** Opens the store of one of these worlds. */
  open(name: string): Store;
  /**
   * Creates a world.
   *
   * @throws Unwritable if the world cannot be stored; then it is not created
   */
  make(world: KeptWorld, rows: FrozenRows): Store;
  /** Deletes a world. Later writes of its running requests are discarded. */
  delete(name: string): void;
  /** Notes when a world was used, which may reach the disk up to a second later. */
  noteUse(name: string, at: Instant): void;
  readonly snapshots: SharedSnapshots;
}
