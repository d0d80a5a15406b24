import type { Instant } from '../core/clock.ts';
import { checkAliases, checkRow } from './checked.ts';
import {
  type Change,
  type Collections,
  type DueQuery,
  type Expectation,
  type List,
  type ListQuery,
  NEW,
  type Page,
  type PageQuery,
  type Revision,
  type Row,
  type Size,
  type Watcher,
} from './collections.ts';
import { COPIED_BYTES, type Entry, entryFor, entryOf, usedRow } from './entry.ts';
import { Changed } from './errors.ts';
import { entriesIn, type FrozenRows, frozenRows, NO_ROWS, OwnRows, sharesOf, weightOf } from './frozen-rows.ts';
import { type MayKeep, Overlay } from './overlay.ts';
import type { Revisions } from './revisions.ts';
import type { LoggedCommit, LoggedRow, RowLog } from './row-log.ts';
import type { RowName } from './row-name.ts';
import { pageOf } from './search.ts';
import type { StateAccount } from './state-account.ts';
import { Table } from './table.ts';
import { Turns } from './turns.ts';

/** The changes that a commit will make. */
export interface Planned extends LoggedCommit {
  readonly puts: readonly (Entry & { readonly isNew: boolean })[];
  /** The rows that will be removed or replaced. */
  readonly before: readonly Row[];
  /** How many bytes more the rows take after the commit; less than 0 if they take less. */
  readonly growth: number;
}

/** The parts of a world besides its rows. */
interface Beside {
  /** Stores the rows beyond the process; null if they are only in memory. */
  readonly log: RowLog | null;
  /** Counts the bytes of the rows; null if they are not counted. */
  readonly account: StateAccount | null;
}

/**
 * The rows of a world, in memory. A world starts from frozen rows, which it shares with other worlds, and copies a
 * table before it changes it: an unchanged world needs only the memory of a reference.
 */
export class WorldRows implements Collections {
  #turns: Turns | null = null;
  readonly #revisions: Revisions;
  /** The frozen rows that the world started from. */
  #begin: FrozenRows;
  /** The tables that differ from the frozen ones: changed tables, and overlays with some rows of the world's own. */
  #own: Map<string, Table | Overlay> | null = null;
  #nextPlace = 1;
  #made: WeakMap<object, unknown> | null = null;
  #watcher: Watcher | null = null;
  readonly #log: RowLog | null;
  /** With a log, each change is checked against memory when the one before has been stored. */
  readonly #changes: Turns;
  readonly #account: StateAccount | null;
  /** No list has a lower revision. */
  #loadedAt: Revision;
  /** The revision of the latest change. */
  #revision: Revision;

  constructor(begin: FrozenRows, revisions: Revisions, { log = null, account = null }: Partial<Beside> = {}) {
    this.#revisions = revisions;
    this.#log = log;
    this.#changes = log === null ? NO_TURNS : new Turns();
    this.#account = account;
    this.#begin = begin;
    account?.hold(0, sharesOf(begin));
    this.#take(begin);
    this.#loadedAt = revisions.next();
    this.#revision = this.#loadedAt;
  }

  get made(): WeakMap<object, unknown> {
    this.#made ??= new WeakMap();
    return this.#made;
  }

  get turns(): Turns {
    this.#turns ??= new Turns();
    return this.#turns;
  }

  /** Creates the rows of a world from stored rows, which must be in the order of their places. */
  static ofStored(logged: Iterable<LoggedRow>, revisions: Revisions, beside: Partial<Beside>): WorldRows {
    const rows = new WorldRows(NO_ROWS, revisions, beside);
    for (const { row, place } of logged) {
      rows.#change(row.collection).put(row, entryFor(row, place));
      rows.#nextPlace = Math.max(rows.#nextPlace, place + 1);
      rows.#revision = Math.max(rows.#revision, row.revision);
    }
    rows.#account?.holdAnyway(rows.#ownBytes);
    return rows;
  }

  /** The approximate memory of the rows in bytes, without own rows that were not made yet. */
  get bytes(): number {
    return weightOf(this.#begin) + this.#ownBytes;
  }

  /** The part of it that is not shared with worlds that started from the same rows. */
  get #ownBytes(): number {
    let bytes = 0;
    for (const { ownBytes } of this.#own?.values() ?? []) bytes += ownBytes;
    return bytes;
  }

  /** Freezes the current rows, so that other worlds can start from them. @throws Unwritable if own rows have no room */
  freeze(): FrozenRows {
    if (this.#own === null && !(this.#begin instanceof OwnRows)) return this.#begin;
    const revision = Math.max(this.#begin.revision, this.#revision);
    const frozen = { tables: this.#tables(), nextPlace: this.#nextPlace, revision };
    this.#account?.hold(0, sharesOf(frozen));
    this.#begin = frozen;
    this.#own = null;
    return frozen;
  }

  /** Replaces all rows by these. @throws as a commit; then nothing is changed */
  async replace(begin: FrozenRows): Promise<void> {
    const log = this.#log;
    if (log === null) return this.#replace(begin, this.#revisions.next());
    await this.#changes.take(async () => {
      const revision = this.#revisions.next();
      this.#account?.hold(0, sharesOf(begin));
      await this.#writing(() => log.replace(entriesIn(begin)));
      this.#replace(begin, revision);
    });
  }

  #replace(begin: FrozenRows, revision: Revision): void {
    this.#account?.hold(0, sharesOf(begin));
    this.#take(begin);
    this.#own = null;
    this.#loadedAt = revision;
    this.#revision = revision;
  }

  async byId(collection: string, id: string): Promise<Row | null> {
    return this.#find({ collection, id })?.row ?? null;
  }

  async byAlias(collection: string, alias: string): Promise<Row | null> {
    return this.#rows(collection)?.byAlias(alias)?.row ?? null;
  }

  async list(query: ListQuery): Promise<List> {
    const { collection, owner, limit } = query;
    const table = this.#table(collection);
    const rows = table === undefined ? NONE : table.list(query);
    const { revision } = this.#sizeOf(table, owner);
    if (limit !== undefined) return { rows: rows.slice(0, limit), revision };
    // `made` knows values by the list object, so an unchanged list must be the same object.
    const known = this.made.get(rows) as List | undefined;
    if (known?.revision === revision) return known;
    const list = { rows, revision };
    this.made.set(rows, list);
    return list;
  }

  /** Does a row of a collection have this `secretHash` in its body? */
  hasSecret(collection: string, hash: string): boolean {
    return (this.#table(collection)?.rowsOf('secret', hash).length ?? 0) > 0;
  }

  async places(collection: string): Promise<ReadonlyMap<string, number>> {
    const entries = this.#table(collection)?.entries() ?? [];
    return new Map(entries.map(({ row, place }) => [row.id, place]));
  }

  async size(collection: string, owner?: string): Promise<Size> {
    return this.#sizeOf(this.#rows(collection), owner);
  }

  async page(query: PageQuery): Promise<Page> {
    const table = this.#table(query.collection);
    return table === undefined ? { count: 0, rows: [] } : pageOf(table, query);
  }

  async due(query: DueQuery): Promise<readonly Row[]> {
    return this.#table(query.collection)?.due(query) ?? [];
  }

  async counts(): Promise<Readonly<Record<string, number>>> {
    const counts: [string, number][] = [];
    for (const [name, { count }] of this.#tables()) if (count > 0) counts.push([name, count]);
    return Object.fromEntries(counts);
  }

  async commit(changes: readonly Change[], expects: readonly Expectation[] = []): Promise<Revision> {
    const log = this.#log;
    const planned =
      log === null
        ? this.#commit(changes, expects)
        : await this.#changes.take(() => this.#commitTo(log, changes, expects));
    await this.#watcher?.({ puts: planned.puts.map(({ row }) => row), before: planned.before });
    return planned.revision;
  }

  watch(watcher: Watcher): void {
    this.#watcher = watcher;
  }

  #commit(changes: readonly Change[], expects: readonly Expectation[]): Planned {
    const planned = this.#plan(changes, expects, this.#revisions.next());
    this.#reserve(planned);
    this.#show(planned);
    return planned;
  }

  async #commitTo(log: RowLog, changes: readonly Change[], expects: readonly Expectation[]): Promise<Planned> {
    const planned = this.#plan(changes, expects, this.#revisions.next());
    this.#reserve(planned);
    await this.#writing(() => log.commit(planned));
    this.#show(planned);
    return planned;
  }

  /**
   * Plans a commit. Nothing changes until `#show` is called with the result.
   *
   * @param revision must be above all revisions of the world
   * @throws Changed, Collision
   */
  #plan(changes: readonly Change[], expects: readonly Expectation[], revision: Revision): Planned {
    for (const expected of expects) if (this.#isOther(expected)) throw new Changed();
    const made = checkRow(changes, (row) => this.#find(row)?.row);
    const puts = [...made.replaced.map(({ row }) => row), ...made.added];
    const freed = new Set([...made.removed, ...made.replaced.map(({ before }) => before)]);
    checkAliases(puts, freed, ({ collection }, alias) => this.#rows(collection)?.byAlias(alias)?.row);
    let place = this.#nextPlace;
    // Before any change, because a body that cannot be JSON throws.
    const entries = puts.map((row) => {
      const before = this.#find(row);
      const isNew = before === undefined;
      const entry = entryOf(row, before?.place ?? place, revision, before?.row.usedAt);
      if (isNew) place += 1;
      return { ...entry, isNew };
    });
    const before = [...made.removed, ...made.replaced.map((one) => one.before)];
    const lost = before.reduce((bytes, row) => bytes + (this.#find(row)?.bytes ?? 0), 0);
    const growth = entries.reduce((sum, entry) => sum + entry.bytes, 0) - lost;
    return { revision, puts: entries, removed: made.removed, before, growth };
  }

  /** Makes the planned changes. No other change may come between the plan and this call, but a row may be used. */
  #show({ revision, puts, removed }: Planned): void {
    for (const { collection, id } of removed) this.#change(collection).remove(id, revision);
    for (const entry of puts) {
      if (!entry.isNew) this.#keepUse(entry);
      this.#change(entry.row.collection).put(entry.row, entry);
      this.#nextPlace = Math.max(this.#nextPlace, entry.place + 1);
    }
    this.#revision = revision;
    this.#account?.holdAnyway(this.#ownBytes);
  }

  #keepUse(entry: Entry): void {
    const usedAt = this.#find(entry.row)?.row.usedAt ?? null;
    if (usedAt !== null && usedAt !== entry.row.usedAt) entry.row = usedRow(entry.row, usedAt);
  }

  async note(collection: string, id: string, at: Instant): Promise<void> {
    const rows = this.#rows(collection);
    if (rows?.byId(id) === undefined) return;
    const own = this.#own?.get(collection) ?? this.#keep(collection, new Overlay(rows as Table, null, this.#mayKeep));
    const before = own.ownBytes;
    own.use(id, at);
    if (own.ownBytes !== before) this.#account?.holdAnyway(this.#ownBytes);
    this.#log?.use({ collection, id }, at);
  }

  async dump(): Promise<readonly Row[]> {
    return entriesIn({ tables: this.#tables() }).map(({ row }) => row);
  }

  /** @throws Collision if two rows have the same id, or the same alias */
  async load(rows: readonly Row[]): Promise<void> {
    await this.replace(frozenRows(rows, this.#revisions));
  }

  /**
   * Reserves the memory of a commit: its rows, and the tables that it copies. A commit that makes no row larger is never
   * refused, so that deleting makes room.
   *
   * @throws Unwritable if there is no room
   */
  #reserve({ puts, before, growth }: Planned): void {
    if (this.#account === null || growth <= 0) return;
    let more = 0;
    for (const { bytes } of puts) more += bytes;
    for (const row of before) if (this.#own?.get(row.collection) instanceof Table) more -= this.#ownBytesOf(row);
    const touched = new Set([...puts.map(({ row }) => row.collection), ...before.map((row) => row.collection)]);
    for (const name of touched) more += this.#copyBytes(name);
    this.#account.hold(this.#ownBytes + Math.max(0, more));
  }

  #ownBytesOf(row: RowName): number {
    const { bytes, isCopied = false } = this.#find(row) as Entry;
    return isCopied ? COPIED_BYTES : bytes;
  }

  /** The memory that the world's own table of a collection takes at most, if it has none yet. */
  #copyBytes(collection: string): number {
    const rows = this.#rows(collection);
    if (rows === undefined || this.#own?.get(collection) instanceof Table) return 0;
    return rows instanceof Overlay ? rows.wholeBytes : rows.count * COPIED_BYTES;
  }

  /** If `work` fails, nothing more is held than before. */
  async #writing(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      this.#account?.holdAnyway(this.#ownBytes, sharesOf(this.#begin));
      throw cause;
    }
  }

  readonly #mayKeep: MayKeep = (bytes) => this.#account?.tryHold(this.#ownBytes + bytes) ?? true;

  /** Releases the bytes of the rows, which are no longer used. */
  release(): void {
    this.#account?.release();
  }

  /** Takes over frozen rows, and continues above their places and revisions. */
  #take(rows: FrozenRows): void {
    this.#begin = rows;
    this.#nextPlace = Math.max(this.#nextPlace, rows.nextPlace);
    this.#revisions.goOnAbove(rows.revision);
  }

  /** The table or overlay of a collection, which is enough to find single rows. */
  #rows(collection: string): Table | Overlay | undefined {
    const own = this.#own?.get(collection);
    if (own !== undefined) return own;
    if (!(this.#begin instanceof OwnRows)) return this.#begin.tables.get(collection);
    const overlay = this.#begin.overlay(collection, this.#mayKeep);
    return overlay === undefined ? this.#begin.below.tables.get(collection) : this.#keep(collection, overlay);
  }

  /** The whole table of a collection; an overlay becomes a table. */
  #table(collection: string): Table | undefined {
    const rows = this.#rows(collection);
    if (!(rows instanceof Overlay)) return rows;
    const whole = rows.whole();
    return this.#mayKeep(whole.ownBytes - rows.ownBytes) ? this.#keep(collection, whole) : whole;
  }

  #tables(): ReadonlyMap<string, Table> {
    const begin = this.#begin instanceof OwnRows ? this.#begin.below : this.#begin;
    const names = new Set([...begin.tables.keys(), ...(this.#own?.keys() ?? [])]);
    // Each of these names has a table.
    return new Map([...names].map((name) => [name, this.#table(name) as Table]));
  }

  /** The world's own table of a collection, copied from a shared one if necessary. */
  #change(collection: string): Table {
    const rows = this.#rows(collection);
    if (rows instanceof Overlay) return this.#keep(collection, rows.whole());
    if (this.#own?.get(collection) === rows && rows !== undefined) return rows;
    return this.#keep(collection, rows?.copy() ?? new Table(this.#loadedAt));
  }

  #keep<Kept extends Table | Overlay>(collection: string, rows: Kept): Kept {
    this.#own ??= new Map();
    this.#own.set(collection, rows);
    return rows;
  }

  #find({ collection, id }: RowName) {
    return this.#rows(collection)?.byId(id);
  }

  #sizeOf(table: Table | Overlay | undefined, owner: string | undefined): Size {
    return table?.size(owner, this.#loadedAt) ?? { count: 0, revision: this.#loadedAt };
  }

  #isOther(expected: Expectation): boolean {
    if ('id' in expected) return (this.#find(expected)?.row.revision ?? NEW) !== expected.revision;
    const { collection, owner, revision } = expected;
    return this.#sizeOf(this.#rows(collection), owner).revision !== revision;
  }
}

const NONE: readonly Row[] = [];

/** Without a log nobody takes one. */
const NO_TURNS = new Turns();
