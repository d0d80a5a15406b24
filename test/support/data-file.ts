import type { Store } from '../../src/store/index.ts';
import { createStoreParts, type StoreParts } from '../../src/store/shared.ts';
import type { SqliteDriver } from '../../src/store/sqlite/driver.ts';
import { openSqliteFile, toDamagedFileError } from '../../src/store/sqlite/index.ts';
import { type OpenDatabase, openDatabase } from '../../src/store/sqlite/open.ts';
import { openOwnership } from '../../src/store/storage.ts';
import { createMachineClock } from '../../src/time/clock.ts';
import { driver } from './driver.ts';

/** The store of the default world in a data file. `close` closes both. */
export interface OpenFile extends Store {
  readonly notices: readonly string[];
}

/** Opens a data file with the available driver. */
export async function openFile(
  path: string,
  parts: StoreParts = createStoreParts(),
  by: SqliteDriver = driver(),
): Promise<OpenFile> {
  const { log, notices } = openSqliteFile(path, by);
  try {
    const { store, storedWorlds } = await openOwnership(log, parts, createMachineClock());
    const closeStore = store.close.bind(store);
    const close = async () => {
      await closeStore();
      await storedWorlds?.close();
    };
    return Object.assign(store, { notices, close });
  } catch (cause) {
    await log.close();
    throw toDamagedFileError(path, cause);
  }
}

/** Opens the database of a data file with the default driver. */
export function openFileDatabase(path: string): OpenDatabase {
  return openDatabase(path, driver());
}
