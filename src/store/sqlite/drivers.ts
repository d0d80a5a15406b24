import { findInstalledManifest } from '../../lib/assets.ts';
import { UserError } from '../../lib/errors.ts';
import type { SqliteDriver } from './driver.ts';
import { loadNodeSqlite } from './node-sqlite.ts';

/** For installations without the binary: npm with `ignore-scripts`, or pnpm and Yarn without approved builds. */
const REBUILD =
  'Run `npm rebuild better-sqlite3 --ignore-scripts=false`; with pnpm `pnpm approve-builds` (choose better-sqlite3); ' +
  'with Yarn set `dependenciesMeta.better-sqlite3.built` to true in package.json, then `yarn rebuild better-sqlite3`.';

/** The last version that supports Node 20. */
const INSTALL =
  'Run `npm install better-sqlite3@12`; with pnpm `pnpm add better-sqlite3@12`; with yarn `yarn add better-sqlite3@12`.';

/** Loads better-sqlite3, or Node's own driver if that is missing or has no binary. @throws UserError with a remedy */
export async function loadDriver(loadNodeDriver: () => SqliteDriver | null = loadNodeSqlite): Promise<SqliteDriver> {
  const tooNew = checkVersion(findInstalledManifest('better-sqlite3') as DriverManifest | null, process.versions.node);
  if (tooNew !== null) return loadNodeDriver() ?? throwNoDriver(tooNew);
  try {
    const { BETTER_SQLITE3 } = await import('./better-sqlite3.ts');
    // The module loads its binary only when it first opens a database.
    BETTER_SQLITE3.open(':memory:').close();
    return BETTER_SQLITE3;
  } catch (cause) {
    const why = findDriverFault(cause);
    if (why === null) throw cause;
    return loadNodeDriver() ?? throwNoDriver(why, cause);
  }
}

interface DriverFault {
  /** Completes a relative clause that starts with "which". */
  readonly what: string;
  readonly remedy: string;
}

function throwNoDriver({ what, remedy }: DriverFault, cause?: unknown): never {
  throw new UserError(`A data file needs better-sqlite3, which ${what}, or Node 22.13 or newer. ${remedy}`, { cause });
}

interface DriverManifest {
  readonly version: string;
  readonly engines?: { readonly node?: string };
}

/** Explains why a driver must not be loaded, or null. One for a newer Node would crash with a segmentation fault. */
export function checkVersion(manifest: DriverManifest | null, node: string): DriverFault | null {
  const [, needed] = /^>=\s*(\d+)/.exec(manifest?.engines?.node ?? '') ?? [];
  if (manifest === null || needed === undefined || Number.parseInt(node, 10) >= Number(needed)) return null;
  return { what: `is installed as ${manifest.version}, which needs Node ${needed} or newer`, remedy: INSTALL };
}

/** Explains why better-sqlite3 cannot be used; null for an unrelated error. */
export function findDriverFault(thrown: unknown): DriverFault | null {
  const { code, message, tries }: { code?: unknown; message?: unknown; tries?: unknown } = Object(thrown);
  if (Array.isArray(tries)) {
    return { what: 'was installed without its binary, because its install script did not run', remedy: REBUILD };
  }
  if (code === 'ERR_DLOPEN_FAILED') {
    const reason = String(message).split('\n')[0];
    return { what: `has a binary that Node ${process.versions.node} cannot load (${reason})`, remedy: REBUILD };
  }
  const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return isMissing ? { what: 'is not installed', remedy: INSTALL } : null;
}
