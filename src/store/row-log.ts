import type { Instant } from '../core/clock.ts';
import type { Revision, Row } from './collections.ts';
import type { RowName } from './row-name.ts';

/** A row with its place, as it is written. */
export interface LoggedRow {
  readonly row: Row;
  readonly place: number;
}

/** The changes that are written in one step. */
export interface LoggedCommit {
  readonly revision: Revision;
  /** Rows that were added or replaced. */
  readonly puts: readonly LoggedRow[];
  readonly removed: readonly RowName[];
}

/** Stores the rows of a world beyond the process. A change is visible in memory only after its log has stored it. */
export interface RowLog {
  /** Writes a change durably. @throws Unwritable if nothing was written */
  commit(commit: LoggedCommit): void;
  /** Replaces all rows. @throws Unwritable if nothing was written */
  replace(rows: readonly LoggedRow[], revision: Revision): void;
  /** Notes when a row was used, which may be written up to a second later. */
  use(row: RowName, at: Instant): void;
}
