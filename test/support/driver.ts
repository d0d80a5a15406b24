import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';
import type { SqliteDatabase, SqliteDriver } from '../../src/store/sqlite/driver.ts';
import { loadNodeSqlite } from '../../src/store/sqlite/node-sqlite.ts';

/** Null if it is not installed or not compiled. */
function betterSqlite3(): SqliteDriver | null {
  try {
    const Database: typeof BetterSqlite3 = createRequire(import.meta.url)('better-sqlite3');
    new Database(':memory:').close();
    return { name: 'better-sqlite3', open: (path) => new Database(path) as unknown as SqliteDatabase };
  } catch {
    return null;
  }
}

const { TEST_DRIVER } = process.env;
const isOwn = TEST_DRIVER === 'node:sqlite';
if (TEST_DRIVER !== undefined && !isOwn) throw new Error(`TEST_DRIVER is node:sqlite or nothing, not ${TEST_DRIVER}`);
if (isOwn && loadNodeSqlite() === null) throw new Error(`Node ${process.versions.node} has no node:sqlite`);

const found = (isOwn ? null : betterSqlite3()) ?? loadNodeSqlite();

/** Hides better-sqlite3 from a process, as if it were not installed. */
const HIDING = `import { registerHooks } from 'node:module';
const isHidden = (name) => /^better-sqlite3(?:$|[/])/.test(name);
const resolve = (name, context, next) => {
  if (isHidden(name)) throw Object.assign(new Error(name + ' is hidden'), { code: 'ERR_MODULE_NOT_FOUND' });
  return next(name, context);
};
registerHooks({ resolve });`;

/** Node options that give a server the driver of the tests. Not a file, because other users could not read it. */
export const DRIVER_FLAGS: readonly string[] = isOwn
  ? ['--import', `data:text/javascript,${encodeURIComponent(HIDING)}`]
  : [];

/** Whether there is a driver for data files. Without one, tests of files are skipped. */
export const hasDriver = found !== null;

/** Returns the driver for data files. */
export function driver(): SqliteDriver {
  if (found === null) throw new Error('no driver for data files is installed');
  return found;
}
