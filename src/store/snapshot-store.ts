import type { Instant } from '../core/clock.ts';
import { Collision } from './errors.ts';
import { type FrozenRows, sharesOf, sizeOf } from './frozen-rows.ts';
import type { StateAccount, StateAccounts } from './state-account.ts';

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
}

/** A snapshot, with the provenance of its world and its rows. */
export interface StoredSnapshot extends SnapshotRecord {
  readonly made: string;
  readonly rows: FrozenRows;
}

/** The store of snapshots. */
export interface SnapshotStore {
  /** Oldest first. */
  list(): Promise<readonly SnapshotRecord[]>;
  find(id: string): Promise<StoredSnapshot | null>;
  /** @returns the size in bytes @throws Collision if there is a snapshot with this id */
  put(snapshot: Omit<StoredSnapshot, 'place' | 'size'>): Promise<number>;
  /** @returns whether there was such a snapshot */
  delete(id: string): Promise<boolean>;
}

/** Snapshots that end with the process. */
export function snapshotsInMemory(state: StateAccounts): SnapshotStore {
  const byId = new Map<string, StoredSnapshot & { readonly account: StateAccount }>();
  let taken = 0;
  return {
    list: async () => [...byId.values()],
    find: async (id) => byId.get(id) ?? null,
    put: async (snapshot) => {
      if (byId.has(snapshot.id)) throw new Collision();
      const account = state.open();
      account.hold(2 * snapshot.made.length, sharesOf(snapshot.rows));
      taken += 1;
      const size = sizeOf(snapshot.rows);
      byId.set(snapshot.id, { ...snapshot, size, place: taken, account });
      return size;
    },
    delete: async (id) => {
      byId.get(id)?.account.release();
      return byId.delete(id);
    },
  };
}
