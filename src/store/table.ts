import type { Instant } from '../core/clock.ts';
import type { DueQuery, ListQuery, Revision, Row, Size } from './collections.ts';
import { COPIED_BYTES, type Entry, usedRow } from './entry.ts';
import {
  byDueAt,
  COMPARES,
  dueAtOf,
  firstWhere,
  Group,
  type GroupKind,
  KEYS,
  Order,
  type OrderName,
} from './indexes.ts';
import type { Share } from './state-account.ts';

/**
 * The rows of one collection, with their indexes. An index is built when it is first used, and updated with each
 * change. A table that several worlds share is never changed; each world makes a copy before its first change.
 */
export class Table {
  readonly #all = new Group();
  /** The revision of the latest change of any row. */
  #revision: Revision;
  /** The revisions of lists that changed since all rows were loaded, by owner. */
  readonly #revisions: Map<string, Revision>;
  #aliases: Map<string, Entry> | null = null;
  readonly #groups = new Map<GroupKind, Map<string, Group>>();
  readonly #visible = new Map<string, readonly Row[]>();
  #due: Order | null = null;
  #dueOf: Map<string, Order> | null = null;
  readonly #orders = new Map<OrderName, Order>();
  /** The numbers of rows of the page queries since the last change, by query. */
  readonly #counts = new Map<string, number>();
  #characters = 0;
  #bytes = 0;
  /** What the table that this one was copied from has in memory; null if it is no copy. */
  readonly #base: Share | null;
  /** The bytes that are counted with that table. */
  #baseBytes = 0;
  #share: Share | null = null;

  constructor(revision: Revision, revisions: ReadonlyMap<string, Revision> = new Map(), base: Share | null = null) {
    this.#revision = revision;
    this.#revisions = new Map(revisions);
    this.#base = base;
  }

  /**
   * Copies the rows. The copy builds its own indexes when they are first used.
   *
   * @param change returns the entry to copy in place of an entry, with the same id
   */
  copy(change: (entry: Entry) => Entry = (entry) => entry): Table {
    const copy = new Table(this.#revision, this.#revisions, this.share);
    for (const entry of this.#all.entries()) {
      const { row, place, size, bytes } = change(entry);
      const isCopied = row === entry.row;
      copy.#all.put({ row, place, size, bytes, isCopied });
      copy.#characters += size;
      copy.#bytes += bytes;
      if (isCopied) copy.#baseBytes += bytes - COPIED_BYTES;
    }
    return copy;
  }

  /** The number of rows. */
  get count(): number {
    return this.#all.size;
  }

  /** The length of all bodies as JSON, in characters. */
  get characters(): number {
    return this.#characters;
  }

  /** The approximate memory of the rows, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The approximate memory of the table without what it shares with the one that it was copied from, in bytes. */
  get ownBytes(): number {
    return this.#bytes - this.#baseBytes;
  }

  /** The memory of the table, which is not changed from now on. */
  get share(): Share {
    this.#share ??=
      this.#base === null || lengthOf(this.#base) >= MOST_BASES
        ? { bytes: this.#bytes, base: null }
        : { bytes: this.ownBytes, base: this.#base };
    return this.#share;
  }

  /** In the order of their places. */
  entries(): readonly Entry[] {
    return this.#all.entries();
  }

  byId(id: string): Entry | undefined {
    return this.#all.find(id);
  }

  byAlias(alias: string): Entry | undefined {
    if (this.#aliases === null) {
      this.#aliases = new Map();
      for (const entry of this.entries()) for (const one of entry.row.aliases) this.#aliases.set(one, entry);
    }
    return this.#aliases.get(alias);
  }

  get rows(): readonly Row[] {
    return this.#all.rows;
  }

  /** The rows of a list. If a query has several of its members, the first one selects the rows. */
  list({ owner, parent, label, visibleTo }: ListQuery): readonly Row[] {
    if (owner !== undefined) return this.rowsOf('owner', owner);
    if (parent !== undefined) return this.rowsOf('parent', parent);
    if (label !== undefined) return this.rowsOf('label', label);
    return visibleTo === undefined ? this.rows : this.visibleTo(visibleTo);
  }

  /** The rows of a list. It is the same object until one of its rows changes. */
  rowsOf(kind: GroupKind, key: string): readonly Row[] {
    return this.#group(kind, key)?.rows ?? NONE;
  }

  /** Rows that an account owns, rows that are shared with it, and public rows. */
  visibleTo(account: string): readonly Row[] {
    const known = this.#visible.get(account);
    if (known !== undefined) return known;
    const entries = new Set<Entry>();
    for (const group of [this.#group('owner', account), this.#group('account', account), this.#group('account', '*')]) {
      for (const entry of group?.entries() ?? []) entries.add(entry);
    }
    const rows = [...entries].sort((one, other) => one.place - other.place).map(({ row }) => row);
    if (this.#visible.size >= MOST_VISIBLE) this.#visible.clear();
    this.#visible.set(account, rows);
    return rows;
  }

  /** @param loadedAt the lowest revision that a list of this world may have */
  size(owner: string | undefined, loadedAt: Revision): Size {
    if (owner === undefined) return { count: this.count, revision: Math.max(this.#revision, loadedAt) };
    const revision = Math.max(this.#revisions.get(owner) ?? 0, loadedAt);
    return { count: this.#group('owner', owner)?.size ?? 0, revision };
  }

  /** As `Collections.due`. */
  due({ parent, after, to, limit, latestFirst = false }: DueQuery): readonly Row[] {
    const entries = (parent === undefined ? this.#dueAll() : this.#dueParts().get(parent))?.entries ?? [];
    const begin = firstWhere(entries, ({ row }) => dueAtOf(row) > after);
    const end = firstWhere(entries, ({ row }) => dueAtOf(row) > to);
    const most = Math.min(limit, end - begin);
    if (most <= 0) return [];
    const found = latestFirst ? entries.slice(end - most, end).reverse() : entries.slice(begin, begin + most);
    return found.map(({ row }) => row);
  }

  /** The rows with facets, sorted. The caller must not change the array. */
  inOrder(by: OrderName): readonly Entry[] {
    let order = this.#orders.get(by);
    if (order === undefined) {
      const listed = this.entries().filter(({ row }) => row.facets !== undefined);
      order = new Order(COMPARES[by], listed);
      this.#orders.set(by, order);
    }
    return order.entries;
  }

  /** The number of rows of a page query, if it was counted since the last change. */
  countOf(kind: string): number | undefined {
    return this.#counts.get(kind);
  }

  noteCount(kind: string, count: number): void {
    if (this.#counts.size >= MOST_COUNTED) this.#counts.clear();
    this.#counts.set(kind, count);
  }

  /** Adds a row, or replaces the row with its id and keeps the place. */
  put(row: Row, { place, size, bytes }: Omit<Entry, 'row'>): void {
    const before = this.#all.find(row.id);
    if (before !== undefined) this.#leave(before, row);
    this.#enter({ row, place: before?.place ?? place, size, bytes });
    if (before !== undefined && before.row.owner !== row.owner) this.noteChange(before.row.owner, row.revision);
    this.noteChange(row.owner, row.revision);
  }

  /** @param revision of the removal */
  remove(id: string, revision: Revision): void {
    const entry = this.#all.find(id);
    if (entry === undefined) return;
    this.#leave(entry, null);
    this.#all.remove(id);
    this.noteChange(entry.row.owner, revision);
  }

  /** Records the revision at which the list of an owner has changed. */
  noteChange(owner: string, revision: Revision): void {
    this.#revision = revision;
    this.#revisions.set(owner, revision);
  }

  /** Notes when a row was used, which does not change its revision. */
  use(id: string, at: Instant): void {
    const entry = this.#all.find(id);
    if (entry === undefined) return;
    entry.row = usedRow(entry.row, at);
    this.#visible.clear();
    this.#all.renew();
    for (const [kind, groups] of this.#groups) {
      for (const key of KEYS[kind](entry.row)) groups.get(key)?.renew();
    }
  }

  #enter(entry: Entry): void {
    const { row } = entry;
    this.#visible.clear();
    this.#counts.clear();
    this.#characters += entry.size;
    this.#bytes += entry.bytes;
    this.#all.put(entry);
    if (this.#aliases !== null) for (const alias of row.aliases) this.#aliases.set(alias, entry);
    for (const [kind, groups] of this.#groups) addTo(groups, kind, entry);
    if (row.dueAt !== null) {
      this.#due?.add(entry);
      if (this.#dueOf !== null && row.parent !== null) addPart(this.#dueOf, row.parent, entry);
    }
    if (row.facets !== undefined) for (const order of this.#orders.values()) order.add(entry);
  }

  /** Removes a row from the indexes. @param next the row that replaces it, which keeps its position in common groups */
  #leave(entry: Entry, next: Row | null): void {
    const { row } = entry;
    this.#visible.clear();
    this.#counts.clear();
    this.#characters -= entry.size;
    this.#bytes -= entry.bytes;
    if (entry.isCopied === true) this.#baseBytes -= entry.bytes - COPIED_BYTES;
    // Another row may have taken the alias already: the rows of a commit come in any order.
    for (const alias of row.aliases) if (this.#aliases?.get(alias) === entry) this.#aliases.delete(alias);
    for (const [kind, groups] of this.#groups) {
      const kept = next === null ? [] : KEYS[kind](next);
      for (const key of KEYS[kind](row)) {
        const group = kept.includes(key) ? undefined : groups.get(key);
        group?.remove(row.id);
        if (group?.size === 0) groups.delete(key);
      }
    }
    if (row.dueAt !== null) {
      this.#due?.remove(entry);
      if (row.parent !== null) this.#dueOf?.get(row.parent)?.remove(entry);
    }
    if (row.facets !== undefined) for (const order of this.#orders.values()) order.remove(entry);
  }

  #group(kind: GroupKind, key: string): Group | undefined {
    let groups = this.#groups.get(kind);
    if (groups === undefined) {
      groups = new Map();
      for (const entry of this.entries()) addTo(groups, kind, entry);
      this.#groups.set(kind, groups);
    }
    return groups.get(key);
  }

  #dueAll(): Order {
    this.#due ??= new Order(
      byDueAt,
      this.entries().filter(({ row }) => row.dueAt !== null),
    );
    return this.#due;
  }

  #dueParts(): ReadonlyMap<string, Order> {
    if (this.#dueOf !== null) return this.#dueOf;
    const parts = new Map<string, Entry[]>();
    for (const entry of this.entries()) {
      const { dueAt, parent } = entry.row;
      if (dueAt === null || parent === null) continue;
      const its = parts.get(parent);
      if (its === undefined) parts.set(parent, [entry]);
      else its.push(entry);
    }
    this.#dueOf = new Map([...parts].map(([parent, entries]) => [parent, new Order(byDueAt, entries)]));
    return this.#dueOf;
  }
}

const NONE: readonly Row[] = [];

/** A table that was copied more often in a row counts whole, so that it refers to no tables that are long gone. */
const MOST_BASES = 8;

function lengthOf(share: Share): number {
  return 1 + (share.base === null ? 0 : lengthOf(share.base));
}

/** The most accounts for which the visible rows are cached. */
const MOST_VISIBLE = 100;

/** The most page queries for which the number of rows is cached. */
const MOST_COUNTED = 100;

function addTo(groups: Map<string, Group>, kind: GroupKind, entry: Entry): void {
  for (const key of KEYS[kind](entry.row)) {
    const group = groups.get(key) ?? new Group();
    groups.set(key, group);
    group.put(entry);
  }
}

function addPart(orders: Map<string, Order>, parent: string, entry: Entry): void {
  const order = orders.get(parent);
  if (order === undefined) orders.set(parent, new Order(byDueAt, [entry]));
  else order.add(entry);
}
