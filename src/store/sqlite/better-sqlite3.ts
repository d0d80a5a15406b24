import Database from 'better-sqlite3';
import type { SqliteDatabase, SqliteDriver } from './driver.ts';

/** @throws what the module throws if its binary is missing, or cannot be loaded by this Node */
export const BETTER_SQLITE3: SqliteDriver = {
  name: 'better-sqlite3',
  // Its type of a list of parameters depends on a condition that is not decided here.
  open: (path) => new Database(path) as unknown as SqliteDatabase,
};
