import type { Instant } from '../time/clock.ts';
import type { Row } from './collections.ts';
import type { State } from './state.ts';

/** Identifies a row among all rows of its world. */
export type RowName = Pick<Row, 'collection' | 'id'>;

/** The name of a row as one text. */
export function nameOf({ collection, id }: RowName): string {
  return `${collection} ${id}`;
}

/** The changes of a world that are written in one step. */
export interface LoggedCommit {
  /** Rows that were added or replaced. */
  readonly puts: readonly Row[];
  readonly removed: readonly Row[];
  /** When a row that is put was last used; null if never. */
  usedAt(row: Row): Instant | null;
}

/**
 * Stores the rows of a world beyond the process. A change is visible in memory only after its log has stored it, and the
 * next change of the world comes after that.
 */
export interface RowLog {
  /** Writes a change durably. @throws Unwritable, Unreachable: nothing was written. OutcomeUnknown */
  commit(commit: LoggedCommit): Promise<void>;
  /** Replaces all rows. @throws as `commit` */
  replace(state: State): Promise<void>;
  /** Notes when a row was used, which may be written up to a second later. */
  use(row: RowName, at: Instant): void;
}
