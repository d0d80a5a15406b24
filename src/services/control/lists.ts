import { type Listing, type PageQuery, type Position, selectPage } from '../../responses/page.ts';
import type { Instant } from '../../time/clock.ts';

/** The default `limit` of short lists, usually enough for all entries. */
const MAX_OF_SHORT = 2000;

/** An entry of a short list. */
export interface Entry {
  readonly id: string;
  readonly at: Instant;
  readonly place: Position;
}

/** The members that every list has besides its entries. */
export interface Extent {
  readonly total: number;
  readonly dropped: number;
  readonly next: string | null;
}

/** Options of a short list. */
interface Differences<Its> extends Pick<Listing<Its>, 'isText'> {
  /** The default limit. */
  readonly fallback?: number;
  readonly dropped?: number;
}

/**
 * Pages a list in memory. No entry counts as dropped unless `dropped` is given.
 *
 * @param all the entries, in list order
 */
export function shortPage<Its extends Entry>(
  all: readonly Its[],
  query: PageQuery,
  order: 'oldest first' | 'newest first',
  { fallback = MAX_OF_SHORT, dropped = 0, ...places }: Differences<Its> = {},
): { readonly entries: readonly Its[]; readonly extent: Extent } {
  const positionOfId = (id: string) => all.find((entry) => entry.id === id)?.place ?? null;
  const listing = {
    order,
    positionOf: ({ place }: Its) => place,
    positionOfId,
    timeOf: ({ at }: Its) => at,
    ...places,
  };
  const { entries, total, next } = selectPage(all, query, listing, fallback);
  return { entries, extent: { total, dropped, next } };
}

/** Returns the extent of a list without paging. */
export function measureExtent(all: readonly unknown[]): Extent {
  return { total: all.length, dropped: 0, next: null };
}
