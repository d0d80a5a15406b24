import type { Instant } from '../lib/clock.ts';
import { Mutex } from './mutex.ts';
import { type Plan, planChanges } from './plan.ts';
import type { Change, Commit, Row, Watcher } from './row.ts';
import { Rows } from './rows.ts';
import { buildState, completeState, type State } from './state.ts';
import type { StateMemory } from './state-memory.ts';
import type { ChangedRow, RowLog, RowName } from './world-log.ts';

const NO_ROWS = new Rows<never>();
const NO_USES: ReadonlyMap<string, Instant> = new Map();

/**
 * The rows of a world, with a collection for each kind of object. Collections are shared with other worlds that started
 * from the same state, and copied on the first change. Every call is atomic. Use `updating` for changes that depend on
 * rows you read.
 */
export class Collections {
  #initial: State;
  /** Collections that aren't shared: those that have changed, and those with the world's own credentials. */
  #own = new Map<string, Rows>();
  /** Copies of own collections in snapshots. Valid while the collection is unchanged and the copy is in use. */
  readonly #copies = new Map<string, WeakRef<Rows>>();
  /** When rows were last used, for collections where this differs from the initial state. */
  #uses = new Map<string, Map<string, Instant>>();
  #nextPlace: number;
  readonly #mutex = new Mutex();
  readonly #log: RowLog | null;
  readonly #memory: StateMemory | null;
  #watcher: Watcher | null = null;
  #made: WeakMap<object, unknown> | null = null;

  /** @param log null if the rows are only in memory @param memory null if their memory isn't counted */
  constructor(initial: State, log: RowLog | null = null, memory: StateMemory | null = null) {
    this.#initial = initial;
    this.#nextPlace = initial.nextPlace;
    this.#log = log;
    this.#memory = memory;
    memory?.hold(initial);
  }

  /** Caches values derived from a body or a list, which are immutable. */
  get made(): WeakMap<object, unknown> {
    this.#made ??= new WeakMap();
    return this.#made;
  }

  /** Returns the rows of a collection, only for reading. A collection that doesn't exist has no rows. */
  rowsOf(collection: string): Rows {
    return this.#find(collection) ?? NO_ROWS;
  }

  async counts(): Promise<Readonly<Record<string, number>>> {
    const counts = [...this.#all()].map(([name, { count }]) => [name, count] as const);
    return Object.fromEntries(counts.filter(([, count]) => count > 0));
  }

  /** See `Commit`. Waits until no update is running. */
  commit(changes: readonly Change[]): Promise<readonly Row[]> {
    return this.#mutex.runExclusive(() => this.#commit(changes));
  }

  /** Runs `work` while nothing else can change the world. It must use the commit that it receives: others wait. */
  updating<Result>(work: (commit: Commit) => Promise<Result>): Promise<Result> {
    // Commits within one update must not overlap either.
    const commits = new Mutex();
    return this.#mutex.runExclusive(() => work((changes) => commits.runExclusive(() => this.#commit(changes))));
  }

  /** Applies changes that are in the log already, oldest rows first. Nothing else may have used the collections yet. */
  applyLogged(changes: readonly ChangedRow[], uses: readonly (RowName & { readonly at: Instant })[]): void {
    for (const { collection, id, row, usedAt } of changes) {
      this.#change(collection, (rows) => (row === null ? rows.remove(id) : rows.put(row)));
      if (row !== null) this.#nextPlace = Math.max(this.#nextPlace, row.revision.place + 1);
      if (usedAt !== null) this.#ownUses(collection).set(id, usedAt);
      else if (this.#findUses(collection).has(id)) this.#ownUses(collection).delete(id);
    }
    for (const { collection, id, at } of uses) this.#ownUses(collection).set(id, at);
  }

  /** Records when a row was used, if it exists, without a new revision. It may reach the disk up to a second later. */
  async note(collection: string, id: string, at: Instant): Promise<void> {
    if (this.rowsOf(collection).byId(id) === undefined) return;
    this.#ownUses(collection).set(id, at);
    this.#log?.use({ collection, id }, at);
  }

  /** Returns when each row of a collection was last used, by id. Rows that were never used are left out. */
  async uses(collection: string): Promise<ReadonlyMap<string, Instant>> {
    return this.#findUses(collection);
  }

  /** Calls `watcher` from now on before each commit returns. */
  watch(watcher: Watcher): void {
    this.#watcher = watcher;
  }

  /** Returns the state, with copies of own collections, so that the world keeps their indexes. @throws WriteFailure */
  freeze(): State {
    const all = this.#all();
    if (this.#own.size === 0 && this.#uses.size === 0) return this.#initial;
    const existingCopy = (name: string) => (this.#own.has(name) ? this.#copies.get(name)?.deref() : all.get(name));
    let weight = 0;
    for (const [name, rows] of all) if (existingCopy(name) === undefined) weight += rows.weight;
    this.#memory?.assertRoom(weight);
    const copies = new Map<string, Rows>();
    for (const [name, rows] of all) {
      const existing = existingCopy(name);
      const copy = existing ?? rows.copy();
      if (existing === undefined) this.#copies.set(name, new WeakRef(copy));
      copies.set(name, copy);
    }
    const uses = new Map(this.#initial.uses);
    for (const [name, usesById] of this.#uses) uses.set(name, new Map(usesById));
    return buildState({ collections: copies, uses, nextPlace: this.#nextPlace });
  }

  /** Replaces all rows. @throws the same errors as a commit; nothing changes then */
  replace(state: State): Promise<void> {
    return this.#mutex.runExclusive(async () => {
      await this.#log?.replace(completeState(state));
      this.#memory?.hold(state);
      this.release();
      this.#initial = state;
      this.#own = new Map();
      this.#copies.clear();
      this.#uses = new Map();
      this.#nextPlace = Math.max(this.#nextPlace, state.nextPlace);
    });
  }

  /** Stops counting the memory of the rows. */
  release(): void {
    this.#memory?.release(this.#initial);
    for (const rows of this.#own.values()) this.#memory?.release(rows);
  }

  /** Runs while the mutex is held, so the rows don't change between plan and result, except for their last use. */
  async #commit(changes: readonly Change[]): Promise<readonly Row[]> {
    // Not `NO_ROWS`, because a plan adds the names of members to the rows.
    const plan = planChanges(changes, (collection) => this.#find(collection) ?? new Rows(), this.#nextPlace);
    const reserved = this.#reserve(plan);
    try {
      const usedAt = ({ collection, id }: Row) => this.#findUses(collection).get(id) ?? null;
      if (this.#log !== null) await this.#log.commit({ ...plan, usedAt });
    } finally {
      this.#memory?.unreserve(reserved);
    }
    this.#apply(plan);
    await this.#watcher?.(plan);
    return plan.puts;
  }

  /** Reserves the bytes that a commit adds. One that makes rows smaller is never refused. @throws WriteFailure */
  #reserve({ puts, before }: Plan): number {
    const addedBytes = sumWeights(puts) - sumWeights(before);
    if (addedBytes <= 0) return 0;
    const copied = new Set([...puts, ...before].map(({ collection }) => collection));
    let bytes = addedBytes;
    for (const name of copied) if (!this.#own.has(name)) bytes += this.rowsOf(name).weight;
    this.#memory?.reserve(bytes);
    return bytes;
  }

  #apply({ puts, removed, nextPlace }: Plan): void {
    for (const row of removed) {
      this.#change(row.collection, (rows) => rows.remove(row.id));
      // A new row may reuse the id of a removed one, and must not inherit its last use.
      if (this.#findUses(row.collection).has(row.id)) this.#ownUses(row.collection).delete(row.id);
    }
    for (const row of puts) this.#change(row.collection, (rows) => rows.put(row));
    this.#nextPlace = nextPlace;
  }

  #change(collection: string, change: (rows: Rows) => void): void {
    const own = this.#own.get(collection) ?? this.#setOwn(collection, this.#find(collection)?.copy() ?? new Rows());
    this.#copies.delete(collection);
    const before = own.weight;
    change(own);
    this.#memory?.adjust(own.weight - before);
  }

  #setOwn(collection: string, rows: Rows): Rows {
    this.#own.set(collection, rows);
    this.#memory?.hold(rows);
    return rows;
  }

  #find(collection: string): Rows | undefined {
    const own = this.#own.get(collection);
    if (own !== undefined) return own;
    const shared = this.#initial.collections.get(collection);
    const change = this.#initial.own?.(collection) ?? null;
    return shared === undefined || change === null ? shared : this.#setOwn(collection, shared.map(change));
  }

  #findUses(collection: string): ReadonlyMap<string, Instant> {
    return this.#uses.get(collection) ?? this.#initial.uses.get(collection) ?? NO_USES;
  }

  #ownUses(collection: string): Map<string, Instant> {
    const own = this.#uses.get(collection) ?? new Map(this.#findUses(collection));
    this.#uses.set(collection, own);
    return own;
  }

  #all(): ReadonlyMap<string, Rows> {
    const names = new Set([...this.#initial.collections.keys(), ...this.#own.keys()]);
    // Each of these names has a collection.
    return new Map([...names].map((name) => [name, this.#find(name) as Rows]));
  }
}

function sumWeights(rows: readonly Row[]): number {
  return rows.reduce((bytes, { revision }) => bytes + revision.weight, 0);
}
