import type { Instant } from '../lib/clock.ts';
import type { Row } from './row.ts';
import type { State, UsedRow } from './state.ts';
import type { StateMemory } from './state-memory.ts';

export type RowName = Pick<Row, 'collection' | 'id'>;

export function rowKey({ collection, id }: RowName): string {
  return `${collection} ${id}`;
}

/** The changes of a world to write atomically. */
export interface LoggedCommit {
  readonly puts: readonly Row[];
  readonly removed: readonly Row[];
  /** Returns when a row in `puts` was last used, or null. */
  usedAt(row: Row): Instant | null;
}

/** Stores a world's rows beyond the process. A change becomes visible once it is stored, before the next change. */
export interface RowLog {
  /** Durably writes a change. @throws WriteFailure, DatabaseFailure if nothing was written; UnknownOutcome */
  commit(commit: LoggedCommit): Promise<void>;
  /** Replaces all rows. @throws the same errors as `commit` */
  replace(state: State): Promise<void>;
  /** Records when a row was used. It may be written up to a second later. */
  use(row: RowName, at: Instant): void;
}

export interface WorldRecord {
  readonly name: string;
  /** How the world was created, as JSON. The store doesn't interpret it. */
  readonly made: string;
  /** The seed of the world, as JSON. Many worlds have the same. The store doesn't interpret it. */
  readonly seed: string;
  /** Milliseconds without use after which the world ends; null: never. */
  readonly ttl: number | null;
  readonly createdAt: Instant;
  readonly usedAt: Instant;
}

export interface ReadRow extends UsedRow {
  readonly place: number;
}

export interface LoggedWorld extends WorldRecord {
  /** State besides the rows (such as faults), which the store doesn't interpret. */
  readonly state: string;
  readonly initial: State;
  /** Rows changed since then, in any order. */
  readonly changedRows: readonly ChangedRow[];
  /** When rows were last used since then. */
  readonly uses: readonly (RowName & { readonly at: Instant })[];
}

/** A row that was added, replaced or removed since its world was created. */
export interface ChangedRow extends RowName {
  /** The row as stored. Null if it was removed. */
  readonly row: Row | null;
  /** When the row was last used; null if never. */
  readonly usedAt: Instant | null;
}

export interface SnapshotRecord {
  readonly id: string;
  readonly name: string | null;
  readonly world: string;
  /** The time of that world's clock. */
  readonly at: Instant;
  /** The size in bytes. */
  readonly size: number;
  /** The position among all snapshots, as in the column of this name. Later snapshots have a higher one. */
  readonly place: number;
}

/** The content of a log, without the rows of snapshots. */
export interface LogContent {
  /** The latest time at which a process wrote, by the clock of that process. */
  readonly at: Instant;
  readonly worlds: readonly LoggedWorld[];
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

export interface LogUses {
  readonly rows: readonly (RowOfWorld & { readonly at: Instant })[];
  readonly worlds: readonly { readonly world: string; readonly at: Instant }[];
}

export type LogEntry =
  | ({ readonly kind: 'changes' } & LogChanges)
  | ({ readonly kind: 'uses' } & LogUses)
  /** Replaces the content of a world; `record` is given for a new world, which replaces a world with the same name. */
  | { readonly kind: 'world'; readonly name: string; readonly record: WorldRecord | null; readonly state: LoggedState }
  | { readonly kind: 'world-end'; readonly name: string }
  | { readonly kind: 'snapshot'; readonly record: SnapshotRecord; readonly state: LoggedState }
  | { readonly kind: 'snapshot-end'; readonly id: string };

export type LoggedState = Pick<State, 'collections' | 'uses'>;

export interface StorageInfo {
  readonly kind: 'memory' | 'file' | 'postgres';
  readonly driver: string | null;
  readonly schema: string | null;
}

export interface Waiting {
  /** Called with each new reason, a sentence. */
  readonly onWait: (reason: string) => void;
  /** The maximum time in milliseconds. */
  readonly maxMs: number;
}

/**
 * Stores all worlds: in a data file or a database schema, or not at all. It is open, and no other process can store
 * anything in it. The initial state of a world is one record in parts; rows that change later are written one by one.
 * Everything is read once, at the start. Calls must not overlap.
 */
export interface WorldLog {
  readonly info: StorageInfo;
  /** Whether it keeps anything. If not, the worlds and snapshots end with the process. */
  readonly isDurable: boolean;
  /** Notices for the user who starts the server. */
  readonly notices: readonly string[];
  /** Resolves with a sentence when the session with the database is lost. Nothing can be stored from then on. */
  readonly lost: Promise<string>;
  /** Returns everything except the rows of snapshots. @param memory limits the rows @throws DamagedData if it cannot be parsed; TooMuchData */
  read(memory: StateMemory): Promise<LogContent>;
  /** Returns a part of a snapshot's rows, counting from 0; null after the last one. @throws DamagedData, DatabaseFailure */
  readSnapshot(id: string, part: number): Promise<readonly ReadRow[] | null>;
  /** Durably stores an entry. @throws WriteFailure, DatabaseFailure if nothing was stored; UnknownOutcome */
  append(entry: LogEntry, at: Instant): Promise<void>;
  /** Explains why nothing can be stored now, judged without writing. Null if writing seems possible. */
  fault(): string | null;
  close(): Promise<void>;
}
