import type { Row } from './collections.ts';
import { weightOf } from './weight.ts';

/**
 * A row as it is kept. Its body is a copy made through JSON, so that the caller cannot change it, and it is the same
 * whether it comes from memory or from a file.
 *
 * @param names as for `weightOf`
 * @throws TypeError if the body cannot be JSON
 */
export function storedRow(given: Row, place: number, names: Set<string>): Row {
  const json = JSON.stringify(given.body) ?? 'null';
  return rowWith(given, place, JSON.parse(json), json, names);
}

/** As `storedRow`, for a row whose body nobody else has: it was read from JSON, or derived. */
export function keptRow(given: Row, place: number, names: Set<string>): Row {
  return rowWith(given, place, given.body, JSON.stringify(given.body), names);
}

/** Written out member by member, so that all rows have one hidden class. */
function rowWith(given: Row, place: number, body: unknown, json: string, names: Set<string>): Row {
  const { collection, id, owner, parent, aliases, labels, sharedWith, dueAt, facets } = given;
  const revision = { place, size: json.length, weight: weightOf(given, body, json, names) };
  const row = { collection, id, owner, parent, aliases, labels, sharedWith, dueAt, body, revision };
  if (facets === undefined) return row;
  const { name, state, createdAt, modifiedAt } = facets;
  return { ...row, facets: { name, state, createdAt, modifiedAt } };
}
