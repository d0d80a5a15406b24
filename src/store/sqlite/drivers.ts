import { Unusable } from '../../core/unusable.ts';
import type { SqliteDriver } from './driver.ts';
import { nodeSqlite } from './node-sqlite.ts';

/** No driver can be loaded. */
export class NoDriver extends Unusable {}

/** How to get the binary if the installer did not: npm if told not to run scripts, pnpm and yarn unless it was approved. */
const REBUILD =
  'Run `npm rebuild better-sqlite3 --ignore-scripts=false`; with pnpm `pnpm approve-builds` (choose better-sqlite3); ' +
  'with yarn `yarn rebuild better-sqlite3`.';
const INSTALL = 'Run `npm install better-sqlite3`.';

/**
 * The driver for data files: better-sqlite3, or the one of Node where that was not installed or has no binary.
 *
 * @param own Node's; null if it has none
 * @throws NoDriver with what to do
 */
export async function loadDriver(own: () => SqliteDriver | null = nodeSqlite): Promise<SqliteDriver> {
  try {
    const { BETTER_SQLITE3 } = await import('./better-sqlite3.ts');
    // The module looks for its binary when it first opens a database.
    BETTER_SQLITE3.open(':memory:').close();
    return BETTER_SQLITE3;
  } catch (cause) {
    const why = faultOf(cause);
    if (why === null) throw cause;
    const driver = own();
    if (driver !== null) return driver;
    const message = `A data file needs better-sqlite3, which ${why.what}, or Node 22.13 or newer. ${why.remedy}`;
    throw new NoDriver(message, { cause });
  }
}

/** Why better-sqlite3 cannot be used; null if something else went wrong. */
export function faultOf(thrown: unknown): { readonly what: string; readonly remedy: string } | null {
  const { code, message, tries }: { code?: unknown; message?: unknown; tries?: unknown } = Object(thrown);
  if (Array.isArray(tries)) {
    return { what: 'was installed without its binary, because its install script did not run', remedy: REBUILD };
  }
  if (code === 'ERR_DLOPEN_FAILED') {
    const said = String(message).split('\n')[0];
    return { what: `has a binary that Node ${process.versions.node} cannot load (${said})`, remedy: REBUILD };
  }
  const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return isMissing ? { what: 'is not installed', remedy: INSTALL } : null;
}
