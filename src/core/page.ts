import { type Instant, parseInstant } from './clock.ts';
import { Problem } from './problem.ts';

/**
 * Where an entry stands in its list: by number, then by text. It rises with age: a younger entry has a higher one. An
 * entry keeps its place, and no other gets it, so a page can begin after an entry that is gone.
 */
export type Place = readonly [number: number, text?: string];

/** What a list is asked for. */
export interface PageQuery {
  /** The cursor of the entry before the page; undefined for the first page. */
  readonly after?: string | undefined;
  /** Only younger entries: the id of one, or a time. */
  readonly since?: string | undefined;
  readonly limit?: number | undefined;
}

/** What a list knows of its entries. */
export interface Listing<Entry> {
  readonly order: 'oldest first' | 'newest first';
  placeOf(entry: Entry): Place;
  /** Could a text be that of a place? Left out where places are only numbers. */
  readonly isText?: (text: string) => boolean;
  /** The place of an entry with this id, or of one that is gone if that is known; null for an unknown id. */
  placeOfId(id: string): Place | null;
  /** When an entry was made, or last seen. */
  atOf(entry: Entry): Instant;
}

/** One page of a list. */
export interface Page<Entry> {
  readonly entries: readonly Entry[];
  /** How many entries there are on all pages. */
  readonly total: number;
  /** The cursor of the last entry; null if nothing comes after it. */
  readonly next: string | null;
}

/**
 * Chooses a page of a list.
 *
 * @param entries that fit all filters, in the order of the list
 * @param fallback the limit where the query has none
 * @throws Problem `invalid_request` for a cursor that no list gave, or for an unknown `since`
 */
export function pageOf<Entry>(
  entries: readonly Entry[],
  { after, since, limit }: PageQuery,
  listing: Listing<Entry>,
  fallback: number,
): Page<Entry> {
  const { order, placeOf, isText = () => false } = listing;
  const chosen = since === undefined ? entries : entries.filter(youngerThan(since, listing));
  const from = after === undefined ? null : placeIn(after, isText);
  const direction = order === 'oldest first' ? 1 : -1;
  const isRest = (entry: Entry) => from === null || direction * compared(placeOf(entry), from) > 0;
  const rest = chosen.filter(isRest);
  const page = rest.slice(0, limit ?? fallback);
  const last = page.at(-1);
  const isMore = page.length < rest.length && last !== undefined;
  return { entries: page, total: chosen.length, next: isMore ? cursorOf(placeOf(last)) : null };
}

/** The cursor of an entry: a page after it begins with the next one. */
export function cursorOf([number, text]: Place): string {
  return text === undefined ? String(number) : `${number}.${text}`;
}

/** Negative if one comes before the other in age. */
export function compared([number, text = '']: Place, [other, otherText = '']: Place): number {
  if (number !== other) return number - other;
  return text === otherText ? 0 : text < otherText ? -1 : 1;
}

/** @throws Problem */
function placeIn(cursor: string, isText: (text: string) => boolean): Place {
  const [, digits, text] = /^(0|[1-9]\d{0,15})(?:\.(.{1,100}))?$/.exec(cursor) ?? [];
  const number = Number(digits);
  if (text === undefined && Number.isSafeInteger(number)) return [number];
  if (text !== undefined && Number.isSafeInteger(number) && isText(text)) return [number, text];
  throw new Problem(
    'invalid_request',
    'Query parameter `after` must be the `next` of an earlier answer to the same call; leave it out for the first page.',
  );
}

/** @throws Problem */
function youngerThan<Entry>(since: string, { placeOf, placeOfId, atOf }: Listing<Entry>): (entry: Entry) => boolean {
  const place = placeOfId(since);
  if (place !== null) return (entry) => compared(placeOf(entry), place) > 0;
  const instant = parseInstant(since);
  if (instant !== null) return (entry) => atOf(entry) >= instant;
  throw new Problem(
    'invalid_request',
    'Query parameter `since` must be the id of an entry of this list, or a time as RFC 3339 writes it.',
  );
}
