import type { Instant } from '../time/clock.ts';
import { Collision, NotFound } from './errors.ts';
import { listUsedRows, type State, sizeOf, type UsedRow } from './state.ts';
import type { SharedData, StateMemory } from './state-memory.ts';

/** The description of a snapshot in the control API. */
export interface SnapshotInfo {
  readonly id: string;
  readonly name: string | null;
  /** The name of the world that was captured. */
  readonly world: string;
  /** The time of that world's clock. */
  readonly at: Instant;
  /** The size in bytes. */
  readonly size: number;
}

/** A snapshot without its content. */
export interface SnapshotRecord extends SnapshotInfo {
  /** The position among all snapshots, as in the column of this name. Later snapshots have a higher one. */
  readonly place: number;
  /** The provenance of the world, as in the column of this name. The store doesn't interpret it. */
  readonly made: string;
}

/** A snapshot with the state of its world. */
export interface StoredSnapshot extends SnapshotRecord {
  readonly state: State;
}

export interface SnapshotStore {
  /** Returns the snapshots, oldest first. */
  list(): Promise<readonly SnapshotRecord[]>;
  /** Returns the rows of a snapshot, oldest first in each collection. @throws NotFound if it is deleted in the meantime */
  rowsOf(id: string): AsyncIterable<UsedRow>;
  /**
   * Runs `work` with a snapshot, and counts the memory of its state until `work` ends.
   *
   * @param work receives null if the snapshot doesn't exist
   * @throws WriteFailure if there isn't enough memory for the state
   */
  use<Result>(id: string, work: (snapshot: StoredSnapshot | null) => Promise<Result>): Promise<Result>;
  /** Adds a snapshot and returns its size in bytes. @throws Collision if the id is taken */
  put(snapshot: Omit<StoredSnapshot, 'place' | 'size'>): Promise<number>;
  /** Deletes a snapshot and returns whether it existed. */
  delete(id: string): Promise<boolean>;
}

/** V8 stores a string with up to two bytes per character. */
const MAX_CHARACTER_BYTES = 2;

/** Creates a store that keeps snapshots in memory, so that they end with the process. */
export function createMemorySnapshotStore(memory: StateMemory): SnapshotStore {
  const byId = new Map<string, StoredSnapshot & { readonly memory: SharedData }>();
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
      const snapshotMemory = { weight: MAX_CHARACTER_BYTES * snapshot.made.length, parts: [snapshot.state] };
      memory.hold(snapshotMemory);
      lastPlace += 1;
      const size = sizeOf(snapshot.state);
      byId.set(snapshot.id, { ...snapshot, size, place: lastPlace, memory: snapshotMemory });
      return size;
    },
    delete: async (id) => {
      const snapshot = byId.get(id);
      if (snapshot !== undefined) memory.release(snapshot.memory);
      return byId.delete(id);
    },
  };
}
