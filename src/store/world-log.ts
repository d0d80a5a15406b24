import type { Instant } from '../core/clock.ts';
import type { Revision } from './collections.ts';
import type { LoggedRow } from './row-log.ts';
import type { RowName } from './row-name.ts';
import type { SnapshotRecord, StoredSnapshot } from './snapshot-store.ts';

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
  /** In the order of their places. */
  readonly rows: readonly LoggedRow[];
}

/** Written with each change. */
export interface LogHead {
  /** The highest revision of all worlds. */
  readonly revision: Revision;
  /** The latest time at which a process wrote, by its clock. */
  readonly at: Instant;
}

/** A snapshot without its rows. */
export interface LoggedSnapshot extends SnapshotRecord, Pick<StoredSnapshot, 'made'> {}

/** All that a log has, except the rows of snapshots. */
export interface Logged {
  readonly head: LogHead;
  /** In the order in which they were made. */
  readonly worlds: readonly LoggedWorld[];
  /** Oldest first. */
  readonly snapshots: readonly LoggedSnapshot[];
}

export interface RowOfWorld extends RowName {
  readonly world: string;
}

/** Changes that are stored in one step: all of them, or none. No row, and no state, is in it twice. */
export interface LogChanges {
  readonly puts: readonly (LoggedRow & { readonly world: string })[];
  readonly removed: readonly RowOfWorld[];
  readonly states: readonly { readonly world: string; readonly state: string }[];
}

/** When rows and worlds were last used. */
export interface LogUses {
  readonly rows: readonly (RowOfWorld & { readonly at: Instant })[];
  readonly worlds: readonly { readonly world: string; readonly at: Instant }[];
}

/**
 * Stores all worlds beyond the process: a data file, or a schema of a database. It is written as they change, and read
 * once, when the process gets the worlds. One call comes after the other.
 *
 * Each write throws Unwritable or Unreachable if it certainly stored nothing, and OutcomeUnknown if that is not known.
 */
export interface WorldLog {
  /** @throws Damaged */
  read(): Promise<Logged>;
  commit(changes: LogChanges, head: LogHead): Promise<void>;
  /** Those of rows and worlds that do not exist have no effect. */
  use(uses: LogUses, head: LogHead): Promise<void>;
  /** Replaces all rows of a world. @param world its record, if it is new: one of the same name is replaced */
  fill(world: string | KeptWorld, rows: readonly LoggedRow[], head: LogHead): Promise<void>;
  /** Deletes a world with its rows. */
  delete(world: string): Promise<void>;
  /** @param parts the rows, as JSON arrays: together they may be longer than one statement should be */
  putSnapshot(snapshot: LoggedSnapshot, parts: Iterable<string>): Promise<void>;
  /** The rows of a snapshot, as `putSnapshot` was given them. @throws Unreachable */
  partsOfSnapshot(id: string): Promise<readonly string[]>;
  deleteSnapshot(id: string): Promise<void>;
  /** Is it certain that no other process has the worlds? */
  isSure(): boolean;
  /** Why nothing can be stored now, as far as is known without writing; null if writing seems possible. */
  fault(): string | null;
  close(): Promise<void>;
}
