import type { Instant } from '../time/clock.ts';
import { Collision, NotFound } from './errors.ts';
import { type State, sizeOf, type UsedRow, usedRowsIn } from './state.ts';
import type { StateMemory, Weighed } from './state-memory.ts';

/** A snapshot as the control API describes it. */
export interface SnapshotInfo {
  readonly id: string;
  readonly name: string | null;
  /** The name of the world that the snapshot was taken of. */
  readonly world: string;
  /** The time by the clock of that world. */
  readonly at: Instant;
  /** In bytes. */
  readonly size: number;
}

/** A snapshot without its content. */
export interface SnapshotRecord extends SnapshotInfo {
  /** The place among all snapshots: a later snapshot has a higher place. */
  readonly place: number;
  /** The provenance of its world. The store does not interpret it. */
  readonly made: string;
}

/** A snapshot with the state of its world. */
export interface StoredSnapshot extends SnapshotRecord {
  readonly state: State;
}

/** The store of snapshots. */
export interface SnapshotStore {
  /** Oldest first. */
  list(): Promise<readonly SnapshotRecord[]>;
  /** The rows of a snapshot, those of each collection oldest first. @throws NotFound if it is deleted meanwhile */
  rowsOf(id: string): AsyncIterable<UsedRow>;
  /**
   * Does something with a snapshot, whose state is counted as long as that takes.
   *
   * @param work receives null if there is no such snapshot
   * @throws Unwritable if its state has no room in memory
   */
  use<Result>(id: string, work: (snapshot: StoredSnapshot | null) => Promise<Result>): Promise<Result>;
  /** @returns the size in bytes @throws Collision if there is a snapshot with this id */
  put(snapshot: Omit<StoredSnapshot, 'place' | 'size'>): Promise<number>;
  /** @returns whether there was such a snapshot */
  delete(id: string): Promise<boolean>;
}

/** Snapshots that end with the process. */
export function snapshotsInMemory(memory: StateMemory): SnapshotStore {
  const byId = new Map<string, StoredSnapshot & { readonly held: Weighed }>();
  let taken = 0;
  return {
    list: async () => [...byId.values()],
    rowsOf: async function* (id) {
      const state = byId.get(id)?.state;
      if (state === undefined) throw new NotFound();
      yield* usedRowsIn(state);
    },
    use: async (id, work) => work(byId.get(id) ?? null),
    put: async (snapshot) => {
      if (byId.has(snapshot.id)) throw new Collision();
      const held = { weight: 2 * snapshot.made.length, parts: [snapshot.state] };
      memory.hold(held);
      taken += 1;
      const size = sizeOf(snapshot.state);
      byId.set(snapshot.id, { ...snapshot, size, place: taken, held });
      return size;
    },
    delete: async (id) => {
      const found = byId.get(id);
      if (found !== undefined) memory.release(found.held);
      return byId.delete(id);
    },
  };
}
