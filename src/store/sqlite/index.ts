import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Unusable } from '../../core/unusable.ts';
import type { Row } from '../collections.ts';
import type { DriverName } from '../data-option.ts';
import { Damaged } from '../errors.ts';
import type { StoreParts } from '../shared.ts';
import { codeOf, type SqliteDriver } from './driver.ts';
import { loadDriver } from './drivers.ts';
import { SqliteFile } from './file.ts';
import { SqliteLog } from './log.ts';
import { closeDatabase, createSchema, openDatabase } from './open.ts';

export { NoDriver } from './drivers.ts';

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
export async function openDataFile(path: string, shared: StoreParts, driver: DriverName | null): Promise<SqliteFile> {
  return openSqliteFile(path, await loadDriver(driver), shared);
}

/** The error for a damaged file; any other error is returned unchanged. */
export function damagedFile(path: string, cause: unknown): unknown {
  if (!(cause instanceof Damaged) && codeOf(cause) === '') return cause;
  const said = cause instanceof Error ? cause.message : cause;
  return new Unusable(`--data ${path} is damaged: ${said}. It was left as it is; give another file.`, { cause });
}

/** The bytes of a data file with these rows. @param rows oldest first @throws Unusable if there is no driver */
export async function makeDataFile(rows: readonly Row[], driver: DriverName | null): Promise<Uint8Array> {
  return fileOf(rows, await loadDriver(driver));
}

/** Writes a temporary file and reads it, because not every driver can serialize a database. */
function fileOf(rows: readonly Row[], driver: SqliteDriver): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'nv-auth-mock-'));
  try {
    const path = join(folder, 'mock.db');
    const database = driver.open(path);
    try {
      // No other process reads the file before it is complete, so it needs neither a journal nor a sync.
      database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
      createSchema(database);
      const highest = rows.reduce((most, { revision }) => Math.max(most, revision), 1);
      const logged = rows.map((row, index) => ({ row, place: index + 1 }));
      new SqliteLog(database, null, 'default').replace(logged, highest);
    } finally {
      database.close();
    }
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
