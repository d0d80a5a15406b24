import type { Clock } from '../lib/clock.ts';
import { awaitEventLoopTurn } from '../lib/time.ts';
import { NotFound } from './errors.ts';
import type { LogQueue } from './log-queue.ts';
import { type State, StateBuilder, sizeOf } from './state.ts';
import type { StateMemory } from './state-memory.ts';
import type { SnapshotRecord, WorldLog } from './world-log.ts';

/** A snapshot without its rows. */
interface KeptSnapshot {
  readonly record: SnapshotRecord;
  /** The rows, if the log doesn't keep them. */
  readonly state: State | null;
  /** What uses the snapshot now, such as a fork. These promises never reject. */
  readonly uses: Set<Promise<void>>;
}

/** The snapshots of all worlds. A snapshot ends with its world. */
export class StoredSnapshots {
  readonly #log: WorldLog;
  readonly #queue: LogQueue;
  readonly #memory: StateMemory;
  readonly #clock: Clock;
  readonly #byId: Map<string, KeptSnapshot>;
  #lastPlace: number;

  constructor(log: WorldLog, queue: LogQueue, memory: StateMemory, clock: Clock, records: readonly SnapshotRecord[]) {
    this.#log = log;
    this.#queue = queue;
    this.#memory = memory;
    this.#clock = clock;
    this.#byId = new Map(records.map((record) => [record.id, { record, state: null, uses: new Set() }]));
    this.#lastPlace = Math.max(0, ...records.map(({ place }) => place));
  }

  list(): readonly SnapshotRecord[] {
    return [...this.#byId.values()].map(({ record }) => record).sort((a, b) => a.place - b.place);
  }

  /** @param isEnded whether its world was deleted @throws NotFound if it was; WriteFailure, DatabaseFailure */
  async add(
    info: Omit<SnapshotRecord, 'place' | 'size'>,
    state: State,
    isEnded: () => Promise<boolean> | boolean,
  ): Promise<SnapshotRecord> {
    if (await isEnded()) throw new NotFound();
    this.#lastPlace += 1;
    const record = { ...info, size: sizeOf(state), place: this.#lastPlace };
    await this.#append({ kind: 'snapshot', record, state });
    if (await isEnded()) throw new NotFound();
    const kept = { record, state: this.#log.isDurable ? null : state, uses: new Set<Promise<void>>() };
    if (kept.state !== null) this.#memory.hold(kept.state);
    this.#byId.set(record.id, kept);
    return record;
  }

  /** Runs `work` with a snapshot, which is not deleted before it ends. @throws NotFound; WriteFailure without memory */
  async use<Result>(id: string, work: (state: State) => Promise<Result>): Promise<Result> {
    const snapshot = this.#byId.get(id);
    if (snapshot === undefined) throw new NotFound();
    const result = this.#run(snapshot, work);
    const use = result.then(ignore, ignore);
    snapshot.uses.add(use);
    void use.then(() => snapshot.uses.delete(use));
    return result;
  }

  async delete(id: string): Promise<boolean> {
    if (!this.#byId.has(id)) return false;
    await this.#end(
      (record) => record.id === id,
      () => this.#append({ kind: 'snapshot-end', id }),
    );
    return true;
  }

  /** Deletes the snapshots of a world. @param remove deletes the world with its snapshots; if it fails, they stay */
  endWith(world: string, remove: () => Promise<void>): Promise<void> {
    return this.#end((record) => record.world === world, remove);
  }

  async #run<Result>({ record: { id }, state }: KeptSnapshot, work: (state: State) => Promise<Result>) {
    if (state !== null) return work(state);
    const builder = new StateBuilder(this.#memory);
    try {
      for (let part = 0; ; part += 1) {
        const rows = await this.#queue.run(() => this.#log.readSnapshot(id, part));
        if (rows === null) break;
        for (const { row, ...its } of rows) builder.add(row, { ...its, isOurs: true });
        await awaitEventLoopTurn();
      }
      return await work(builder.state);
    } finally {
      builder.release();
    }
  }

  /** Deletes snapshots after everything that uses them has ended. Until then, nothing else can use them. */
  async #end(isOver: (record: SnapshotRecord) => boolean, remove: () => Promise<void>): Promise<void> {
    const ended: KeptSnapshot[] = [];
    const hide = () => {
      const found = [...this.#byId.values()].filter(({ record }) => isOver(record));
      for (const { record } of found) this.#byId.delete(record.id);
      ended.push(...found);
      return found.flatMap(({ uses }) => [...uses]);
    };
    try {
      // Another one may be added, and used, in the meantime.
      for (let uses = hide(); uses.length > 0; uses = hide()) await Promise.all(uses);
      await remove();
    } catch (cause) {
      for (const snapshot of ended) this.#byId.set(snapshot.record.id, snapshot);
      throw cause;
    }
    hide();
    for (const { state } of ended) if (state !== null) this.#memory.release(state);
  }

  #append(entry: Parameters<WorldLog['append']>[0]): Promise<void> {
    return this.#queue.run(() => this.#log.append(entry, this.#clock.now()));
  }
}

function ignore(): void {}
