import Database from 'better-sqlite3';
import { Unusable } from '../../core/unusable.ts';

/**
 * How to get the binary if the installer did not: npm if told not to run scripts, pnpm and yarn unless the script was
 * approved.
 */
const REMEDY =
  'Run `npm rebuild better-sqlite3 --ignore-scripts=false`; with pnpm `pnpm approve-builds` (choose better-sqlite3); ' +
  'with yarn `yarn rebuild better-sqlite3`.';

/**
 * Opens a database: a file by name, or `:memory:`. The native module looks for its binary
 * when it first opens one.
 *
 * @throws Unusable if the binary is missing, or cannot be loaded by this Node
 */
export function connectDatabase(source: string, options: Database.Options = {}): Database.Database {
  try {
    return new Database(source, options);
  } catch (cause) {
    const why = faultOfBinary(cause);
    if (why === null) throw cause;
    throw new Unusable(`better-sqlite3, which keeps the state, ${why}. ${REMEDY}`, { cause });
  }
}

/**
 * The code of an SQLite error; empty for anything else. The native module uses the error class that it was given first
 * in this process, which is another copy's if the module was loaded twice: so errors are recognised by name.
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
