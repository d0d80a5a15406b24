import { type DueQuery, EVERYBODY, type ListQuery, type Row } from './collections.ts';
import {
  byDueAt,
  byPlace,
  dueAtOf,
  firstWhere,
  Group,
  type IndexName,
  KEYS,
  ORDERS,
  Order,
  type OrderName,
} from './indexes.ts';

const NONE: readonly Row[] = [];

/** The most accounts for which the visible rows are kept as a list. */
const MAX_VISIBLE = 10;

/** The most page queries for which the number of rows is kept. */
const MAX_COUNTED = 100;

/**
 * The rows of one collection: a map by id, with indexes. Rows are immutable, and only `put` and `remove` change the
 * collection. An index is built when it is first used, and kept up by these two.
 *
 * Worlds and snapshots share a collection, and a world copies it before its first change (`world-rows.ts`).
 */
export class Rows {
  #all = new Group();
  #aliases: Map<string, Row> | null = null;
  readonly #groups = new Map<IndexName, Map<string, Group>>();
  readonly #orders = new Map<OrderName, Order>();
  #due: Order | null = null;
  /** Of the parts of an object. */
  readonly #dueParts = new Map<string, Order>();
  readonly #visible = new Map<string, readonly Row[]>();
  readonly #counts = new Map<string, number>();
  #weight = 0;
  #size = 0;

  /** The names of members that its rows have had, by which rows are weighed. */
  readonly names: Set<string>;

  /** @param rows in the order of their places */
  constructor(rows: Iterable<Row> = [], names = new Set<string>()) {
    this.names = names;
    for (const row of rows) this.put(row);
  }

  /** Another collection with the same rows. It builds its own indexes. */
  copy(): Rows {
    const copy = new Rows([], this.names);
    copy.#all = this.#all.copy();
    copy.#weight = this.#weight;
    copy.#size = this.#size;
    return copy;
  }

  /** Another collection with what `change` makes of the rows: rows with the same ids. */
  map(change: (row: Row) => Row): Rows {
    return new Rows(this.all.map(change), this.names);
  }

  get count(): number {
    return this.#all.size;
  }

  /** The approximate memory of the rows, in bytes. */
  get weight(): number {
    return this.#weight;
  }

  /** The length of all bodies as JSON, in characters. */
  get size(): number {
    return this.#size;
  }

  /** All rows, oldest first. Every list is the same array until one of its rows changes. */
  get all(): readonly Row[] {
    return this.#all.rows;
  }

  byId(id: string): Row | undefined {
    return this.#all.find(id);
  }

  byAlias(alias: string): Row | undefined {
    if (this.#aliases === null) {
      this.#aliases = new Map();
      for (const row of this.all) for (const one of row.aliases) this.#aliases.set(one, row);
    }
    return this.#aliases.get(alias);
  }

  /** The rows with a key in an index, oldest first. */
  in(index: IndexName, key: string): readonly Row[] {
    return this.#group(index, key)?.rows ?? NONE;
  }

  /** The number of rows with a key in an index. */
  countIn(index: IndexName, key: string): number {
    return this.#group(index, key)?.size ?? 0;
  }

  /** If a query has several of its members, the first one selects the rows. */
  list({ owner, parent, label, visibleTo }: ListQuery): readonly Row[] {
    if (owner !== undefined) return this.in('owner', owner);
    if (parent !== undefined) return this.in('parent', parent);
    if (label !== undefined) return this.in('label', label);
    return visibleTo === undefined ? this.all : this.#visibleTo(visibleTo);
  }

  /** As `Collections.due`. */
  due({ parent, after, to, limit, latestFirst = false }: DueQuery): readonly Row[] {
    const { rows } = parent === undefined ? this.#dueOfAll() : this.#dueOfParts(parent);
    const begin = firstWhere(rows, (row) => dueAtOf(row) > after);
    const end = firstWhere(rows, (row) => dueAtOf(row) > to);
    const max = Math.min(limit, end - begin);
    return latestFirst ? rows.slice(end - max, end).reverse() : rows.slice(begin, begin + max);
  }

  /** The rows with facets, sorted. The caller must not change the array. */
  inOrder(by: OrderName): readonly Row[] {
    let order = this.#orders.get(by);
    if (order === undefined) {
      order = new Order(
        ORDERS[by],
        this.all.filter(({ facets }) => facets !== undefined),
      );
      this.#orders.set(by, order);
    }
    return order.rows;
  }

  /** The number of rows of a page query, counted once until the next change. */
  counted(query: string, count: () => number): number {
    const known = this.#counts.get(query);
    if (known !== undefined) return known;
    const counted = count();
    if (this.#counts.size >= MAX_COUNTED) this.#counts.clear();
    this.#counts.set(query, counted);
    return counted;
  }

  /** Adds a row, or replaces the row with its id. */
  put(row: Row): void {
    const before = this.#all.find(row.id);
    if (before !== undefined) this.#leave(before, row);
    this.#enter(row);
  }

  remove(id: string): void {
    const row = this.#all.find(id);
    if (row === undefined) return;
    this.#leave(row, null);
    this.#all.remove(id);
  }

  #enter(row: Row): void {
    this.#forget();
    this.#weight += row.revision.weight;
    this.#size += row.revision.size;
    this.#all.put(row);
    if (this.#aliases !== null) for (const alias of row.aliases) this.#aliases.set(alias, row);
    for (const [index, groups] of this.#groups) addTo(groups, index, row);
    if (row.dueAt !== null) {
      this.#due?.add(row);
      if (row.parent !== null) this.#dueParts.get(row.parent)?.add(row);
    }
    if (row.facets !== undefined) for (const order of this.#orders.values()) order.add(row);
  }

  /** Removes a row from the indexes. @param next the row that replaces it, which keeps its position in common groups */
  #leave(row: Row, next: Row | null): void {
    this.#forget();
    this.#weight -= row.revision.weight;
    this.#size -= row.revision.size;
    // Another row may have taken the alias already: the rows of a commit come in any order.
    for (const alias of row.aliases) if (this.#aliases?.get(alias) === row) this.#aliases.delete(alias);
    for (const [index, groups] of this.#groups) {
      const kept = next === null ? NO_KEYS : new Set(KEYS[index](next));
      for (const key of KEYS[index](row)) {
        const group = kept.has(key) ? undefined : groups.get(key);
        group?.remove(row.id);
        if (group?.size === 0) groups.delete(key);
      }
    }
    if (row.dueAt !== null) {
      this.#due?.remove(row);
      if (row.parent !== null) this.#leavePart(row, row.parent);
    }
    if (row.facets !== undefined) for (const order of this.#orders.values()) order.remove(row);
  }

  #leavePart(row: Row, parent: string): void {
    const order = this.#dueParts.get(parent);
    order?.remove(row);
    if (order?.rows.length === 0) this.#dueParts.delete(parent);
  }

  /** Forgets what depends on all rows. */
  #forget(): void {
    this.#visible.clear();
    this.#counts.clear();
  }

  #group(index: IndexName, key: string): Group | undefined {
    let groups = this.#groups.get(index);
    if (groups === undefined) {
      groups = new Map();
      for (const row of this.all) addTo(groups, index, row);
      this.#groups.set(index, groups);
    }
    return groups.get(key);
  }

  /** Rows that an account owns, rows that are shared with it, and public rows. */
  #visibleTo(account: string): readonly Row[] {
    const known = this.#visible.get(account);
    if (known !== undefined) return known;
    const found = [this.in('owner', account), this.in('account', account), this.in('account', EVERYBODY)];
    const rows = [...new Set(found.flat())].sort(byPlace);
    if (this.#visible.size >= MAX_VISIBLE) this.#visible.clear();
    this.#visible.set(account, rows);
    return rows;
  }

  #dueOfAll(): Order {
    this.#due ??= new Order(byDueAt, this.all.filter(isDue));
    return this.#due;
  }

  #dueOfParts(parent: string): Order {
    const known = this.#dueParts.get(parent);
    if (known !== undefined) return known;
    const order = new Order(byDueAt, this.in('parent', parent).filter(isDue));
    if (order.rows.length > 0) this.#dueParts.set(parent, order);
    return order;
  }
}

const NO_KEYS: ReadonlySet<string> = new Set();

function isDue({ dueAt }: Row): boolean {
  return dueAt !== null;
}

function addTo(groups: Map<string, Group>, index: IndexName, row: Row): void {
  for (const key of KEYS[index](row)) {
    const group = groups.get(key) ?? new Group();
    groups.set(key, group);
    group.put(row);
  }
}
