import { type Instant, parseInstant } from '../../lib/clock.ts';
import { invalidRequest } from '../problem.ts';

/** The sort key of an entry: number, then text; newer is higher. Never reused, so a page can follow a deleted entry. */
export type Position = readonly [number: number, text?: string];

export interface PageQuery {
  readonly after?: string | undefined;
  /** Selects only entries that are newer than the entry with this id, or not older than this time. */
  readonly since?: string | undefined;
  readonly limit?: number | undefined;
}

export interface Listing<Entry> {
  readonly order: 'oldest first' | 'newest first';
  positionOf(entry: Entry): Position;
  /** Returns whether a position may have this text. Absent if positions are only numbers. */
  readonly isText?: (text: string) => boolean;
  /** Returns the position of the entry with this id, even a deleted one if known; null for an unknown id. */
  positionOfId(id: string): Position | null;
  /** Returns when an entry was created or last updated. */
  timeOf(entry: Entry): Instant;
}

export interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly total: number;
  /** The cursor of the last entry; null on the last page. */
  readonly next: string | null;
}

/** @param entries in list order @param fallback the default limit @throws Problem `invalid_request` */
export function selectPage<Entry>(
  entries: readonly Entry[],
  { after, since, limit }: PageQuery,
  listing: Listing<Entry>,
  fallback: number,
): Page<Entry> {
  const { order, positionOf, isText = () => false } = listing;
  const candidates = since === undefined ? entries : entries.filter(createSinceFilter(since, listing));
  const from = after === undefined ? null : parseCursor(after, isText);
  const direction = order === 'oldest first' ? 1 : -1;
  const isAfterCursor = (entry: Entry) => from === null || direction * comparePositions(positionOf(entry), from) > 0;
  const remaining = candidates.filter(isAfterCursor);
  const page = remaining.slice(0, limit ?? fallback);
  const last = page.at(-1);
  const hasMore = page.length < remaining.length && last !== undefined;
  return { entries: page, total: candidates.length, next: hasMore ? formatCursor(positionOf(last)) : null };
}

function formatCursor([number, text]: Position): string {
  return text === undefined ? String(number) : `${number}.${text}`;
}

export function comparePositions([numberA, textA = '']: Position, [numberB, textB = '']: Position): number {
  if (numberA !== numberB) return numberA - numberB;
  if (textA === textB) return 0;
  return textA < textB ? -1 : 1;
}

/** A number with at most as many digits as the largest safe integer and, after a dot, an optional text. */
const CURSOR = /^(0|[1-9]\d{0,15})(?:\.(.{1,100}))?$/;

/** Parses a cursor. @throws Problem if it is not a cursor of this list */
function parseCursor(cursor: string, isText: (text: string) => boolean): Position {
  const [, digits, text] = CURSOR.exec(cursor) ?? [];
  const number = Number(digits);
  if (Number.isSafeInteger(number)) {
    if (text === undefined) return [number];
    if (isText(text)) return [number, text];
  }
  throw invalidRequest(
    'Query parameter `after` must be the `next` of an earlier response of this operation. Omit it for the first page.',
  );
}

/** Creates a filter for `since`. @throws Problem if it is neither the id of an entry nor a time */
function createSinceFilter<Entry>(
  since: string,
  { positionOf, positionOfId, timeOf }: Listing<Entry>,
): (entry: Entry) => boolean {
  const position = positionOfId(since);
  if (position !== null) return (entry) => comparePositions(positionOf(entry), position) > 0;
  const instant = parseInstant(since);
  if (instant !== null) return (entry) => timeOf(entry) >= instant;
  throw invalidRequest(
    'Query parameter `since` must be the id of an entry of this list, or a time in RFC 3339 format.',
  );
}
