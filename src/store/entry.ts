import { bytesOf } from '../core/bounded-cache.ts';
import type { Instant } from '../core/clock.ts';
import type { Revision, Row } from './collections.ts';

/** A row of a table, with its place and its size. */
export interface Entry {
  row: Row;
  /** A later row of any collection of the world has a higher place; a replaced row keeps its place. */
  readonly place: number;
  /** The length of the body as JSON, in characters. */
  readonly size: number;
  /** The approximate memory of the row, in bytes. */
  readonly bytes: number;
  /** Does the table that this one was copied from have the row, too? */
  readonly isCopied?: boolean;
}

/**
 * A row as it is stored. Its body is a copy made through JSON, so that the caller cannot change it.
 *
 * @param used when the row that it replaces was last used
 */
export function entryOf(given: Row, place: number, revision: Revision, used: Instant | null = null): Entry {
  const { collection, id, owner, parent, aliases, labels, sharedWith, dueAt, facets } = given;
  const text = textOf(given.body);
  const { name, state, createdAt, modifiedAt } = facets ?? NO_FACETS;
  const [body, usedAt] = [isLarge(text) ? null : JSON.parse(text), used ?? given.usedAt];
  const plain = { collection, id, owner, parent, aliases, labels, sharedWith, dueAt, revision, body, usedAt };
  const row = facets === undefined ? plain : { ...plain, facets: { name, state, createdAt, modifiedAt } };
  return entryFor(row, place, text);
}

/** The approximate bytes of a row without its body, including its entries in indexes. */
const ROW_BYTES = 500;

/** @param text the body as JSON */
export function entryFor(row: Row, place: number, text = textOf(row.body)): Entry {
  const bytes = isLarge(text) ? keepOutside(row, text) : bytesOf(row.body);
  return { row, place, size: text.length, bytes: ROW_BYTES + bytes };
}

function textOf(body: unknown): string {
  return JSON.stringify(body) ?? 'null';
}

/**
 * Copies a row with another time of its last use. It copies member by member, because every request uses a row, and a
 * spread takes forty times as long.
 */
export function usedRow(row: Row, usedAt: Instant): Row {
  const { collection, id, owner, parent, aliases, labels, sharedWith, dueAt, revision, facets } = row;
  const used = { collection, id, owner, parent, aliases, labels, sharedWith, dueAt, revision, body: null, usedAt };
  return shareBody(row, facets === undefined ? used : { ...used, facets });
}

/**
 * The approximate memory of a row that a table has in common with the one that it was copied from: its entry, its places
 * in indexes, and the copy that is made when the row is used.
 */
export const COPIED_BYTES = 300;

const NO_FACETS = { name: '', state: null, createdAt: 0, modifiedAt: 0 } as const;

/** The longest text of a body that is kept in the heap, in characters. */
const MOST_IN_HEAP = 4096;

/** Is a body with this text kept outside of the heap? */
export function isLarge(text: string): boolean {
  return text.length > MOST_IN_HEAP;
}

/**
 * Keeps the body of a row as bytes, and parses them when it is read: large bodies take much memory and are rarely read.
 *
 * @param text the body as JSON
 * @returns the number of bytes
 */
export function keepOutside(row: Row, text: string): number {
  const bytes = Buffer.from(text);
  // Several reads in a row parse it once.
  let latest: WeakRef<object> | null = null;
  const get = () => {
    const known = latest?.deref();
    if (known !== undefined) return known;
    const made: unknown = JSON.parse(bytes.toString());
    latest = typeof made === 'object' && made !== null ? new WeakRef(made) : null;
    return made;
  };
  Object.defineProperty(row, 'body', { get, enumerable: true, configurable: true });
  return bytes.length;
}

/** Gives a row the body of another row without a copy: a body outside of the heap is not parsed. */
export function shareBody(from: Row, to: Row): Row {
  const { get } = Object.getOwnPropertyDescriptor(from, 'body') ?? {};
  if (get === undefined) return Object.assign(to, { body: from.body });
  return Object.defineProperty(to, 'body', { get, enumerable: true, configurable: true });
}
