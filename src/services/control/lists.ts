import { Problem } from '../../decisions/problem.ts';
import { type Listing, type PageQuery, type Position, selectPage } from '../../decisions/responses/page.ts';
import type { Instant } from '../../lib/clock.ts';

/** The default `limit` of short lists, usually enough for all entries. */
const DEFAULT_LIMIT = 2000;

/** An entry of a list that is small enough to be sorted in memory. */
interface Entry {
  readonly id: string;
  readonly at: Instant;
  readonly position: Position;
}

/** The members that every list has besides its entries. */
interface Extent {
  readonly total: number;
  readonly dropped: number;
  readonly next: string | null;
}

interface ShortListOptions<Item> extends Pick<Listing<Item>, 'isText'> {
  /** The default limit. */
  readonly fallback?: number;
  readonly dropped?: number;
}

/**
 * Pages a list in memory. No entry counts as dropped unless `dropped` is given.
 *
 * @param all the entries, in list order
 */
export function pageShortList<Item extends Entry>(
  all: readonly Item[],
  query: PageQuery,
  order: 'oldest first' | 'newest first',
  { fallback = DEFAULT_LIMIT, dropped = 0, ...rest }: ShortListOptions<Item> = {},
): { readonly entries: readonly Item[]; readonly extent: Extent } {
  const positionOfId = (id: string) => all.find((entry) => entry.id === id)?.position ?? null;
  const listing = {
    order,
    positionOf: ({ position }: Item) => position,
    positionOfId,
    timeOf: ({ at }: Item) => at,
    ...rest,
  };
  const { entries, total, next } = selectPage(all, query, listing, fallback);
  return { entries, extent: { total, dropped, next } };
}

/** Returns the extent of a list that is sent as a whole. */
export function measureExtent(all: readonly unknown[]): Extent {
  return { total: all.length, dropped: 0, next: null };
}

/**
 * Creates the problem for a request or decision that is unknown or no longer kept.
 *
 * @param number the requested entry's number; null if the id is unknown
 * @param newest the newest entry's number
 */
export function notStoredProblem(kind: 'request' | 'decision', number: number | null, newest: number): Problem {
  const list = `\`GET /_mock/${kind}s\``;
  const [position, total] = [number, newest].map((count) => count?.toLocaleString('en'));
  const detail =
    number === null
      ? `No ${kind} has this id. Ids change when the server restarts; ${list} lists the ${kind}s of this world.`
      : `This ${kind} is no longer kept (${kind} ${position} of ${total}). Send the request again, or pick another one from ${list}.`;
  return new Problem('not_found', detail);
}
