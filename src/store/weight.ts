import type { Row } from './row.ts';

/** A row without strings and body. All of these numbers were measured on Node 20 (`test/store/weight.e2e.ts`). */
const ROW_BYTES = 720;
/** The entry of a label or an account in an index, which has a list of rows. */
const INDEX_ENTRY_BYTES = 400;
const ALIAS_BYTES = 150;
/** A string, besides its characters. */
const STRING_BYTES = 24;
const NUMBER_BYTES = 16;
/** An empty object. V8 reserves room for members. */
const OBJECT_BYTES = 64;
/** A member, besides its value. */
const MEMBER_BYTES = 40;
/** A member with a new name, which makes V8 create a hidden class. */
const NEW_MEMBER_BYTES = 120;
/** The maximum number of names to remember. All others count as new. */
const MAX_NAMES = 1000;
const LIST_BYTES = 56;
const LIST_ITEM_BYTES = 8;
/** A character of a string with characters beyond U+00FF, and of any string whose characters are not checked. */
const MAX_CHARACTER_BYTES = 2;

/** Returns the approximate memory of a row, rather too high. @param knownNames receives new names of members */
export function estimateRowBytes(
  { id, owner, parent, aliases, labels, sharedWith, facets }: Row,
  body: unknown,
  json: string,
  knownNames: Set<string>,
): number {
  let bytes = ROW_BYTES + MAX_CHARACTER_BYTES * (id.length + owner.length + (parent?.length ?? 0));
  for (const alias of aliases) bytes += ALIAS_BYTES + MAX_CHARACTER_BYTES * alias.length;
  for (const key of [...labels, ...sharedWith]) bytes += INDEX_ENTRY_BYTES + MAX_CHARACTER_BYTES * key.length;
  if (facets !== undefined) bytes += MAX_CHARACTER_BYTES * facets.name.length;
  // V8 stores such strings with one byte per character. Checked once for all strings of the body.
  const isAscii = Buffer.byteLength(json) === json.length;
  return bytes + estimateBodyBytes(body, isAscii ? 1 : MAX_CHARACTER_BYTES, knownNames);
}

/** V8 keeps objects of up to half a page in pages of 256 kB, and the room behind a long string often stays empty. */
const PAGE_BYTES = 250 * 1024;
const MAX_PAGE_OBJECT_BYTES = 128 * 1024;
const LONG_STRING_BYTES = 32 * 1024;

/** Returns the memory of a string. @param contentBytes the bytes of its characters */
function estimateStringBytes(contentBytes: number): number {
  const bytes = STRING_BYTES + contentBytes;
  const sharesPage = bytes > LONG_STRING_BYTES && bytes <= MAX_PAGE_OBJECT_BYTES;
  return sharesPage ? Math.ceil(PAGE_BYTES / Math.floor(PAGE_BYTES / bytes)) : bytes;
}

/** Visits the values with a list instead of recursion, because a body may be nested deeply. */
function estimateBodyBytes(body: unknown, characterBytes: number, knownNames: Set<string>): number {
  let bytes = 0;
  const remaining: unknown[] = [body];
  while (remaining.length > 0) {
    const value = remaining.pop();
    if (typeof value === 'string') bytes += estimateStringBytes(characterBytes * value.length);
    else if (typeof value === 'number') bytes += NUMBER_BYTES;
    else if (Array.isArray(value)) {
      bytes += LIST_BYTES + LIST_ITEM_BYTES * value.length;
      for (const item of value) remaining.push(item);
    } else if (typeof value === 'object' && value !== null) {
      bytes += OBJECT_BYTES;
      for (const [name, member] of Object.entries(value)) {
        bytes += knownNames.has(name) ? MEMBER_BYTES : NEW_MEMBER_BYTES + characterBytes * name.length;
        if (knownNames.size < MAX_NAMES) knownNames.add(name);
        remaining.push(member);
      }
    }
  }
  return bytes;
}

/** Creates a row for storing, with the body as it would be from a file. @throws TypeError if it has no JSON */
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
