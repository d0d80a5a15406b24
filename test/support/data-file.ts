import { createMachineClock } from '../../src/lib/clock.ts';
import { DEFAULT_WORLD } from '../../src/lib/world-id.ts';
import type { Store } from '../../src/store/index.ts';
import type { SqliteDriver } from '../../src/store/sqlite/driver.ts';
import { SqliteLog } from '../../src/store/sqlite/log.ts';
import { type OpenDatabase, openDatabase } from '../../src/store/sqlite/open.ts';
import { StoredWorlds } from '../../src/store/stored-worlds.ts';
import { driver } from './driver.ts';
import { createMemory } from './records.ts';

/** A store in a data file. */
export type OpenFile = Store & { readonly close: () => Promise<void> };

/** Opens the default world of a data file with the available driver. */
export async function openFile(path: string, by: SqliteDriver = driver()): Promise<OpenFile> {
  const log = new SqliteLog(path, by);
  try {
    const storage = await StoredWorlds.read(log, createMemory(), createMachineClock());
    return Object.assign(storage.open(DEFAULT_WORLD), { close: () => storage.close() });
  } catch (cause) {
    await log.close();
    throw cause;
  }
}

/** Opens the database of a data file with the default driver. */
export function openFileDatabase(path: string): OpenDatabase {
  return openDatabase(path, driver());
}
