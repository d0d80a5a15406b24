import type { Row } from './row.ts';
import { estimateRowBytes } from './weight.ts';

/**
 * Creates a row for storing. Copies the body through JSON, so that the caller cannot change it, and so that it is the
 * same from memory and from a file.
 *
 * @param names the member names that rows of the collection have had (`estimateRowBytes`)
 * @throws TypeError if the body isn't valid JSON
 */
export function createStoredRow(row: Row, place: number, names: Set<string>): Row {
  // `undefined` has no JSON; it is stored as null.
  const json = JSON.stringify(row.body) ?? 'null';
  return createRow(row, place, JSON.parse(json), json, names);
}

/** Like `createStoredRow`, for a body that no other code has because it was just parsed or derived. */
export function createStoredRowWithoutCopy(row: Row, place: number, names: Set<string>): Row {
  return createRow(row, place, row.body, JSON.stringify(row.body), names);
}

/** Lists all members explicitly, so that all rows share one hidden class. */
function createRow(source: Row, place: number, body: unknown, json: string, names: Set<string>): Row {
  const { collection, id, owner, parent, aliases, labels, sharedWith, dueAt, facets } = source;
  const revision = { place, size: json.length, weight: estimateRowBytes(source, body, json, names) };
  const row = { collection, id, owner, parent, aliases, labels, sharedWith, dueAt, body, revision };
  if (facets === undefined) return row;
  const { name, state, createdAt, modifiedAt } = facets;
  return { ...row, facets: { name, state, createdAt, modifiedAt } };
}
