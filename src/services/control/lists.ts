import { Problem } from '../../decisions/problem.ts';
import { type Listing, type PageQuery, type Position, selectPage } from '../../decisions/responses/page.ts';
import type { Instant } from '../../lib/clock.ts';

/** The default `limit` of short lists, usually enough for all entries. */
const DEFAULT_LIMIT = 2000;

interface Extent {
  readonly total: number;
  readonly dropped: number;
  readonly next: string | null;
}

/** Pages a list that is small enough to be in memory, and in order. @param fallback the default limit */
export function pageShortList<Item extends { readonly id: string; readonly at: Instant; readonly position: Position }>(
  all: readonly Item[],
  query: PageQuery,
  order: 'oldest first' | 'newest first',
  { fallback = DEFAULT_LIMIT, ...rest }: Pick<Listing<Item>, 'isText'> & { readonly fallback?: number } = {},
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
  return { entries, extent: { total, dropped: 0, next } };
}

/** Returns the extent of a list that is sent as a whole. */
export function measureExtent(all: readonly unknown[]): Extent {
  return { total: all.length, dropped: 0, next: null };
}

/** @param number of the requested entry; null if the id is unknown @param newest the number of the newest entry */
export function notStoredProblem(kind: 'request' | 'decision', number: number | null, newest: number): Problem {
  const list = `\`GET /_mock/${kind}s\``;
  const [position, total] = [number, newest].map((count) => count?.toLocaleString('en'));
  const detail =
    number === null
      ? `No ${kind} has this id. Ids change when the server restarts; ${list} lists the ${kind}s of this world.`
      : `This ${kind} is no longer kept (${kind} ${position} of ${total}). Send the request again, or pick another one from ${list}.`;
  return new Problem('not_found', detail);
}
