import type { Instant } from '../core/clock.ts';
import type { Revision, Row } from './collections.ts';
import type { RowName } from './row-name.ts';

/** A row as it is written. */
export interface LoggedRow {
  readonly row: Row;
  readonly place: number;
}

/** One step of writing. */
export interface LoggedCommit {
  readonly revision: Revision;
  /** Rows that were added, or took the place of others. */
  readonly puts: readonly LoggedRow[];
  readonly removed: readonly RowName[];
}

/** Where the rows of a world are kept beyond the process: memory shows a change once its log has it. */
export interface RowLog {
  /** Writes a change durably. @throws Unwritable if nothing was written */
  commit(commit: LoggedCommit): void;
  /** Replaces everything. @throws Unwritable if nothing was written */
  replace(rows: readonly LoggedRow[], revision: Revision): void;
  /** Notes when a row was used, which may be written up to a second later. */
  use(row: RowName, at: Instant): void;
}
