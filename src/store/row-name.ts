import type { Change, Row } from './collections.ts';

/** Identifies a row among all rows of its world. */
export type RowName = Pick<Row, 'collection' | 'id'>;

/** The name of a row as one text. */
export function nameOf({ collection, id }: RowName): string {
  return `${collection} ${id}`;
}

/** The name of the row that a change adds, replaces or removes. */
export function changedBy(change: Change): RowName {
  return change.kind === 'put' ? change.row : change;
}
