import Database from 'better-sqlite3';
import { Unusable } from '../../core/unusable.ts';

/** How the binary is made where an installer did not: npm asked not to run scripts, pnpm and yarn unless it was approved. */
const REMEDY =
  'Run `npm rebuild better-sqlite3 --ignore-scripts=false`; with pnpm `pnpm approve-builds` (choose better-sqlite3); ' +
  'with yarn `yarn rebuild better-sqlite3`.';

/**
 * Opens a database: the file of a name, or a copy in memory of one that is given as its bytes. The native module looks for
 * its binary when it is first asked to open one.
 *
 * @throws Unusable when the binary is not there, or is none that this Node can load
 */
export function connect(source: string | Buffer, options: Database.Options = {}): Database.Database {
  try {
    return new Database(source, options);
  } catch (cause) {
    const why = faultOfBinary(cause);
    if (why === null) throw cause;
    throw new Unusable(`better-sqlite3, which keeps the state, ${why}. ${REMEDY}`, { cause });
  }
}

/**
 * The code of an error of SQLite; empty for anything else. The native module makes all its errors of the class that it was
 * given first in this process, which is another copy's where the module was loaded twice: so they are told by their name.
 */
export function codeOf(thrown: unknown): string {
  const { name, code }: { name?: unknown; code?: unknown } = Object(thrown);
  return name === 'SqliteError' && typeof code === 'string' ? code : '';
}

function faultOfBinary(thrown: unknown): string | null {
  const { code, message, tries }: { code?: unknown; message?: unknown; tries?: unknown } = Object(thrown);
  if (Array.isArray(tries)) return 'was installed without its binary, because its install script did not run';
  if (code !== 'ERR_DLOPEN_FAILED') return null;
  return `has a binary that Node ${process.versions.node} cannot load (${String(message).split('\n')[0]})`;
}
