import type { Clock, Instant } from '../core/clock.ts';
import { DEFAULT_WORLD } from '../core/world-id.ts';
import { clearTimeout, setTimeout } from '../platform/time.ts';
import { Collision, isStorageFailure } from './errors.ts';
import { entriesIn, type FrozenRows, frozenRows, rowsIn, sizeOf } from './frozen-rows.ts';
import type { Store } from './index.ts';
import { KeptState } from './kept-state.ts';
import { LogQueue } from './log-queue.ts';
import { storeOn } from './memory.ts';
import type { LoggedCommit, LoggedRow, RowLog } from './row-log.ts';
import { nameOf, type RowName } from './row-name.ts';
import type { StoreParts } from './shared.ts';
import type { SnapshotStore, StoredSnapshot } from './snapshot-store.ts';
import type { KeptWorld, Logged, LoggedSnapshot, LoggedWorld, LogHead, LogUses, WorldLog } from './world-log.ts';
import { WorldRows } from './world-rows.ts';

/**
 * How long a use may wait before it is written, in milliseconds. Without a delay every request with a token would write.
 */
const DELAY_MS = 1000;

/** How many rows of a snapshot are written in one statement. */
const SNAPSHOT_ROWS = 500;

/** What the worlds of a process share: their log, and what is yet to be written to it. */
class Writing {
  readonly log: WorldLog;
  readonly queue: LogQueue;
  readonly #parts: StoreParts;
  readonly #clock: Clock;
  readonly #rows = new Map<string, Map<string, RowName & { readonly at: Instant }>>();
  readonly #worlds = new Map<string, Instant>();
  #timer: NodeJS.Timeout | undefined;

  constructor(log: WorldLog, parts: StoreParts, clock: Clock) {
    this.log = log;
    this.#parts = parts;
    this.#clock = clock;
    this.queue = new LogQueue((changes) => parts.commits.measure(() => log.commit(changes, this.head)));
  }

  /** What is written with a change: nothing that was written before is above it. */
  get head(): LogHead {
    return { revision: this.#parts.revisions.highest, at: this.#clock.now() };
  }

  use(world: string, row: RowName, at: Instant): void {
    const rows = this.#rows.get(world) ?? new Map();
    this.#rows.set(world, rows.set(nameOf(row), { ...row, at }));
    this.#later();
  }

  useWorld(world: string, at: Instant): void {
    this.#worlds.set(world, at);
    this.#later();
  }

  /** A new row may get the id of a removed one, and must not get its use. */
  forget(world: string, rows: readonly RowName[]): void {
    for (const row of rows) this.#rows.get(world)?.delete(nameOf(row));
  }

  forgetWorld(world: string): void {
    this.#rows.delete(world);
    this.#worlds.delete(world);
  }

  /** Writes the uses that are not written yet. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const rows = [...this.#rows].flatMap(([world, its]) => [...its.values()].map((row) => ({ world, ...row })));
    const worlds = [...this.#worlds].map(([world, at]) => ({ world, at }));
    if (rows.length === 0 && worlds.length === 0) return;
    this.#rows.clear();
    this.#worlds.clear();
    try {
      await this.queue.run(() => this.log.use({ rows, worlds }, this.head));
    } catch (cause) {
      this.#again({ rows, worlds });
      throw cause;
    }
  }

  #later(): void {
    // If the log takes no changes, the next use tries to write them again.
    this.#timer ??= setTimeout(() => this.flush().catch(ignoreRefusal), DELAY_MS).unref();
  }

  /** Those that came meanwhile are later. */
  #again({ rows, worlds }: LogUses): void {
    for (const { world, ...row } of rows) {
      const its = this.#rows.get(world) ?? new Map();
      if (!its.has(nameOf(row))) this.#rows.set(world, its.set(nameOf(row), row));
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
  /** Whether the world was deleted; null if nobody deletes it. */
  #deletion: Promise<boolean> | null = null;

  constructor(writing: Writing, world: string) {
    this.#writing = writing;
    this.#world = world;
  }

  async commit({ puts, removed }: LoggedCommit): Promise<void> {
    if (await this.#isDeleted()) return;
    const world = this.#world;
    await this.#writing.queue.commit({
      puts: puts.map(({ row, place, size }) => ({ world, row, place, size })),
      removed: removed.map(({ collection, id }) => ({ world, collection, id })),
      states: [],
    });
    this.#writing.forget(world, removed);
  }

  async replace(rows: readonly LoggedRow[]): Promise<void> {
    if (await this.#isDeleted()) return;
    const writing = this.#writing;
    await writing.queue.run(() => writing.log.fill(this.#world, rows, writing.head));
    this.#writing.forgetWorld(this.#world);
  }

  use(row: RowName, at: Instant): void {
    if (this.#deletion === null) this.#writing.use(this.#world, row, at);
  }

  async writeState(state: string): Promise<void> {
    if (await this.#isDeleted()) return;
    await this.#writing.queue.commit({ puts: [], removed: [], states: [{ world: this.#world, state }] });
  }

  /** The world is being deleted; if that fails, it goes on. */
  end(deleted: Promise<void>): void {
    const ended = () => {
      this.#writing.forgetWorld(this.#world);
      return true;
    };
    this.#deletion = deleted.then(ended, () => {
      this.#deletion = null;
      return false;
    });
  }

  /** A request may still run in a deleted world; its changes are discarded. */
  #isDeleted(): Promise<boolean> | boolean {
    return this.#deletion ?? false;
  }
}

/** The worlds that a log keeps beyond the process, which is the only one that has them. */
export class KeptWorlds {
  /** The worlds other than the default one that the log had, oldest first. */
  readonly found: readonly KeptWorld[];
  readonly snapshots: SnapshotStore;
  readonly #writing: Writing;
  readonly #parts: StoreParts;
  readonly #logged = new Map<string, LoggedWorld>();
  readonly #logs = new Map<string, LogOfWorld>();

  /**
   * @param logged what the log has
   * @param clock tells the times that it is written at
   */
  constructor(log: WorldLog, logged: Logged, parts: StoreParts, clock: Clock) {
    this.#parts = parts;
    this.#writing = new Writing(log, parts, clock);
    parts.revisions.goOnAbove(logged.head.revision);
    for (const world of logged.worlds) this.#logged.set(world.name, world);
    this.found = logged.worlds
      .filter(({ name }) => name !== DEFAULT_WORLD)
      .map(({ name, made, ttl, createdAt, usedAt }) => ({ name, made, ttl, createdAt, usedAt }));
    this.snapshots = this.#snapshots(logged.snapshots);
  }

  /** Opens the default world, or one that was found; each of them once. */
  open(name: string): Store {
    const logged = this.#logged.get(name);
    if (logged === undefined) throw new Error(`the world ${name} is not in the log, or open already`);
    // Its rows are the store's now.
    this.#logged.delete(name);
    const log = this.#logOf(name);
    const { revisions, state } = this.#parts;
    return this.#storeOn(WorldRows.ofStored(logged.rows, revisions, { log, account: state.open() }), log, logged.state);
  }

  /**
   * Makes a world.
   *
   * @throws Unwritable, Unreachable if it cannot be stored; then it is not made
   */
  async make(world: KeptWorld, rows: FrozenRows): Promise<Store> {
    const log = this.#logOf(world.name);
    const { revisions, state } = this.#parts;
    const all = new WorldRows(rows, revisions, { log, account: state.open() });
    const writing = this.#writing;
    try {
      await writing.queue.run(() => writing.log.fill(world, entriesIn(rows), writing.head));
    } catch (cause) {
      all.release();
      throw cause;
    }
    return this.#storeOn(all, log, '');
  }

  /** Deletes a world. Later writes of its running requests are discarded. @throws Unwritable, Unreachable */
  async delete(name: string): Promise<void> {
    const log = this.#logs.get(name);
    const deleted = this.#writing.queue.run(() => this.#writing.log.delete(name));
    log?.end(deleted);
    await deleted;
    // Another world may have its name by now.
    if (this.#logs.get(name) === log) this.#logs.delete(name);
    this.#logged.delete(name);
  }

  /** Notes when a world was used, which may be written up to a second later. */
  noteUse(name: string, at: Instant): void {
    if (this.#logs.has(name)) this.#writing.useWorld(name, at);
  }

  fault(): string | null {
    return this.#writing.log.fault();
  }

  /** Writes what is not written yet, and closes the log. */
  async close(): Promise<void> {
    const { queue, log } = this.#writing;
    try {
      await this.#writing.flush().catch(ignoreRefusal);
    } finally {
      // In its turn: other writes may still be waiting.
      await queue.run(() => log.close());
    }
  }

  #logOf(name: string): LogOfWorld {
    const log = new LogOfWorld(this.#writing, name);
    this.#logs.set(name, log);
    return log;
  }

  #storeOn(rows: WorldRows, log: LogOfWorld, text: string): Store {
    const state = new KeptState(text, (next) => log.writeState(next));
    return storeOn(rows, { state, fault: () => this.fault() });
  }

  #snapshots(found: readonly LoggedSnapshot[]): SnapshotStore {
    const { queue, log } = this.#writing;
    const byId = new Map(found.map((one) => [one.id, one]));
    let place = Math.max(0, ...found.map((one) => one.place));
    return {
      list: async () => [...byId.values()],
      find: async (id) => {
        const known = byId.get(id);
        if (known === undefined) return null;
        const parts = await queue.run(() => log.partsOfSnapshot(id));
        // It may have been deleted before they were read.
        if (byId.get(id) !== known) return null;
        return {
          ...known,
          rows: frozenRows(
            parts.flatMap((part) => JSON.parse(part)),
            this.#parts.revisions,
          ),
        };
      },
      put: async ({ rows, ...rest }) => {
        const size = sizeOf(rows);
        if (byId.has(rest.id)) throw new Collision();
        place += 1;
        const snapshot = { ...rest, size, place };
        byId.set(rest.id, snapshot);
        try {
          await queue.run(() => log.putSnapshot(snapshot, partsOf(rows)));
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

function* partsOf(rows: StoredSnapshot['rows']): Generator<string> {
  const all = rowsIn(rows);
  for (let at = 0; at < all.length; at += SNAPSHOT_ROWS) yield JSON.stringify(all.slice(at, at + SNAPSHOT_ROWS));
}
