import type { Clock } from '../core/clock.ts';
import { Unusable } from '../core/unusable.ts';
import { faultOfData, isPostgresUrl } from './data-option.ts';
import type { Store } from './index.ts';
import type { KeptWorlds } from './kept-worlds.ts';
import { openMemory } from './memory.ts';
import type { StoreParts } from './shared.ts';
import type { SharedWorlds } from './sharing.ts';
import { type FrozenRows, NO_ROWS, rowsIn } from './world-rows.ts';

/** Where the state of a server is. */
export interface Place {
  /** In one word: `memory`, `file` or `postgres`. */
  readonly kind: string;
  /** Real time for all that is in it; null for that of the machine. */
  readonly clock: Clock | null;
  /** The worlds in addition to the default one; null if no other process can use them. */
  readonly worlds: SharedWorlds | null;
  /** The same for one process that has them alone; null if they end with it. */
  readonly kept: KeptWorlds | null;
  /** The store of the default world. */
  readonly store: Store;
  /** After all stores in it are closed. */
  close(): Promise<void>;
}

/**
 * Opens what `--data` names: a file or a database of PostgreSQL; null keeps the state in memory.
 *
 * @param world the id of the default world
 * @param mayBeMemory is the state kept in memory if no driver for a file is installed?
 * @throws Unusable if it cannot be used
 */
export async function openPlace(
  data: string | null,
  world: string,
  shared: StoreParts,
  mayBeMemory = false,
): Promise<Place> {
  const fault = data === null ? null : faultOfData(data);
  if (fault !== null) throw new Unusable(fault);
  if (data === null) return inMemory(openMemory(NO_ROWS, shared, 0));
  if (!isPostgresUrl(data)) {
    // Loaded only by those who have a file.
    const { damagedFile, NoDriver, openDataFile } = await import('./sqlite/index.ts');
    try {
      const file = await openDataFile(data, shared);
      try {
        const store = Object.assign(file.open(world), { notices: file.notices });
        return { kind: 'file', clock: null, worlds: null, kept: file, store, close: async () => file.close() };
      } catch (cause) {
        file.close();
        throw damagedFile(data, cause);
      }
    } catch (cause) {
      if (!mayBeMemory || !(cause instanceof NoDriver)) throw cause;
      const notice = `The state is kept in memory and ends with the server, not in --data ${data}. ${cause.message}`;
      return inMemory(Object.assign(openMemory(NO_ROWS, shared, 0), { notices: [notice] }));
    }
  }
  // Loaded only by those who have a database.
  const { openPostgres } = await import('./postgres/index.ts');
  const database = await openPostgres(data);
  try {
    const store = await database.store(world, shared);
    const { clock, worlds } = database;
    return { kind: 'postgres', clock, worlds, kept: null, store, close: () => database.close() };
  } catch (cause) {
    await database.close();
    throw cause;
  }
}

function inMemory(store: Store): Place {
  return { kind: 'memory', clock: null, worlds: null, kept: null, store, close: async () => {} };
}

/**
 * Rows as a data file that `--data` opens.
 *
 * @returns the bytes of the file
 * @throws Unusable if there is no driver to write it with
 */
export async function dataFileOf(rows: FrozenRows): Promise<Uint8Array> {
  const { makeDataFile } = await import('./sqlite/index.ts');
  return makeDataFile(rowsIn(rows));
}
