import type { Instant } from '../core/clock.ts';
import type { Store } from './index.ts';
import type { SharedSnapshots } from './sharing.ts';
import type { FrozenRows } from './world-rows.ts';

/** A world in addition to the default one, as a file keeps it. */
export interface KeptWorld {
  readonly name: string;
  /** Its provenance. The store does not read it. */
  readonly made: string;
  /** Milliseconds without use after which it ends; null: never. */
  readonly ttl: number | null;
  readonly createdAt: Instant;
  readonly usedAt: Instant;
}

/** The worlds in addition to the default one that outlive the process, for a process that has them alone. */
export interface KeptWorlds {
  /** Those that there were when it was opened, oldest first. */
  readonly found: readonly KeptWorld[];
  /** The store of one of them. */
  open(name: string): Store;
  /**
   * Makes one.
   *
   * @param free how many bytes of its rows it shares with others
   * @throws Unwritable if it cannot be kept; then there is none
   */
  make(world: KeptWorld, rows: FrozenRows, free: number): Store;
  /** Later writes of its running requests are dropped. */
  delete(name: string): void;
  /** It was used; that may reach the disk up to a second later. */
  noteUse(name: string, at: Instant): void;
  readonly snapshots: SharedSnapshots;
}
