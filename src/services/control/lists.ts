import type { Instant } from '../../core/clock.ts';
import { type Listing, type PageQuery, type Place, pageOf } from '../../core/page.ts';

/** How many entries a list shows by default that is short: all that it can have, as a rule. */
const MOST_OF_SHORT = 2000;

/** An entry of a short list. */
export interface Entry {
  readonly id: string;
  readonly at: Instant;
  readonly place: Place;
}

/** What every list says besides its entries. */
export interface Extent {
  readonly total: number;
  readonly dropped: number;
  readonly next: string | null;
}

/** In what a short list differs from most. */
interface Differences<Its> extends Pick<Listing<Its>, 'isText'> {
  /** The limit where the query has none. */
  readonly fallback?: number;
  readonly dropped?: number;
}

/**
 * A page of a list whose entries are all known. Entries make room for nobody, unless `dropped` says so.
 *
 * @param all in the order of the list
 */
export function shortPage<Its extends Entry>(
  all: readonly Its[],
  query: PageQuery,
  order: 'oldest first' | 'newest first',
  { fallback = MOST_OF_SHORT, dropped = 0, ...places }: Differences<Its> = {},
): { readonly entries: readonly Its[]; readonly extent: Extent } {
  const placeOfId = (id: string) => all.find((entry) => entry.id === id)?.place ?? null;
  const listing = { order, placeOf: ({ place }: Its) => place, placeOfId, atOf: ({ at }: Its) => at, ...places };
  const { entries, total, next } = pageOf(all, query, listing, fallback);
  return { entries, extent: { total, dropped, next } };
}

/** What a list says that is always whole. */
export function extentOf(all: readonly unknown[]): Extent {
  return { total: all.length, dropped: 0, next: null };
}
