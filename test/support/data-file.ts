import type { Store } from '../../src/store/index.ts';
import { newStoreParts, type StoreParts } from '../../src/store/shared.ts';
import type { SqliteDriver } from '../../src/store/sqlite/driver.ts';
import { damagedFile, openSqliteFile } from '../../src/store/sqlite/index.ts';
import { type Opened, openDatabase } from '../../src/store/sqlite/open.ts';
import { driver } from './driver.ts';

/** The store of a data file, by the driver that is there. */
export function openFile(path: string, shared: StoreParts = newStoreParts(), by: SqliteDriver = driver()): Store {
  const file = openSqliteFile(path, by, shared);
  try {
    const store = file.open('default');
    const closeStore = store.close.bind(store);
    const close = async () => {
      try {
        await closeStore();
      } finally {
        file.close();
      }
    };
    return Object.assign(store, { notices: file.notices, close });
  } catch (cause) {
    file.close();
    throw damagedFile(path, cause);
  }
}

/** The database of a data file, by the usual driver. */
export function openFileDatabase(path: string): Opened {
  return openDatabase(path, driver());
}
