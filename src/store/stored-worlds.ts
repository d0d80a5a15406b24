import { type Clock, END_OF_TIME, type Instant, isInstant, rfc3339 } from '../lib/clock.ts';
import { clearTimeout, setTimeout } from '../lib/time.ts';
import { DEFAULT_WORLD } from '../lib/world-id.ts';
import { Collections } from './collections.ts';
import { DamagedData, isStorageFailure } from './errors.ts';
import { Store } from './index.ts';
import { LogQueue } from './log-queue.ts';
import type { Row } from './row.ts';
import { assertNoCollision } from './row-reader.ts';
import { serializeRow } from './saved-row.ts';
import { completeState, type State } from './state.ts';
import type { StateMemory } from './state-memory.ts';
import { StoredSnapshots } from './stored-snapshots.ts';
import { StoredText } from './stored-text.ts';
import type {
  ChangedRow,
  LogContent,
  LogEntry,
  LoggedWorld,
  LogUses,
  SnapshotRecord,
  StorageInfo,
  WorldLog,
  WorldRecord,
} from './world-log.ts';
import { type LoggedCommit, type RowLog, type RowName, rowKey } from './world-log.ts';

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

  constructor(log: WorldLog, clock: Clock) {
    this.log = log;
    this.#clock = clock;
    this.queue = new LogQueue((changes) => log.append({ kind: 'changes', ...changes }, clock.now()));
  }

  /** Stores an entry by itself, after everything that is queued. */
  append(entry: LogEntry): Promise<void> {
    return this.queue.run(() => this.log.append(entry, this.#clock.now()));
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
      await this.append({ kind: 'uses', rows, worlds });
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

class LogOfWorld implements RowLog {
  readonly #writing: Writing;
  readonly #world: string;
  /** Rows below this place are part of the world's initial state. */
  #firstPlace: number;
  /** The deletion under way, which may wait for forks of the world's snapshots. */
  ending: Promise<void> | null = null;
  /** Whether the world was deleted. Null if no deletion is under way. */
  #deletion: Promise<boolean> | null = null;

  constructor(writing: Writing, world: string, firstPlace: number) {
    this.#writing = writing;
    this.#world = world;
    this.#firstPlace = firstPlace;
  }

  async commit({ puts, removed, usedAt }: LoggedCommit): Promise<void> {
    if (await this.isDeleted()) return;
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
    if (await this.isDeleted()) return;
    await this.#writing.append({ kind: 'world', name: this.#world, record: null, state });
    this.#firstPlace = state.nextPlace;
    this.#writing.forgetWorld(this.#world);
  }

  use(row: RowName, at: Instant): void {
    if (this.#deletion === null) this.#writing.use(this.#world, row, at);
  }

  async writeState(state: string): Promise<void> {
    if (await this.isDeleted()) return;
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
  isDeleted(): Promise<boolean> | boolean {
    return this.#deletion ?? false;
  }
}

/** The maximum clock difference that isn't reported, in milliseconds. */
const MAX_UNREPORTED_MS = 60_000;

/** All worlds and snapshots of a process, in an open storage that no other process has. */
export class StoredWorlds {
  readonly info: StorageInfo;
  /** Real time, but never before the latest time at which any process wrote. */
  readonly clock: Clock;
  /** Notices for the user who starts the server. */
  readonly notices: readonly string[];
  /** See `WorldLog.lost`. */
  readonly lost: Promise<string>;
  readonly snapshots: StoredSnapshots;
  readonly #writing: Writing;
  readonly #memory: StateMemory;
  readonly #logged = new Map<string, LoggedWorld>();
  readonly #logs = new Map<string, LogOfWorld>();

  private constructor(log: WorldLog, logged: LogContent, memory: StateMemory, machine: Clock) {
    assertWhole(logged);
    const behindMs = logged.at - machine.now();
    this.info = log.info;
    this.lost = log.lost;
    this.clock = behindMs <= 0 ? machine : { now: () => machine.now() + behindMs };
    this.notices = behindMs > MAX_UNREPORTED_MS ? [...log.notices, formatAheadNotice(logged.at, machine)] : log.notices;
    this.#memory = memory;
    this.#writing = new Writing(log, this.clock);
    for (const world of logged.worlds) this.#logged.set(world.name, world);
    this.snapshots = new StoredSnapshots(log, this.#writing.queue, memory, this.clock, logged.snapshots);
  }

  /** Reads all worlds. @param machine real time @throws DamagedData, TooMuchData, DatabaseFailure */
  static async read(log: WorldLog, memory: StateMemory, machine: Clock): Promise<StoredWorlds> {
    return new StoredWorlds(log, await log.read(memory), memory, machine);
  }

  /** The worlds in the storage that are not open yet, except the default world; oldest first. */
  get foundWorlds(): readonly WorldRecord[] {
    return [...this.#logged.values()]
      .filter(({ name }) => name !== DEFAULT_WORLD)
      .map(({ name, made, seed, ttl, createdAt, usedAt }) => ({ name, made, seed, ttl, createdAt, usedAt }));
  }

  /** Opens the default world or a world in `foundWorlds`, once each. @throws DamagedData */
  open(name: string): Store {
    const logged = this.#logged.get(name);
    if (logged === undefined) throw new Error(`the world ${name} is not in the log, or open already`);
    // The store owns the rows now.
    this.#logged.delete(name);
    const { initial, changedRows, uses, state } = logged;
    const store = this.#createStore(initial, this.#createLog(name, initial.nextPlace), state);
    store.collections.applyLogged([...changedRows].sort(byPlaceOfChange), uses);
    for (const collection of new Set(changedRows.map((changed) => changed.collection))) {
      assertNoCollision(store.collections.rowsOf(collection), name);
    }
    return store;
  }

  /** Creates a world. @throws WriteFailure, DatabaseFailure if it cannot be stored; the world isn't created */
  async create(record: WorldRecord, initial: State): Promise<Store> {
    const { name } = record;
    const writing = this.#writing;
    const state = writing.log.isDurable ? completeState(initial) : initial;
    const log = this.#createLog(name, state.nextPlace);
    const store = this.#createStore(state, log, '');
    try {
      await writing.append({ kind: 'world', name, record, state });
    } catch (cause) {
      store.collections.release();
      if (this.#logs.get(name) === log) this.#logs.delete(name);
      throw cause;
    }
    return store;
  }

  /** Deletes a world, its snapshots, and later writes of its requests. @throws WriteFailure, DatabaseFailure */
  async delete(name: string): Promise<void> {
    const log = this.#logs.get(name);
    if (log === undefined) return this.#end(name);
    log.ending ??= this.#end(name, log).finally(() => {
      log.ending = null;
    });
    return log.ending;
  }

  async #end(name: string, log?: LogOfWorld): Promise<void> {
    await this.snapshots.endWith(name, async () => {
      const deleted = this.#writing.append({ kind: 'world-end', name });
      log?.end(deleted);
      await deleted;
    });
    // A new world may have the name by now.
    if (this.#logs.get(name) === log) this.#logs.delete(name);
    this.#logged.delete(name);
  }

  /** Adds a snapshot. @throws NotFound if its world is deleted in the meantime; WriteFailure, DatabaseFailure */
  addSnapshot(info: Omit<SnapshotRecord, 'place' | 'size'>, state: State): Promise<SnapshotRecord> {
    const log = this.#logs.get(info.world);
    return this.snapshots.add(info, state, () => log?.isDeleted() ?? true);
  }

  /** Records when a world was used. It may be written up to a second later. */
  noteUse(name: string, at: Instant): void {
    if (this.#logs.has(name)) this.#writing.useWorld(name, at);
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

  #createStore(state: State, log: LogOfWorld, text: string): Store {
    // Without a durable log, changes need no JSON.
    if (!this.#writing.log.isDurable) return new Store(new Collections(state, null, this.#memory));
    const besides = new StoredText(text, (next) => log.writeState(next));
    return new Store(new Collections(state, log, this.#memory), besides, () => this.#writing.log.fault());
  }
}

function formatAheadNotice(at: Instant, machine: Clock): string {
  return `--data was last written at ${rfc3339(at)}, which is later than this machine's time, ${rfc3339(machine.now())}. The worlds continue from the later time.`;
}

/** @throws DamagedData if the default world is missing, or a time is impossible */
function assertWhole({ at, worlds, snapshots }: LogContent): void {
  if (!worlds.some(({ name }) => name === DEFAULT_WORLD)) {
    throw new DamagedData(`the world \`${DEFAULT_WORLD}\``, 'it is not there');
  }
  if (at > END_OF_TIME || !isInstant(at)) throw new DamagedData('the latest time', `it is ${at}`);
  for (const { name, ttl, createdAt, usedAt, uses } of worlds) {
    const times = [createdAt, usedAt, usedAt + (ttl ?? 0), ...uses.map((use) => use.at)];
    if (!times.every(isInstant)) throw new DamagedData(`the times of the world \`${name}\``, 'one is impossible');
  }
  for (const { id, at: time } of snapshots) {
    if (!isInstant(time)) throw new DamagedData(`the time of the snapshot \`${id}\``, `it is ${time}`);
  }
}

/** Sorts removed rows first. */
function byPlaceOfChange(a: ChangedRow, b: ChangedRow): number {
  return (a.row?.revision.place ?? 0) - (b.row?.revision.place ?? 0);
}
