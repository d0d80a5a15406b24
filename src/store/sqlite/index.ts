import { Unusable } from '../../core/unusable.ts';
import { Damaged } from '../errors.ts';
import type { StoreParts } from '../shared.ts';
import { codeOf, type SqliteDriver } from './driver.ts';
import { loadDriver } from './drivers.ts';
import { SqliteFile } from './file.ts';
import { closeDatabase, openDatabase } from './open.ts';

/**
 * Opens a data file. Only one process can use it at a time.
 *
 * @throws Unusable if the file cannot be used
 */
export function openSqliteFile(path: string, driver: SqliteDriver, shared: StoreParts): SqliteFile {
  const opened = openDatabase(path, driver);
  try {
    return new SqliteFile(opened, shared, driver.name);
  } catch (cause) {
    closeDatabase(opened.database);
    throw damagedFile(path, cause);
  }
}

/**
 * Opens a data file with a driver that can be loaded. @throws Unusable if there is none, or if the file cannot be used
 */
export async function openDataFile(path: string, shared: StoreParts): Promise<SqliteFile> {
  return openSqliteFile(path, await loadDriver(), shared);
}

/** The error for a damaged file; any other error is returned unchanged. */
export function damagedFile(path: string, cause: unknown): unknown {
  if (!(cause instanceof Damaged) && codeOf(cause) === '') return cause;
  const said = cause instanceof Error ? cause.message : cause;
  return new Unusable(`--data ${path} is damaged: ${said}. It was left as it is; give another file.`, { cause });
}
