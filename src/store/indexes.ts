import type { Instant } from '../lib/clock.ts';
import { compareTexts } from '../lib/text-order.ts';
import type { Facets, PageQuery, Row } from './row.ts';

export type IndexName = 'owner' | 'parent' | 'label' | 'account' | 'secret';

export const KEYS_BY_INDEX: Readonly<Record<IndexName, (row: Row) => readonly string[]>> = {
  owner: ({ owner }) => [owner],
  parent: ({ parent }) => (parent === null ? [] : [parent]),
  label: ({ labels }) => labels,
  account: ({ sharedWith }) => sharedWith,
  secret: ({ body }) => {
    const { secretHash }: { readonly secretHash?: unknown } = Object(body);
    return typeof secretHash === 'string' ? [secretHash] : [];
  },
};

/** Some rows of a collection, ordered by place. */
export class Group<RowType extends Row = Row> {
  #rows = new Map<string, RowType>();
  #highestPlace = Number.NEGATIVE_INFINITY;
  /** False once a row was added after one with a higher place, for example because its owner changed. */
  #isInOrder = true;
  #array: readonly RowType[] | null = null;

  get size(): number {
    return this.#rows.size;
  }

  /** All rows, oldest first: the same array until a row is put or removed. */
  get rows(): readonly RowType[] {
    if (this.#array !== null) return this.#array;
    const rows = [...this.#rows.values()];
    this.#array = this.#isInOrder ? rows : rows.sort(byPlace);
    return this.#array;
  }

  copy(): Group<RowType> {
    const copy = new Group<RowType>();
    copy.#rows = new Map(this.#rows);
    copy.#highestPlace = this.#highestPlace;
    copy.#isInOrder = this.#isInOrder;
    return copy;
  }

  find(id: string): RowType | undefined {
    return this.#rows.get(id);
  }

  put(row: RowType): void {
    const { place } = row.revision;
    this.#array = null;
    if (place < this.#highestPlace && !this.#rows.has(row.id)) this.#isInOrder = false;
    if (place > this.#highestPlace) this.#highestPlace = place;
    this.#rows.set(row.id, row);
  }

  remove(id: string): void {
    this.#array = null;
    this.#rows.delete(id);
  }
}

/** Sorted rows for binary search. No two rows compare as equal. */
export class Order<RowType extends Row = Row> {
  readonly #compare: (a: Row, b: Row) => number;
  readonly rows: RowType[];

  constructor(compare: (a: Row, b: Row) => number, rows: readonly RowType[]) {
    this.#compare = compare;
    this.rows = [...rows].sort(compare);
  }

  add(row: RowType): void {
    this.rows.splice(this.#indexFor(row), 0, row);
  }

  remove(row: Row): void {
    this.rows.splice(this.#indexFor(row), 1);
  }

  #indexFor(row: Row): number {
    return findFirstIndex(this.rows, (candidate) => this.#compare(candidate, row) >= 0);
  }
}

/** Returns the index of the first row that matches, by binary search: all later rows must match, too. */
export function findFirstIndex(rows: readonly Row[], matches: (row: Row) => boolean): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (matches(rows[middle] as Row)) high = middle;
    else low = middle + 1;
  }
  return low;
}

export const byPlace = (a: Row, b: Row): number => a.revision.place - b.revision.place;
const byId = (a: Row, b: Row): number => compareTexts(a.id, b.id);
const byTime = (a: Instant, b: Instant): number => Math.sign(a - b);
/** Returns when a row is due. Only for rows with a `dueAt`, so the fallback is never used. */
export const dueAtOf = ({ dueAt }: Row): Instant => dueAt ?? 0;
export const byDueAt = (a: Row, b: Row): number => byTime(dueAtOf(a), dueAtOf(b)) || byId(a, b);

/** Sorts null first. */
function byState(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return compareTexts(a, b);
}

export type OrderName = PageQuery['order']['by'];

/** Returns the facets of a row. Only for rows that have some, so the cast is safe. */
const facetsOf = ({ facets }: Row) => facets as Facets;

export const ORDERS: Readonly<Record<OrderName, (a: Row, b: Row) => number>> = {
  id: byId,
  name: (a, b) => compareTexts(facetsOf(a).name, facetsOf(b).name) || byId(a, b),
  state: (a, b) => byState(facetsOf(a).state, facetsOf(b).state) || byId(a, b),
  createdAt: (a, b) => byTime(facetsOf(a).createdAt, facetsOf(b).createdAt) || byId(a, b),
  modifiedAt: (a, b) => byTime(facetsOf(a).modifiedAt, facetsOf(b).modifiedAt) || byId(a, b),
};
