import { UserError } from '../../diagnostics/user-error.ts';
import { DamagedData } from '../errors.ts';
import { readErrorCode, type SqliteDriver } from './driver.ts';
import { loadDriver } from './drivers.ts';
import { SqliteLog } from './log.ts';
import { openDatabase } from './open.ts';

/** An open data file. */
export interface DataFileLog {
  readonly log: SqliteLog;
  /** The name of the driver. */
  readonly driver: string;
  /** Notices for the user who opens the file. */
  readonly notices: readonly string[];
}

/**
 * Opens a data file. Only one process can use it at a time.
 *
 * @throws UserError if the file cannot be used
 */
export function openSqliteFile(path: string, driver: SqliteDriver): DataFileLog {
  const opened = openDatabase(path, driver);
  return { log: new SqliteLog(opened), driver: driver.name, notices: opened.notices };
}

/** Opens a data file with a suitable driver. @throws UserError if there is none, or if the file cannot be used */
export async function openDataFile(path: string): Promise<DataFileLog> {
  return openSqliteFile(path, await loadDriver());
}

/** Returns a readable error for a damaged file, and any other error unchanged. */
export function toDamagedFileError(path: string, cause: unknown): unknown {
  if (!(cause instanceof DamagedData) && readErrorCode(cause) === '') return cause;
  const reason = cause instanceof Error ? cause.message : cause;
  return new UserError(`--data ${path} is damaged: ${reason}. The file was not changed; use another one.`, { cause });
}
