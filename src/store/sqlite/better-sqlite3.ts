import Database from 'better-sqlite3';
import type { SqliteDatabase, SqliteDriver } from './driver.ts';

/** `open` throws the errors of the module, such as those for a binary that is missing or not for this Node. */
export const BETTER_SQLITE3: SqliteDriver = {
  name: 'better-sqlite3',
  // The module's type of parameters is a conditional type, which the compiler cannot resolve for our generic one.
  open: (path) => new Database(path) as unknown as SqliteDatabase,
};
