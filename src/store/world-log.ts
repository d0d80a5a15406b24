import type { Instant } from '../time/clock.ts';
import type { RowName } from './row-log.ts';
import type { ReadRow } from './saved-row.ts';
import type { SnapshotRecord } from './snapshot-store.ts';

/** A world, as it is stored. */
export interface KeptWorld {
  readonly name: string;
  /** The provenance of the world. The store does not interpret it. */
  readonly made: string;
  /** Milliseconds without use after which it ends; null: never. */
  readonly ttl: number | null;
  readonly createdAt: Instant;
  readonly usedAt: Instant;
}

/** A world with its content, as it was last stored. */
export interface LoggedWorld extends KeptWorld {
  /** Its state besides its rows: mode, faults. The store does not interpret it. */
  readonly state: string;
  /** The rows that it began with. */
  readonly begin: readonly ReadRow[];
  /** Rows that have changed since, in any order. */
  readonly later: readonly LaterRow[];
  /** When rows were last used since. */
  readonly uses: readonly (RowName & { readonly at: Instant })[];
}

/** A row that was added, replaced or removed after the beginning of its world. */
export interface LaterRow extends RowName {
  /** Null if the row was removed. */
  readonly read: ReadRow | null;
}

/** Written with each change. */
export interface LogHead {
  /** The latest time at which a process wrote, by its clock. */
  readonly at: Instant;
}

/** All that a log has, except the rows of snapshots. */
export interface Logged {
  readonly head: LogHead;
  /** In the order in which they were made. */
  readonly worlds: readonly LoggedWorld[];
  /** Oldest first. */
  readonly snapshots: readonly SnapshotRecord[];
}

export interface RowOfWorld extends RowName {
  readonly world: string;
}

/** A row to write. */
export interface LoggedPut extends RowOfWorld {
  /** As JSON; null if a row of the beginning was removed. */
  readonly text: string | null;
}

/** Changes that are stored in one step: all of them, or none. No row, and no state, is in it twice. */
export interface LogChanges {
  readonly puts: readonly LoggedPut[];
  /** Rows that were added after the beginning of their world. */
  readonly removed: readonly RowOfWorld[];
  readonly states: readonly { readonly world: string; readonly state: string }[];
}

/** When rows and worlds were last used. */
export interface LogUses {
  readonly rows: readonly (RowOfWorld & { readonly at: Instant })[];
  readonly worlds: readonly { readonly world: string; readonly at: Instant }[];
}

/**
 * Stores all worlds beyond the process: a data file, or a schema of a database. What a world begins with is one record in
 * parts; rows that change later are written one by one. All of it is read once, when the process gets the worlds. One call
 * comes after the other.
 *
 * Each write throws Unwritable or Unreachable if it certainly stored nothing, and OutcomeUnknown if that is not known.
 */
export interface WorldLog {
  /** @throws Damaged */
  read(): Promise<Logged>;
  commit(changes: LogChanges, head: LogHead): Promise<void>;
  use(uses: LogUses, head: LogHead): Promise<void>;
  /**
   * Replaces what a world has by what it begins with.
   *
   * @param world its record, if it is new: one of the same name is replaced
   * @param parts as `partsOf` makes them
   */
  fill(world: string | KeptWorld, parts: Iterable<string>, head: LogHead): Promise<void>;
  /** Deletes a world with its rows. */
  delete(world: string): Promise<void>;
  /** @param parts as `partsOf` makes them */
  putSnapshot(snapshot: SnapshotRecord, parts: Iterable<string>): Promise<void>;
  /** A part of a snapshot, from 0 on; null after the last one. @throws Unreachable */
  partOfSnapshot(id: string, part: number): Promise<string | null>;
  deleteSnapshot(id: string): Promise<void>;
  /** Is it certain that no other process has the worlds? */
  isSure(): boolean;
  /** Why nothing can be stored now, as far as is known without writing; null if writing seems possible. */
  fault(): string | null;
  close(): Promise<void>;
}
