import type { Instant } from '../core/clock.ts';
import type { Revision, Row } from './collections.ts';
import type { RowName } from './row-name.ts';

/** A row with its place, as it is written. */
export interface LoggedRow {
  readonly row: Row;
  readonly place: number;
  /** The length of its body as JSON, in characters. */
  readonly size: number;
}

/** The changes of a world that are written in one step. */
export interface LoggedCommit {
  readonly revision: Revision;
  /** Rows that were added or replaced. */
  readonly puts: readonly LoggedRow[];
  readonly removed: readonly RowName[];
}

/**
 * Stores the rows of a world beyond the process. A change is visible in memory only after its log has stored it, and the
 * next change of the world comes after that.
 */
export interface RowLog {
  /** Writes a change durably. @throws Unwritable, Unreachable: nothing was written. OutcomeUnknown */
  commit(commit: LoggedCommit): Promise<void>;
  /** Replaces all rows. @throws as `commit` */
  replace(rows: readonly LoggedRow[]): Promise<void>;
  /** Notes when a row was used, which may be written up to a second later. */
  use(row: RowName, at: Instant): void;
}
