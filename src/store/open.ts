import type { Clock } from '../core/clock.ts';
import { Unusable } from '../core/unusable.ts';
import { type DriverName, faultOfData, isPostgresUrl } from './data-option.ts';
import type { Store } from './index.ts';
import type { KeptWorlds } from './kept-worlds.ts';
import { openMemory } from './memory.ts';
import type { StoreParts } from './shared.ts';
import type { SharedWorlds } from './sharing.ts';
import { type FrozenRows, NO_ROWS, rowsIn } from './world-rows.ts';

/** Where the state of a server is. */
export interface Place {
  readonly kind: 'memory' | 'file' | 'postgres';
  /** Real time for all that is in it; null for that of the machine. */
  readonly clock: Clock | null;
  /** The worlds in addition to the default one; null if no other process can use them. */
  readonly worlds: SharedWorlds | null;
  /** The same for one process that has them alone; null if they end with it. */
  readonly kept: KeptWorlds | null;
  /** The driver of the file; null without one. */
  readonly driver: string | null;
  /** The store of the default world. */
  readonly store: Store;
  /** After all stores in it are closed. */
  close(): Promise<void>;
}

/** Which driver opens a file. */
interface DriverChoice {
  /** Null for the first that can be loaded. */
  readonly name?: DriverName | null;
  /** Is the state kept in memory if it cannot be loaded? */
  readonly mayBeMemory?: boolean;
}

/**
 * Opens what `--data` names: a file or a database of PostgreSQL; null keeps the state in memory.
 *
 * @param world the id of the default world
 * @param driver for a file: the one to use, and whether the state is kept in memory if that cannot be loaded
 * @throws Unusable if it cannot be used
 */
export async function openPlace(
  data: string | null,
  world: string,
  shared: StoreParts,
  { name = null, mayBeMemory = false }: DriverChoice = {},
): Promise<Place> {
  const fault = data === null ? null : faultOfData(data);
  if (fault !== null) throw new Unusable(fault);
  if (data === null) return inMemory(openMemory(NO_ROWS, shared, 0));
  if (!isPostgresUrl(data)) {
    // Loaded only by those who have a file.
    const { damagedFile, NoDriver, openDataFile } = await import('./sqlite/index.ts');
    try {
      const file = await openDataFile(data, shared, name);
      try {
        const store = Object.assign(file.open(world), { notices: file.notices });
        const close = async () => file.close();
        return { kind: 'file', clock: null, worlds: null, kept: file, driver: file.driver, store, close };
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
    return { kind: 'postgres', clock, worlds, kept: null, driver: null, store, close: () => database.close() };
  } catch (cause) {
    await database.close();
    throw cause;
  }
}

function inMemory(store: Store): Place {
  return { kind: 'memory', clock: null, worlds: null, kept: null, driver: null, store, close: async () => {} };
}

/**
 * Rows as a data file that `--data` opens.
 *
 * @param driver to write it with; null for the first that can be loaded
 * @returns the bytes of the file
 * @throws Unusable if there is no driver to write it with
 */
export async function dataFileOf(rows: FrozenRows, driver: DriverName | null = null): Promise<Uint8Array> {
  const { makeDataFile } = await import('./sqlite/index.ts');
  return makeDataFile(rowsIn(rows), driver);
}
