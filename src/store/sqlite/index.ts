import { Unusable } from '../../core/unusable.ts';
import type { Row } from '../collections.ts';
import { Damaged } from '../errors.ts';
import type { Store } from '../index.ts';
import { storeOn } from '../memory.ts';
import { newStoreParts, type StoreParts } from '../shared.ts';
import { WorldRows } from '../world-rows.ts';
import { codeOf, type SqliteDriver } from './driver.ts';
import { loadDriver } from './drivers.ts';
import { fileOf } from './file-of.ts';
import { SqliteLog } from './log.ts';
import { closeDatabase, openDatabase } from './open.ts';

export { NoDriver } from './drivers.ts';

/**
 * The store in a file, which belongs to one process at a time.
 *
 * @throws Unusable if the file cannot be used
 */
export function openSqliteStore(path: string, driver: SqliteDriver, shared: StoreParts = newStoreParts()): Store {
  const { database, file, notices } = openDatabase(path, driver);
  try {
    const log = new SqliteLog(database, file);
    shared.revisions.goOnAbove(log.revision);
    const rows = WorldRows.onLog(log, log.read(), shared.revisions);
    const close = () => {
      try {
        log.flush();
      } finally {
        closeDatabase(database);
      }
    };
    return storeOn(rows, shared, { notices, fault: () => file.fault, close });
  } catch (cause) {
    closeDatabase(database);
    throw cause instanceof Damaged || codeOf(cause) !== '' ? damagedFile(path, cause) : cause;
  }
}

function damagedFile(path: string, cause: unknown): Unusable {
  const message = `--data ${path} is damaged: ${cause instanceof Error ? cause.message : cause}. It was left as it is; give another file.`;
  return new Unusable(message, { cause });
}

/** The store in a file, by the driver that is there. @throws Unusable if there is none, or if the file cannot be used */
export async function openDataFile(path: string, shared: StoreParts): Promise<Store> {
  return openSqliteStore(path, await loadDriver(), shared);
}

/** A data file with these rows, as bytes. @param rows oldest first @throws Unusable if there is no driver */
export async function makeDataFile(rows: readonly Row[]): Promise<Uint8Array> {
  return fileOf(rows, await loadDriver());
}
