import type { Instant } from '../../core/clock.ts';
import type { Quota } from '../../core/quota.ts';
import type {
  Change,
  Collections,
  DueQuery,
  Expectation,
  List,
  ListQuery,
  Page,
  PageQuery,
  Revision,
  Row,
  Size,
  Watcher,
} from '../collections.ts';
import type { CommitTimes } from '../commit-times.ts';
import { Unreachable, WorldGone } from '../errors.ts';
import { Revisions } from '../revisions.ts';
import { nameOf, type RowName } from '../row-name.ts';
import type { StateAccount, StateAccounts } from '../state-account.ts';
import { Turns } from '../turns.ts';
import { type FrozenRows, frozenRows, type Planned } from '../world-rows.ts';
import type { Connection, Reader } from './connection.ts';
import type { PostgresLog } from './log.ts';
import { recordOf, type StoredRow } from './objects.ts';
import type { Transaction } from './pool.ts';
import { type Head, ReceivedRows, type RowNews } from './received-rows.ts';
import type { Statements } from './statements.ts';

/** The worlds whose rows are in memory, least recently used first. */
export class LoadedWorlds {
  readonly #all = new Set<SharedRows>();

  /** Removes other worlds from memory until there is room for so many more bytes. */
  makeRoom(rows: SharedRows, quota: Quota, bytes = 0): void {
    this.#all.delete(rows);
    for (const other of this.#all) {
      if (quota.used + bytes <= quota.bytes) break;
      other.leave();
    }
    this.#all.add(rows);
  }

  delete(rows: SharedRows): void {
    this.#all.delete(rows);
  }
}

/** The parts of a database that the rows of a world need. */
export interface SharedRowsParts {
  readonly connection: Connection;
  readonly statements: Statements;
  readonly world: string;
  readonly loaded: LoadedWorlds;
  /** The memory that the rows of all worlds may use. */
  readonly state: StateAccounts;
  readonly commits: CommitTimes;
  /** The queue of uses of rows that are not written yet. */
  readonly notes: Pick<PostgresLog, 'note' | 'noteOf' | 'dropNotes'>;
}

/** Removals are stored for so many revisions, and deleted for as many revisions at once. */
const KEPT_REVISIONS = 1000;

/** The most attempts to read all rows, because another process may replace them meanwhile. */
const MOST_READINGS = 5;

/**
 * The rows of a world that several processes share. Each process has all of them in memory after it first needs them,
 * and reads the changes of the others. A writer first locks the row of the world, and then reads these changes. So the
 * commits of a world come one after the other, and each is decided on all earlier ones.
 */
export class SharedRows implements Collections {
  readonly turns: Turns;
  readonly #parts: SharedRowsParts;
  readonly #account: StateAccount;
  #watcher: Watcher | null = null;
  #received: ReceivedRows | null = null;
  #reading: Promise<ReceivedRows> | null = null;
  /** The highest revision that this process has read or committed. */
  #known: Revision = -1;
  /** The collections that other processes have changed since `takeChanged`; `all`: all rows were replaced. */
  #changed: Set<string> | 'all' = new Set();

  constructor(parts: SharedRowsParts) {
    const { connection, world, state } = parts;
    this.#parts = parts;
    this.#account = state.open();
    this.turns = new Turns(async (work) => {
      // A large world may take longer to read than an idle transaction may hold its lock.
      await this.#ready();
      return connection.alone(world, work);
    });
  }

  get made(): WeakMap<object, unknown> {
    return this.#received?.rows.made ?? new WeakMap();
  }

  /** The state in memory, from which the database returns changes; -1 for none. */
  get has(): { readonly revision: Revision; readonly noted: number } {
    return this.#received ?? { revision: -1, noted: -1 };
  }

  /** Applies the changes that a refresh has read. */
  async take(news: RowNews): Promise<void> {
    const received = await this.#ready();
    this.#receive(received, news, Number(news.revision)) ?? (await this.#readAgain(this.#parts.connection));
    this.#weigh();
  }

  /** The collections that other processes have changed since the last call. */
  takeChanged(): readonly string[] | 'all' {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed === 'all' ? changed : [...changed];
  }

  /** Called when this process has written uses of rows. */
  wrote(before: number, after: number): void {
    this.#received?.wrote(before, after);
  }

  /** Like `WorldRows.hasSecret`; false while the rows are not in memory. */
  hasSecret(collection: string, hash: string): boolean {
    return this.#received?.rows.hasSecret(collection, hash) ?? false;
  }

  /** Removes the rows from memory until they are needed again. */
  leave(): void {
    this.#received = null;
    this.#account.hold(0);
    this.#parts.loaded.delete(this);
  }

  async freeze(): Promise<FrozenRows> {
    return (await this.#ready()).rows.freeze();
  }

  async byId(collection: string, id: string): Promise<Row | null> {
    return (this.#received ?? (await this.#ready())).rows.byId(collection, id);
  }

  async byAlias(collection: string, alias: string): Promise<Row | null> {
    return (this.#received ?? (await this.#ready())).rows.byAlias(collection, alias);
  }

  async list(query: ListQuery): Promise<List> {
    return (this.#received ?? (await this.#ready())).rows.list(query);
  }

  async places(collection: string): Promise<ReadonlyMap<string, number>> {
    return (await this.#ready()).rows.places(collection);
  }

  async size(collection: string, owner?: string): Promise<Size> {
    return (await this.#ready()).rows.size(collection, owner);
  }

  async page(query: PageQuery): Promise<Page> {
    return (await this.#ready()).rows.page(query);
  }

  async due(query: DueQuery): Promise<readonly Row[]> {
    return (await this.#ready()).rows.due(query);
  }

  async counts(): Promise<Readonly<Record<string, number>>> {
    return (await this.#ready()).rows.counts();
  }

  async dump(): Promise<readonly Row[]> {
    return (await this.#ready()).rows.dump();
  }

  async commit(changes: readonly Change[], expects: readonly Expectation[] = []): Promise<Revision> {
    await this.#ready();
    const { connection, notes, commits } = this.#parts;
    try {
      const made = await commits.measure(() =>
        connection.transaction(async (transaction) => {
          const revision = await this.#next(transaction);
          const { rows } = await this.#current(transaction, revision - 1);
          const planned = rows.plan(changes, expects, revision);
          this.#hold(planned.growth);
          return this.#write(transaction, planned);
        }),
      );
      for (const row of made.removed) notes.dropNotes(row);
      this.#received?.show(made);
      this.#known = Math.max(this.#known, made.revision);
      await this.#watcher?.({ puts: made.puts.map(({ row }) => row), before: made.before });
      return made.revision;
    } finally {
      this.#weigh();
    }
  }

  watch(watcher: Watcher): void {
    this.#watcher = watcher;
  }

  async note(collection: string, id: string, at: Instant): Promise<void> {
    const { rows } = await this.#ready();
    if ((await rows.byId(collection, id)) === null) return;
    await rows.note(collection, id, at);
    this.#parts.notes.note(collection, id, at);
  }

  async load(given: readonly Row[]): Promise<void> {
    const { connection, statements, world, notes } = this.#parts;
    // Throws if two rows have the same id or alias.
    frozenRows(given, new Revisions());
    await connection.transaction(async (transaction) => {
      const revision = await this.#next(transaction);
      for (const text of statements.empty) await transaction.query(text, [world]);
      await transaction.query(statements.setBase, [world]);
      await insertRows(transaction, statements, world, given, revision);
    });
    notes.dropNotes();
    await this.#readAgain(connection);
    // The caller replaced the rows, so it needs no notification.
    this.#changed = new Set();
    this.#weigh();
  }

  #ready(): Promise<ReceivedRows> {
    if (this.#received !== null) return Promise.resolve(this.#received);
    this.#reading ??= this.#readAgain(this.#parts.connection).finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /** Returns a revision above all others, and locks the world until the end of the transaction. */
  async #next(transaction: Transaction): Promise<Revision> {
    const { statements, world } = this.#parts;
    const [row] = await transaction.query<{ readonly revision: string }>(statements.next, [world]);
    if (row === undefined) throw new WorldGone();
    return Number(row.revision);
  }

  /** The rows up to a revision. The caller has locked the world. */
  async #current(transaction: Transaction, upTo: Revision): Promise<ReceivedRows> {
    const received = this.#received;
    if (received?.revision === upTo) return received;
    const news = received === null ? null : await this.#newsFor(transaction, received);
    if (received !== null && news !== null && this.#receive(received, news, upTo) !== null) return received;
    return this.#readAgain(transaction, upTo);
  }

  async #newsFor(reader: Reader, { revision, noted }: ReceivedRows): Promise<RowNews | null> {
    const { statements, world } = this.#parts;
    const [news = null] = await reader.query<RowNews>(statements.news, [world, revision, noted]);
    return news;
  }

  /** @returns the collections that have changed; null if all rows must be read again */
  #receive(received: ReceivedRows, news: RowNews, upTo: Revision): readonly string[] | null {
    const collections = received.receive(news, upTo);
    if (collections === null) return null;
    if (this.#changed !== 'all') for (const one of collections) this.#changed.add(one);
    this.#known = Math.max(this.#known, received.revision);
    return collections;
  }

  /** @param upTo the latest committed revision: a transaction also sees the one that it is about to commit */
  async #readAgain(reader: Reader, upTo = Number.POSITIVE_INFINITY): Promise<ReceivedRows> {
    const { statements, world, notes } = this.#parts;
    const noteOf = (collection: string, id: string) => notes.noteOf(collection, id);
    for (let reading = 1; reading <= MOST_READINGS; reading += 1) {
      const [head] = await reader.query<Head>(statements.head, [world]);
      // A deleted world has no rows.
      if (head === undefined) return new ReceivedRows([], 0, 0, noteOf);
      const stored = await this.#readStored(reader);
      const revision = Math.min(Number(head.revision), upTo);
      const received = new ReceivedRows(stored, revision, Number(head.noted), noteOf);
      // Rows may have changed while they were read.
      const news = await this.#newsFor(reader, received);
      if (news === null || received.receive(news, Math.min(Number(news.revision), upTo)) === null) continue;
      return this.#begin(received, Number(news.base));
    }
    throw new Unreachable('a world changes faster than it can be read');
  }

  #begin(received: ReceivedRows, base: Revision): ReceivedRows {
    // A concurrent read may have finished first.
    if (this.#received?.isAsNewAs(received) === true) return this.#received;
    if (base > this.#known) this.#changed = 'all';
    else if (this.#changed !== 'all') for (const collection of received.rows.collections) this.#changed.add(collection);
    this.#received = received;
    this.#known = received.revision;
    this.#weigh();
    return received;
  }

  async #readStored(reader: Reader): Promise<readonly StoredRow[]> {
    const { statements, world } = this.#parts;
    const stored: StoredRow[] = [];
    for (;;) {
      const more = await reader.query<StoredRow>(statements.read, [world, stored.at(-1)?.seq ?? 0]);
      if (more.length === 0) return stored;
      for (const row of more) stored.push(row);
    }
  }

  /** @returns the plan, with the places that the database gave to new rows */
  async #write(transaction: Transaction, planned: Planned): Promise<Planned> {
    const { statements, world } = this.#parts;
    const { puts, removed, revision } = planned;
    const names = removed.map(({ collection, id }) => ({ collection, id }));
    if (names.length > 0) await transaction.query(statements.remove, [world, JSON.stringify(names), revision]);
    if (revision % KEPT_REVISIONS === 0) {
      await transaction.query(statements.forgetRemoved, [world, revision - KEPT_REVISIONS]);
    }
    const replaced = puts.filter(({ isNew }) => !isNew).map(({ row }) => recordOf(row));
    if (replaced.length > 0) await transaction.query(statements.update, [world, JSON.stringify(replaced)]);
    const added = puts.filter(({ isNew }) => isNew).map(({ row }) => row);
    const places = await insertRows(transaction, statements, world, added);
    return { ...planned, puts: puts.map((put) => ({ ...put, place: places.get(nameOf(put.row)) ?? put.place })) };
  }

  /** @throws Unwritable if there is no room for so many more bytes */
  #hold(bytes: number): void {
    const { loaded, state } = this.#parts;
    if (bytes <= 0) return;
    // The rows that were read under the lock are counted first.
    this.#weigh();
    loaded.makeRoom(this, state.quota, bytes);
    this.#account.hold((this.#received?.rows.bytes ?? 0) + bytes);
  }

  #weigh(): void {
    if (this.#received === null) {
      this.#account.hold(0);
      return;
    }
    this.#account.holdAnyway(this.#received.rows.bytes);
    this.#parts.loaded.makeRoom(this, this.#parts.state.quota);
  }
}

/** Adds rows. @returns their places, by their names */
export async function insertRows(
  transaction: Transaction,
  statements: Statements,
  world: string,
  rows: readonly Row[],
  revision?: Revision,
): Promise<ReadonlyMap<string, number>> {
  if (rows.length === 0) return new Map();
  const records = rows.map((row) => recordOf(revision === undefined ? row : { ...row, revision }));
  const stored = await transaction.query<RowName & Pick<StoredRow, 'seq'>>(statements.insert, [
    world,
    JSON.stringify(records),
  ]);
  return new Map(stored.map((row) => [nameOf(row), Number(row.seq)]));
}
