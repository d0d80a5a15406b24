import type { Instant } from '../lib/clock.ts';
import type { Row } from './row.ts';
import type { State } from './state.ts';

/** Identifies a row within its world. */
export type RowName = Pick<Row, 'collection' | 'id'>;

/** Returns the name of a row as text. */
export function rowKey({ collection, id }: RowName): string {
  return `${collection} ${id}`;
}

/** The changes of a world to write atomically. */
export interface LoggedCommit {
  /** Rows to add or replace. */
  readonly puts: readonly Row[];
  readonly removed: readonly Row[];
  /** Returns when a row in `puts` was last used, or null. */
  usedAt(row: Row): Instant | null;
}

/**
 * Stores the rows of a world beyond the lifetime of the process. A change becomes visible in memory only after the log
 * has stored it, and before the next change of the world.
 */
export interface RowLog {
  /** Durably writes a change. @throws WriteFailure, DatabaseFailure if nothing was written; UnknownOutcome */
  commit(commit: LoggedCommit): Promise<void>;
  /** Replaces all rows. @throws the same errors as `commit` */
  replace(state: State): Promise<void>;
  /** Records when a row was used. It may be written up to a second later. */
  use(row: RowName, at: Instant): void;
}
