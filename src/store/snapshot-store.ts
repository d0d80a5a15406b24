import type { Instant } from '../time/clock.ts';
import { Collision, NotFound } from './errors.ts';
import { listUsedRows, type State, sizeOf, type UsedRow } from './state.ts';
import type { SharedData, StateMemory } from './state-memory.ts';

/** A snapshot as described by the control API. */
export interface SnapshotInfo {
  readonly id: string;
  readonly name: string | null;
  /** The name of the world that was captured. */
  readonly world: string;
  /** The time of that world's clock. */
  readonly at: Instant;
  /** In bytes. */
  readonly size: number;
}

/** A snapshot without its content. */
export interface SnapshotRecord extends SnapshotInfo {
  /** The position among all snapshots. Later snapshots have a higher place. */
  readonly place: number;
  /** The provenance of the world, which the store doesn't interpret. */
  readonly made: string;
}

/** A snapshot with the state of its world. */
export interface StoredSnapshot extends SnapshotRecord {
  readonly state: State;
}

export interface SnapshotStore {
  /** Returns the snapshots, oldest first. */
  list(): Promise<readonly SnapshotRecord[]>;
  /** Returns the rows of a snapshot, oldest first in each collection. @throws NotFound if it is deleted meanwhile */
  rowsOf(id: string): AsyncIterable<UsedRow>;
  /**
   * Runs `work` with a snapshot and counts the memory of its state meanwhile.
   *
   * @param work receives null if the snapshot doesn't exist
   * @throws WriteFailure if there isn't enough memory for the state
   */
  use<Result>(id: string, work: (snapshot: StoredSnapshot | null) => Promise<Result>): Promise<Result>;
  /** @returns the size in bytes @throws Collision if the id is taken */
  put(snapshot: Omit<StoredSnapshot, 'place' | 'size'>): Promise<number>;
  /** @returns whether the snapshot existed */
  delete(id: string): Promise<boolean>;
}

/** Creates a store for snapshots that end with the process. */
export function createMemorySnapshotStore(memory: StateMemory): SnapshotStore {
  const byId = new Map<string, StoredSnapshot & { readonly weighed: SharedData }>();
  let lastPlace = 0;
  return {
    list: async () => [...byId.values()],
    rowsOf: async function* (id) {
      const state = byId.get(id)?.state;
      if (state === undefined) throw new NotFound();
      yield* listUsedRows(state);
    },
    use: async (id, work) => work(byId.get(id) ?? null),
    put: async (snapshot) => {
      if (byId.has(snapshot.id)) throw new Collision();
      const weighed = { weight: 2 * snapshot.made.length, parts: [snapshot.state] };
      memory.hold(weighed);
      lastPlace += 1;
      const size = sizeOf(snapshot.state);
      byId.set(snapshot.id, { ...snapshot, size, place: lastPlace, weighed });
      return size;
    },
    delete: async (id) => {
      const snapshot = byId.get(id);
      if (snapshot !== undefined) memory.release(snapshot.weighed);
      return byId.delete(id);
    },
  };
}
