import { compareTexts } from '../text/text-order.ts';
import type { Instant } from '../time/clock.ts';
import type { Facets, PageQuery, Row } from './collections.ts';

/** The members that group rows into lists. */
export type IndexName = 'owner' | 'parent' | 'label' | 'account' | 'secret';

export const KEYS: Readonly<Record<IndexName, (row: Row) => readonly string[]>> = {
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
export class Group {
  #rows = new Map<string, Row>();
  #highest = Number.NEGATIVE_INFINITY;
  /** False once a row was added after one with a higher place, for example because its owner changed. */
  #isInOrder = true;
  #array: readonly Row[] | null = null;

  get size(): number {
    return this.#rows.size;
  }

  /** The same array until a row is put or removed. */
  get rows(): readonly Row[] {
    if (this.#array !== null) return this.#array;
    const rows = [...this.#rows.values()];
    this.#array = this.#isInOrder ? rows : rows.sort(byPlace);
    return this.#array;
  }

  copy(): Group {
    const copy = new Group();
    copy.#rows = new Map(this.#rows);
    copy.#highest = this.#highest;
    copy.#isInOrder = this.#isInOrder;
    return copy;
  }

  find(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  put(row: Row): void {
    const { place } = row.revision;
    this.#array = null;
    if (place < this.#highest && !this.#rows.has(row.id)) this.#isInOrder = false;
    if (place > this.#highest) this.#highest = place;
    this.#rows.set(row.id, row);
  }

  remove(id: string): void {
    this.#array = null;
    this.#rows.delete(id);
  }
}

/** Sorted rows for binary search. No two rows compare as equal. */
export class Order {
  readonly #compare: (one: Row, other: Row) => number;
  readonly rows: Row[];

  constructor(compare: (one: Row, other: Row) => number, rows: readonly Row[]) {
    this.#compare = compare;
    this.rows = [...rows].sort(compare);
  }

  add(row: Row): void {
    this.rows.splice(this.#placeOf(row), 0, row);
  }

  remove(row: Row): void {
    this.rows.splice(this.#placeOf(row), 1);
  }

  /** Returns the number of rows that sort before this one. */
  #placeOf(row: Row): number {
    return firstWhere(this.rows, (one) => this.#compare(one, row) >= 0);
  }
}

/** Returns the index of the first row that satisfies `holds`. All later rows must satisfy it too. */
export function firstWhere(rows: readonly Row[], holds: (row: Row) => boolean): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(rows[middle] as Row)) high = middle;
    else low = middle + 1;
  }
  return low;
}

export const byPlace = (one: Row, other: Row): number => one.revision.place - other.revision.place;
const byId = (one: Row, other: Row): number => compareTexts(one.id, other.id);
const byTime = (one: Instant, other: Instant): number => (one === other ? 0 : one < other ? -1 : 1);
/** Only for rows with a `dueAt`. */
export const dueAtOf = ({ dueAt }: Row): Instant => dueAt ?? 0;
export const byDueAt = (one: Row, other: Row): number => byTime(dueAtOf(one), dueAtOf(other)) || byId(one, other);

/** Sorts null first. */
function byState(one: string | null, other: string | null): number {
  if (one === null || other === null) return Number(one !== null) - Number(other !== null);
  return compareTexts(one, other);
}

export type OrderName = PageQuery['order']['by'];

/** Only for rows with facets. */
const facetsOf = ({ facets }: Row) => facets as Facets;

/** The sort orders of rows with facets. */
export const ORDERS: Readonly<Record<OrderName, (one: Row, other: Row) => number>> = {
  id: byId,
  name: (one, other) => compareTexts(facetsOf(one).name, facetsOf(other).name) || byId(one, other),
  state: (one, other) => byState(facetsOf(one).state, facetsOf(other).state) || byId(one, other),
  createdAt: (one, other) => byTime(facetsOf(one).createdAt, facetsOf(other).createdAt) || byId(one, other),
  modifiedAt: (one, other) => byTime(facetsOf(one).modifiedAt, facetsOf(other).modifiedAt) || byId(one, other),
};
