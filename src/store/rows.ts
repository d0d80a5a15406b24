import {
  byDueAt,
  byPlace,
  dueAtOf,
  findFirstIndex,
  Group,
  type IndexName,
  KEYS_BY_INDEX,
  ORDERS,
  Order,
  type OrderName,
} from './indexes.ts';
import { ANYONE, type DueQuery, type Row } from './row.ts';

const NO_ROWS: readonly never[] = [];

/** The maximum number of accounts with a cached list of visible rows. */
const MAX_VISIBLE_LISTS = 10;

/** The maximum number of page queries with a cached row count. */
const MAX_CACHED_COUNTS = 100;

/**
 * The rows of one collection, with indexes that are built on first use. Rows are immutable, and only `put` and `remove`
 * change the collection. Worlds and snapshots share it; a world copies it before a change (`collections.ts`).
 */
export class Rows<RowType extends Row = Row> {
  #all = new Group<RowType>();
  #aliases: Map<string, RowType> | null = null;
  readonly #groups = new Map<IndexName, Map<string, Group<RowType>>>();
  readonly #orders = new Map<OrderName, Order<RowType>>();
  #due: Order<RowType> | null = null;
  /** Due parts of objects, by parent. */
  readonly #dueParts = new Map<string, Order<RowType>>();
  readonly #visible = new Map<string, readonly RowType[]>();
  readonly #counts = new Map<string, number>();
  #weight = 0;
  #size = 0;

  /** All member names that the rows have had, used to estimate the size of rows. */
  readonly names: Set<string>;

  /** @param rows ordered by place */
  constructor(rows: Iterable<RowType> = [], names = new Set<string>()) {
    this.names = names;
    for (const row of rows) this.put(row);
  }

  /** Returns a copy with the same rows, which builds its own indexes. */
  copy(): Rows<RowType> {
    const copy = new Rows<RowType>([], this.names);
    copy.#all = this.#all.copy();
    copy.#weight = this.#weight;
    copy.#size = this.#size;
    return copy;
  }

  /** Returns a copy with changed rows. `change` must keep the ids. */
  map(change: (row: RowType) => RowType): Rows<RowType> {
    return new Rows(this.all.map(change), this.names);
  }

  get count(): number {
    return this.#all.size;
  }

  /** The approximate memory used by the rows, in bytes. */
  get weight(): number {
    return this.#weight;
  }

  /** The total length of all bodies as JSON, in characters. */
  get size(): number {
    return this.#size;
  }

  /** All rows, oldest first. Every list is the same array until one of its rows changes. */
  get all(): readonly RowType[] {
    return this.#all.rows;
  }

  byId(id: string): RowType | undefined {
    return this.#all.find(id);
  }

  byAlias(alias: string): RowType | undefined {
    if (this.#aliases === null) {
      this.#aliases = new Map();
      for (const row of this.all) {
        for (const aliasOfRow of row.aliases) this.#aliases.set(aliasOfRow, row);
      }
    }
    return this.#aliases.get(alias);
  }

  /** Returns a row with an alias that another row has as well. Only damaged data has one. */
  findCollision(): RowType | undefined {
    const holders = new Map<string, RowType>();
    return this.all.find((row) =>
      row.aliases.some((alias) => {
        const holder = holders.get(alias) ?? row;
        holders.set(alias, holder);
        return holder !== row;
      }),
    );
  }

  in(index: IndexName, key: string): readonly RowType[] {
    return this.#group(index, key)?.rows ?? NO_ROWS;
  }

  countIn(index: IndexName, key: string): number {
    return this.#group(index, key)?.size ?? 0;
  }

  visibleTo(account: string): readonly RowType[] {
    const cached = this.#visible.get(account);
    if (cached !== undefined) return cached;
    const lists = [this.in('owner', account), this.in('account', account), this.in('account', ANYONE)];
    const rows = [...new Set(lists.flat())].sort(byPlace);
    if (this.#visible.size >= MAX_VISIBLE_LISTS) this.#visible.clear();
    this.#visible.set(account, rows);
    return rows;
  }

  due({ parent, after, to, limit, latestFirst = false }: DueQuery): readonly RowType[] {
    const { rows } = parent === undefined ? this.#dueOfAll() : this.#dueOfParts(parent);
    const start = findFirstIndex(rows, (row) => dueAtOf(row) > after);
    const end = findFirstIndex(rows, (row) => dueAtOf(row) > to);
    const max = Math.min(limit, end - start);
    return latestFirst ? rows.slice(end - max, end).reverse() : rows.slice(start, start + max);
  }

  /** Returns the rows with facets, sorted. Callers must not modify the array. */
  inOrder(by: OrderName): readonly RowType[] {
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

  /** Returns the number of rows of a page query, cached until the next change. */
  cacheCount(query: string, count: () => number): number {
    const cached = this.#counts.get(query);
    if (cached !== undefined) return cached;
    const rowCount = count();
    if (this.#counts.size >= MAX_CACHED_COUNTS) this.#counts.clear();
    this.#counts.set(query, rowCount);
    return rowCount;
  }

  put(row: RowType): void {
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

  #enter(row: RowType): void {
    this.#forget();
    this.#weight += row.revision.weight;
    this.#size += row.revision.size;
    this.#all.put(row);
    if (this.#aliases !== null) for (const alias of row.aliases) this.#aliases.set(alias, row);
    for (const [index, groups] of this.#groups) addToGroups(groups, index, row);
    if (row.dueAt !== null) {
      this.#due?.add(row);
      if (row.parent !== null) this.#dueParts.get(row.parent)?.add(row);
    }
    if (row.facets !== undefined) for (const order of this.#orders.values()) order.add(row);
  }

  /** Removes a row from the indexes. @param next its replacement, which keeps the position in shared groups */
  #leave(row: RowType, next: RowType | null): void {
    this.#forget();
    this.#weight -= row.revision.weight;
    this.#size -= row.revision.size;
    // Another row of the same commit may have taken the alias already.
    for (const alias of row.aliases) if (this.#aliases?.get(alias) === row) this.#aliases.delete(alias);
    for (const [index, groups] of this.#groups) {
      const keptKeys = next === null ? NO_KEYS : new Set(KEYS_BY_INDEX[index](next));
      for (const key of KEYS_BY_INDEX[index](row)) {
        const group = keptKeys.has(key) ? undefined : groups.get(key);
        group?.remove(row.id);
        if (group?.size === 0) groups.delete(key);
      }
    }
    if (row.dueAt !== null) {
      this.#due?.remove(row);
      const parts = row.parent === null ? undefined : this.#dueParts.get(row.parent);
      parts?.remove(row);
      if (row.parent !== null && parts?.rows.length === 0) this.#dueParts.delete(row.parent);
    }
    if (row.facets !== undefined) for (const order of this.#orders.values()) order.remove(row);
  }

  #forget(): void {
    this.#visible.clear();
    this.#counts.clear();
  }

  #group(index: IndexName, key: string): Group<RowType> | undefined {
    let groups = this.#groups.get(index);
    if (groups === undefined) {
      groups = new Map();
      for (const row of this.all) addToGroups(groups, index, row);
      this.#groups.set(index, groups);
    }
    return groups.get(key);
  }

  #dueOfAll(): Order<RowType> {
    this.#due ??= new Order(byDueAt, this.all.filter(isDue));
    return this.#due;
  }

  #dueOfParts(parent: string): Order<RowType> {
    const cached = this.#dueParts.get(parent);
    if (cached !== undefined) return cached;
    const order = new Order(byDueAt, this.in('parent', parent).filter(isDue));
    if (order.rows.length > 0) this.#dueParts.set(parent, order);
    return order;
  }
}

const NO_KEYS: ReadonlySet<string> = new Set();

function isDue({ dueAt }: Row): boolean {
  return dueAt !== null;
}

function addToGroups<RowType extends Row>(groups: Map<string, Group<RowType>>, index: IndexName, row: RowType): void {
  for (const key of KEYS_BY_INDEX[index](row)) {
    const group = groups.get(key) ?? new Group<RowType>();
    groups.set(key, group);
    group.put(row);
  }
}
