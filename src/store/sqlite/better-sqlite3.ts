import Database from 'better-sqlite3';
import type { SqliteDatabase, SqliteDriver } from './driver.ts';

/** `open` throws the module's errors, for example if the binary is missing or doesn't fit this Node. */
export const BETTER_SQLITE3: SqliteDriver = {
  name: 'better-sqlite3',
  // The type of parameters in the module is conditional, and the compiler cannot resolve it for our generic parameter.
  open: (path) => new Database(path) as unknown as SqliteDatabase,
};
