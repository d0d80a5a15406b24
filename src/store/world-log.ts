import type { Instant } from '../time/clock.ts';
import type { RowName } from './row-log.ts';
import type { ReadRow } from './saved-row.ts';
import type { SnapshotRecord } from './snapshot-store.ts';

/** A stored world. */
export interface WorldRecord {
  readonly name: string;
  /** The provenance of the world, as in the column of this name. The store doesn't interpret it. */
  readonly made: string;
  /** Milliseconds without use after which the world ends; null: never. */
  readonly ttl: number | null;
  readonly createdAt: Instant;
  readonly usedAt: Instant;
}

/** A world with its content, as last stored. */
export interface LoggedWorld extends WorldRecord {
  /** State besides the rows (mode, faults), which the store doesn't interpret. */
  readonly state: string;
  /** The initial rows. */
  readonly initialRows: readonly ReadRow[];
  /** Rows changed since then, in any order. */
  readonly changedRows: readonly ChangedRow[];
  /** When rows were last used since then. */
  readonly uses: readonly (RowName & { readonly at: Instant })[];
}

/** A row that was added, replaced or removed since its world was created. */
export interface ChangedRow extends RowName {
  /** Null if the row was removed. */
  readonly read: ReadRow | null;
}

/** The record that is written with each change. */
export interface LogHead {
  /** The latest time at which a process wrote, by the clock of that process. */
  readonly at: Instant;
}

/** The content of a log, without the rows of snapshots. */
export interface LogContent {
  readonly head: LogHead;
  /** The worlds in the order of creation. */
  readonly worlds: readonly LoggedWorld[];
  /** The snapshots, oldest first. */
  readonly snapshots: readonly SnapshotRecord[];
}

export interface RowOfWorld extends RowName {
  readonly world: string;
}

export interface LoggedPut extends RowOfWorld {
  /** The row as JSON; null marks an initial row as removed. */
  readonly text: string | null;
}

/** Changes to store atomically. Each row and each state is in it only once. */
export interface LogChanges {
  readonly puts: readonly LoggedPut[];
  /** Rows that were added since their world was created. */
  readonly removed: readonly RowOfWorld[];
  readonly states: readonly { readonly world: string; readonly state: string }[];
}

/** When rows and worlds were last used. */
export interface LogUses {
  readonly rows: readonly (RowOfWorld & { readonly at: Instant })[];
  readonly worlds: readonly { readonly world: string; readonly at: Instant }[];
}

/**
 * Stores all worlds beyond the lifetime of the process, in a data file or a database schema. The initial state of a
 * world is one record in parts; rows that change later are written one by one. Everything is read once, when the
 * process becomes the owner of the worlds. Calls must not overlap.
 *
 * Each write throws WriteFailure or DatabaseFailure if it definitely stored nothing, and UnknownOutcome if it may have.
 */
export interface WorldLog {
  /** Returns everything except the rows of snapshots. @throws DamagedData if it cannot be parsed */
  read(): Promise<LogContent>;
  commit(changes: LogChanges, head: LogHead): Promise<void>;
  use(uses: LogUses, head: LogHead): Promise<void>;
  /**
   * Replaces the content of a world with an initial state.
   *
   * @param world the record of a new world, which replaces a world with the same name
   * @param parts as created by `splitIntoParts`
   */
  fill(world: string | WorldRecord, parts: Iterable<string>, head: LogHead): Promise<void>;
  /** Deletes a world with its rows. */
  delete(world: string): Promise<void>;
  /** @param parts as created by `splitIntoParts` */
  putSnapshot(snapshot: SnapshotRecord, parts: Iterable<string>): Promise<void>;
  /** Returns a part of a snapshot, counting from 0; null after the last one. @throws DatabaseFailure */
  readSnapshotPart(id: string, part: number): Promise<string | null>;
  deleteSnapshot(id: string): Promise<void>;
  /** Returns whether it is certain that no other process owns the worlds. */
  isSure(): boolean;
  /** Explains why nothing can be stored now, judged without writing. Null if writing seems possible. */
  fault(): string | null;
  close(): Promise<void>;
}
