import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';
import type { SqliteDatabase, SqliteDriver } from '../../src/store/sqlite/driver.ts';
import { nodeSqlite } from '../../src/store/sqlite/node-sqlite.ts';

/** Null where it was not installed, or not compiled. */
function betterSqlite3(): SqliteDriver | null {
  try {
    const Database: typeof BetterSqlite3 = createRequire(import.meta.url)('better-sqlite3');
    new Database(':memory:').close();
    return { name: 'better-sqlite3', open: (path) => new Database(path) as unknown as SqliteDatabase };
  } catch {
    return null;
  }
}

const found = betterSqlite3() ?? nodeSqlite();

/** Is there a driver for data files? Where there is none, tests of files are skipped. */
export const hasDriver = found !== null;

/** What opens data files. */
export function driver(): SqliteDriver {
  if (found === null) throw new Error('no driver for data files is installed');
  return found;
}
