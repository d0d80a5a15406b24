import type { Instant } from '../core/clock.ts';
import { compareTexts } from '../core/text-order.ts';
import type { PageQuery, Row } from './collections.ts';
import type { Entry } from './entry.ts';

/** The members by which rows are grouped into lists. */
export type GroupKind = 'owner' | 'parent' | 'label' | 'account' | 'secret';

export const KEYS: Readonly<Record<GroupKind, (row: Row) => readonly string[]>> = {
  owner: ({ owner }) => [owner],
  parent: ({ parent }) => (parent === null ? [] : [parent]),
  label: ({ labels }) => labels,
  account: ({ sharedWith }) => sharedWith,
  secret: ({ body }) => {
    const { secretHash }: { readonly secretHash?: unknown } = Object(body);
    return typeof secretHash === 'string' ? [secretHash] : [];
  },
};

/** The rows of one list, in the order of their places. */
export class Group {
  readonly #entries = new Map<string, Entry>();
  #highest = Number.NEGATIVE_INFINITY;
  #isSorted = true;
  #rows: readonly Row[] | null = null;

  get size(): number {
    return this.#entries.size;
  }

  get rows(): readonly Row[] {
    this.#rows ??= this.entries().map(({ row }) => row);
    return this.#rows;
  }

  entries(): readonly Entry[] {
    const entries = [...this.#entries.values()];
    return this.#isSorted ? entries : entries.sort((one, other) => one.place - other.place);
  }

  find(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  put(entry: Entry): void {
    this.#rows = null;
    if (entry.place < this.#highest && !this.#entries.has(entry.row.id)) this.#isSorted = false;
    this.#highest = Math.max(this.#highest, entry.place);
    this.#entries.set(entry.row.id, entry);
  }

  remove(id: string): void {
    this.#rows = null;
    this.#entries.delete(id);
  }

  /** Must be called when a row of an entry was replaced, because `rows` is cached. */
  renew(): void {
    this.#rows = null;
  }
}

/** Sorted entries, for binary search. No two entries of an order compare as equal. */
export class Order {
  readonly #compare: (one: Row, other: Row) => number;
  readonly entries: Entry[];

  constructor(compare: (one: Row, other: Row) => number, entries: readonly Entry[]) {
    this.#compare = compare;
    this.entries = [...entries].sort((one, other) => compare(one.row, other.row));
  }

  add(entry: Entry): void {
    this.entries.splice(this.#placeOf(entry.row), 0, entry);
  }

  remove(entry: Entry): void {
    this.entries.splice(this.#placeOf(entry.row), 1);
  }

  /** The number of entries before this row. */
  #placeOf(row: Row): number {
    return firstWhere(this.entries, (entry) => this.#compare(entry.row, row) >= 0);
  }
}

/** The index of the first entry for which `holds` is true; it must be true for all later entries, too. */
export function firstWhere(entries: readonly Entry[], holds: (entry: Entry) => boolean): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(entries[middle] as Entry)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const byId = (one: Row, other: Row): number => compareTexts(one.id, other.id);
const byTime = (one: Instant, other: Instant): number => (one === other ? 0 : one < other ? -1 : 1);
/** Orders by this have only rows with such a time. */
export const dueAtOf = ({ dueAt }: Row): Instant => dueAt ?? 0;
export const byDueAt = (one: Row, other: Row): number => byTime(dueAtOf(one), dueAtOf(other)) || byId(one, other);

/** Null comes first. */
function byState(one: string | null, other: string | null): number {
  if (one === null || other === null) return Number(one !== null) - Number(other !== null);
  return compareTexts(one, other);
}

export type OrderName = PageQuery['order']['by'];

/** The orders of rows with facets. */
export const COMPARES: Readonly<Record<OrderName, (one: Row, other: Row) => number>> = {
  id: byId,
  name: (one, other) => compareTexts(one.facets?.name ?? '', other.facets?.name ?? '') || byId(one, other),
  state: (one, other) => byState(one.facets?.state ?? null, other.facets?.state ?? null) || byId(one, other),
  createdAt: (one, other) => byTime(one.facets?.createdAt ?? 0, other.facets?.createdAt ?? 0) || byId(one, other),
  modifiedAt: (one, other) => byTime(one.facets?.modifiedAt ?? 0, other.facets?.modifiedAt ?? 0) || byId(one, other),
};
