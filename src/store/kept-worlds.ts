import { DEFAULT_WORLD } from '../addresses/world-id.ts';
import { awaitEventLoopTurn, clearTimeout, setTimeout } from '../platform/time.ts';
import type { Clock, Instant } from '../time/clock.ts';
import type { Row } from './collections.ts';
import { Collision, DamagedData, isStorageFailure, NotFound } from './errors.ts';
import type { Store } from './index.ts';
import { LogQueue } from './log-queue.ts';
import { createStore } from './memory.ts';
import { type LoggedCommit, type RowLog, type RowName, rowKey } from './row-log.ts';
import { type ReadRow, readPart, serializeRow, splitIntoParts } from './saved-row.ts';
import type { StoreParts } from './shared.ts';
import type { SnapshotRecord, SnapshotStore } from './snapshot-store.ts';
import { type State, StateBuilder, sizeOf } from './state.ts';
import { StoredText } from './stored-text.ts';
import type { LogContent, LoggedWorld, LogHead, LogUses, WorldLog, WorldRecord } from './world-log.ts';
import { WorldRows } from './world-rows.ts';

/** How long a use may wait to be written, in milliseconds, because otherwise every request with a token would write. */
const DELAY_MS = 1000;

/** The log that all worlds of a process share, and the pending writes. */
class Writing {
  readonly log: WorldLog;
  readonly queue: LogQueue;
  readonly #clock: Clock;
  readonly #rows = new Map<string, Map<string, RowName & { readonly at: Instant }>>();
  readonly #worlds = new Map<string, Instant>();
  #timer: NodeJS.Timeout | undefined;

  constructor(log: WorldLog, parts: StoreParts, clock: Clock) {
    this.log = log;
    this.#clock = clock;
    this.queue = new LogQueue((changes) => parts.commits.measure(() => log.commit(changes, this.head)));
  }

  get head(): LogHead {
    return { at: this.#clock.now() };
  }

  use(world: string, row: RowName, at: Instant): void {
    const rows = this.#rows.get(world) ?? new Map();
    this.#rows.set(world, rows.set(rowKey(row), { ...row, at }));
    this.#scheduleFlush();
  }

  useWorld(world: string, at: Instant): void {
    this.#worlds.set(world, at);
    this.#scheduleFlush();
  }

  /** A new row may reuse the id of a removed one, and must not inherit its last use. */
  forget(world: string, rows: readonly RowName[]): void {
    for (const row of rows) this.#rows.get(world)?.delete(rowKey(row));
  }

  forgetWorld(world: string): void {
    this.#rows.delete(world);
    this.#worlds.delete(world);
  }

  /** Writes all pending uses. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const rows = [...this.#rows].flatMap(([world, worldRows]) =>
      [...worldRows.values()].map((row) => ({ world, ...row })),
    );
    const worlds = [...this.#worlds].map(([world, at]) => ({ world, at }));
    if (rows.length === 0 && worlds.length === 0) return;
    this.#rows.clear();
    this.#worlds.clear();
    try {
      await this.queue.run(() => this.log.use({ rows, worlds }, this.head));
    } catch (cause) {
      this.#restorePending({ rows, worlds });
      throw cause;
    }
  }

  #scheduleFlush(): void {
    // If the log rejects the write, the next use retries it.
    this.#timer ??= setTimeout(() => this.flush().catch(ignoreRefusal), DELAY_MS).unref();
  }

  /** Uses noted since then are newer, so they win. */
  #restorePending({ rows, worlds }: LogUses): void {
    for (const { world, ...row } of rows) {
      const worldRows = this.#rows.get(world) ?? new Map();
      if (!worldRows.has(rowKey(row))) this.#rows.set(world, worldRows.set(rowKey(row), row));
    }
    for (const { world, at } of worlds) if (!this.#worlds.has(world)) this.#worlds.set(world, at);
  }
}

function ignoreRefusal(cause: unknown): void {
  if (!isStorageFailure(cause)) throw cause;
}

/** The rows of one world in the log. */
class LogOfWorld implements RowLog {
  readonly #writing: Writing;
  readonly #world: string;
  /** Rows below this place are part of the world's initial state. */
  #firstPlace: number;
  /** Whether the world was deleted. Null if no deletion is under way. */
  #deletion: Promise<boolean> | null = null;

  constructor(writing: Writing, world: string, firstPlace: number) {
    this.#writing = writing;
    this.#world = world;
    this.#firstPlace = firstPlace;
  }

  async commit({ puts, removed, usedAt }: LoggedCommit): Promise<void> {
    if (await this.#isDeleted()) return;
    const world = this.#world;
    const qualify = ({ collection, id }: RowName) => ({ world, collection, id });
    const isInitial = ({ revision }: Row) => revision.place < this.#firstPlace;
    await this.#writing.queue.commit({
      puts: [
        ...puts.map((row) => ({ ...qualify(row), text: serializeRow(row, usedAt(row)) })),
        ...removed.filter(isInitial).map((row) => ({ ...qualify(row), text: null })),
      ],
      removed: removed.filter((row) => !isInitial(row)).map(qualify),
      states: [],
    });
    this.#writing.forget(world, removed);
  }

  async replace(state: State): Promise<void> {
    if (await this.#isDeleted()) return;
    const writing = this.#writing;
    await writing.queue.run(() => writing.log.fill(this.#world, splitIntoParts(state), writing.head));
    this.#firstPlace = state.nextPlace;
    this.#writing.forgetWorld(this.#world);
  }

  use(row: RowName, at: Instant): void {
    if (this.#deletion === null) this.#writing.use(this.#world, row, at);
  }

  async writeState(state: string): Promise<void> {
    if (await this.#isDeleted()) return;
    await this.#writing.queue.commit({ puts: [], removed: [], states: [{ world: this.#world, state }] });
  }

  /** Marks the world as being deleted. If the deletion fails, the world continues. */
  end(deleted: Promise<void>): void {
    const onDeleted = () => {
      this.#writing.forgetWorld(this.#world);
      return true;
    };
    this.#deletion = deleted.then(onDeleted, () => {
      this.#deletion = null;
      return false;
    });
  }

  /** Requests may still be running in a deleted world; their changes are discarded. */
  #isDeleted(): Promise<boolean> | boolean {
    return this.#deletion ?? false;
  }
}

/** The worlds that a log keeps after the process ends. No other process has them. */
export class StoredWorlds {
  /** The worlds found in the log, except the default world; oldest first. */
  readonly foundWorlds: readonly WorldRecord[];
  readonly snapshots: SnapshotStore;
  readonly #writing: Writing;
  readonly #parts: StoreParts;
  readonly #logged = new Map<string, LoggedWorld>();
  readonly #logs = new Map<string, LogOfWorld>();

  /**
   * @param logged the content of the log
   * @param clock provides the times to write
   */
  constructor(log: WorldLog, logged: LogContent, parts: StoreParts, clock: Clock) {
    this.#parts = parts;
    this.#writing = new Writing(log, parts, clock);
    for (const world of logged.worlds) this.#logged.set(world.name, world);
    this.foundWorlds = logged.worlds
      .filter(({ name }) => name !== DEFAULT_WORLD)
      .map(({ name, made, ttl, createdAt, usedAt }) => ({ name, made, ttl, createdAt, usedAt }));
    this.snapshots = this.#createSnapshots(logged.snapshots);
  }

  /** Opens the default world or a world in `foundWorlds`, once each. */
  open(name: string): Store {
    const logged = this.#logged.get(name);
    if (logged === undefined) throw new Error(`the world ${name} is not in the log, or open already`);
    // The store owns the rows now.
    this.#logged.delete(name);
    const { memory } = this.#parts;
    const log = this.#createLog(name, findNextPlace(logged.initialRows));
    return this.#createStore(new WorldRows(buildState(logged), { log, memory }), log, logged.state);
  }

  /**
   * Creates a world.
   *
   * @param state with all rows created (`completeState`)
   * @throws WriteFailure, DatabaseFailure if it cannot be stored; the world isn't created
   */
  async create(world: WorldRecord, state: State): Promise<Store> {
    const log = this.#createLog(world.name, state.nextPlace);
    const writing = this.#writing;
    const rows = new WorldRows(state, { log, memory: this.#parts.memory });
    try {
      await writing.queue.run(() => writing.log.fill(world, splitIntoParts(state), writing.head));
    } catch (cause) {
      rows.release();
      if (this.#logs.get(world.name) === log) this.#logs.delete(world.name);
      throw cause;
    }
    return this.#createStore(rows, log, '');
  }

  /** Deletes a world and discards later writes of its running requests. @throws WriteFailure, DatabaseFailure */
  async delete(name: string): Promise<void> {
    const log = this.#logs.get(name);
    const deleted = this.#writing.queue.run(() => this.#writing.log.delete(name));
    log?.end(deleted);
    await deleted;
    // A new world may have the name by now.
    if (this.#logs.get(name) === log) this.#logs.delete(name);
    this.#logged.delete(name);
  }

  /** Records when a world was used. It may be written up to a second later. */
  noteUse(name: string, at: Instant): void {
    if (this.#logs.has(name)) this.#writing.useWorld(name, at);
  }

  fault(): string | null {
    return this.#writing.log.fault();
  }

  /** Writes everything pending, then closes the log. */
  async close(): Promise<void> {
    const { queue, log } = this.#writing;
    try {
      await this.#writing.flush().catch(ignoreRefusal);
    } finally {
      // Queued, because other writes may be pending.
      await queue.run(() => log.close());
    }
  }

  #createLog(name: string, firstPlace: number): LogOfWorld {
    const log = new LogOfWorld(this.#writing, name, firstPlace);
    this.#logs.set(name, log);
    return log;
  }

  #createStore(rows: WorldRows, log: LogOfWorld, text: string): Store {
    const state = new StoredText(text, (next) => log.writeState(next));
    return createStore(rows, { state, fault: () => this.fault() });
  }

  #createSnapshots(records: readonly SnapshotRecord[]): SnapshotStore {
    const { queue, log } = this.#writing;
    const byId = new Map(records.map((record) => [record.id, record]));
    let place = Math.max(0, ...records.map((record) => record.place));
    const readRows = async function* (id: string) {
      const record = byId.get(id);
      for (let part = 0; record !== undefined; part += 1) {
        const text = await queue.run(() => log.readSnapshotPart(id, part));
        if (text === null) break;
        yield* readPart(text, id);
        await awaitEventLoopTurn();
      }
      // Without its last parts, it would be a different snapshot.
      if (record === undefined || byId.get(id) !== record) throw new NotFound();
    };
    return {
      list: async () => [...byId.values()],
      rowsOf: readRows,
      use: async (id, work) => {
        const record = byId.get(id);
        if (record === undefined) return work(null);
        const builder = new StateBuilder(this.#parts.memory);
        const read = async () => {
          for await (const { row, ...its } of readRows(id)) builder.add(row, { ...its, isOurs: true });
          return { ...record, state: builder.state };
        };
        try {
          return await work(await read().catch(nullIfDeleted));
        } finally {
          builder.release();
        }
      },
      put: async ({ state, ...rest }) => {
        const size = sizeOf(state);
        if (byId.has(rest.id)) throw new Collision();
        place += 1;
        const snapshot = { ...rest, size, place };
        byId.set(rest.id, snapshot);
        try {
          await queue.run(() => log.putSnapshot(snapshot, splitIntoParts(state)));
        } catch (cause) {
          byId.delete(rest.id);
          throw cause;
        }
        return size;
      },
      delete: async (id) => {
        if (!byId.has(id)) return false;
        await queue.run(() => log.deleteSnapshot(id));
        return byId.delete(id);
      },
    };
  }
}

function nullIfDeleted(cause: unknown): null {
  if (cause instanceof NotFound) return null;
  throw cause;
}

/** Returns the state of a world read from the log. */
function buildState({ initialRows: begin, changedRows: later, uses }: LoggedWorld): State {
  const rows = new Map(begin.map((read) => [rowKey(read.row), read]));
  for (const { read, ...name } of later) {
    if (read === null) rows.delete(rowKey(name));
    else rows.set(rowKey(name), read);
  }
  const used = new Map(uses.map(({ at, ...name }) => [rowKey(name), at]));
  const builder = new StateBuilder();
  for (const { row, place, usedAt } of [...rows.values()].sort((a, b) => a.place - b.place)) {
    try {
      builder.add(row, { place, usedAt: used.get(rowKey(row)) ?? usedAt, isOurs: true });
    } catch (cause) {
      throw cause instanceof Collision ? new DamagedData(row.collection, row.id, 'another row has its alias') : cause;
    }
  }
  return builder.state;
}

function findNextPlace(rows: readonly ReadRow[]): number {
  return 1 + rows.reduce((highest, { place }) => Math.max(highest, place), 0);
}
