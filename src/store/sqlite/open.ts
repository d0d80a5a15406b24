import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { Unusable } from '../../core/unusable.ts';
import { MIGRATIONS } from './migrations.ts';

/** Marks a file as ours: "NVAM" (https://www.sqlite.org/fileformat.html, offset 68). */
const APPLICATION_ID = 0x4e56414d;
const HEADER_BYTES = 100;
const HEADER_MAGIC = 'SQLite format 3\0';
const USER_VERSION_AT = 60;
const APPLICATION_ID_AT = 68;

/** Where the header keeps the size of a page and the number of pages. */
const PAGE_SIZE_AT = 16;
const PAGE_COUNT_AT = 28;

/** How long another process may hold the file before we say so. */
const BUSY_TIMEOUT_MS = 200;

/** Every page of a file up to this size is looked at on opening; a larger one would make the start slow. */
const CHECKED_BYTES = 4 * 1024 * 1024;

/**
 * The files that this process has open, by device and inode. The one state outside a world, because the operating
 * system has it per process: when a process closes a file, all locks it holds on that file end (POSIX fcntl), so merely
 * looking into a file that is open already would hand it to the next server.
 */
const OPEN_FILES = new Map<Database.Database, string>();

/**
 * Opens a data file of ours, or makes one, and brings its schema up to date. A file that cannot be used is left as it
 * is: its header is read as plain bytes first, because even a look through SQLite changes another program's file.
 *
 * @param path a file, or null for a world in memory
 * @throws Unusable with what to do
 */
export function openDatabase(path: string | null): Database.Database {
  if (path === null) return prepared(new Database(':memory:'), null);
  if (existsSync(path)) inspect(path);
  else makeFolder(path);
  let database: Database.Database | undefined;
  try {
    // In full, because some names have a meaning of their own to SQLite, such as `:memory:`.
    database = new Database(resolve(path), { timeout: BUSY_TIMEOUT_MS });
    prepared(database, path);
    OPEN_FILES.set(database, identityOf(statSync(path)));
    return database;
  } catch (cause) {
    database?.close();
    throw cause instanceof Unusable ? cause : unusable(path, cause);
  }
}

/** Closes it, and lets others have the file. */
export function closeDatabase(database: Database.Database): void {
  database.close();
  OPEN_FILES.delete(database);
}

function identityOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

function inUse(path: string, cause?: unknown): Unusable {
  const message = `--data ${path} is in use by another server. Stop that one, use it, or give this one a file of its own.`;
  return new Unusable(message, { cause });
}

function inspect(path: string): void {
  const stats = statSync(path);
  if ([...OPEN_FILES.values()].includes(identityOf(stats))) throw inUse(path);
  if (stats.isDirectory()) throw new Unusable(`--data ${path} is a directory. Give the path of a file in it.`);
  if (!stats.isFile()) throw new Unusable(`--data ${path} is no ordinary file. Give the path of one.`);
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new Unusable(`--data ${path} cannot be read and written. Change its permissions, or give another file.`, {
      cause,
    });
  }
  const header = headerOf(path);
  if (header.length === 0) return;
  if (header.length < HEADER_BYTES || header.toString('latin1', 0, HEADER_MAGIC.length) !== HEADER_MAGIC) {
    throw new Unusable(
      `--data ${path} is no SQLite database, or it is damaged. It was left as it is; give another file.`,
    );
  }
  if (header.readUInt32BE(APPLICATION_ID_AT) !== APPLICATION_ID) {
    throw new Unusable(`--data ${path} is a database of another program. It was left as it is; give another file.`);
  }
  if (stats.size < pageSizeOf(header) * header.readUInt32BE(PAGE_COUNT_AT)) {
    throw new Unusable(`--data ${path} is damaged: its end is missing. It was left as it is; give another file.`);
  }
  const version = header.readUInt32BE(USER_VERSION_AT);
  if (version > MIGRATIONS.length) {
    throw new Unusable(
      `--data ${path} was written by a newer version of nv-auth-mock (schema ${version}; this one knows ${MIGRATIONS.length}). ` +
        'It was left as it is; use that version, or give another file.',
    );
  }
}

function makeFolder(path: string): void {
  try {
    makeFolders(dirname(resolve(path)));
  } catch (cause) {
    throw new Unusable(`The folder of --data ${path} cannot be made. Give a path that can be written.`, { cause });
  }
}

function headerOf(path: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, 'r');
  try {
    return header.subarray(0, readSync(file, header, 0, HEADER_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

/** A page size of 1 stands for 65536. */
function pageSizeOf(header: Buffer): number {
  const size = header.readUInt16BE(PAGE_SIZE_AT);
  return size === 1 ? 65_536 : size;
}

/** The marks are set before WAL is on and checkpointed after migrating, so that they stand in the header for `inspect`. */
function prepared(database: Database.Database, path: string | null): Database.Database {
  database.pragma('locking_mode = EXCLUSIVE');
  database.pragma('foreign_keys = ON');
  database.pragma('synchronous = NORMAL');
  const version = database.pragma('user_version', { simple: true }) as number;
  if (path !== null) checkPages(database, path);
  if (version < MIGRATIONS.length) migrate(database, version);
  if (path !== null) database.pragma('journal_mode = WAL');
  return database;
}

function checkPages(database: Database.Database, path: string): void {
  if (existsSync(path) && statSync(path).size > CHECKED_BYTES) return;
  const [health] = String(database.pragma('quick_check(1)', { simple: true })).split('\n');
  if (health !== 'ok')
    throw new Unusable(`--data ${path} is damaged (${health}). It was left as it is; give another file.`);
}

function migrate(database: Database.Database, from: number): void {
  database
    .transaction(() => {
      for (const step of MIGRATIONS.slice(from)) database.exec(step);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${MIGRATIONS.length}`);
    })
    .exclusive();
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

function unusable(path: string, cause: unknown): Unusable {
  const code = cause instanceof Database.SqliteError ? cause.code : '';
  if (code.startsWith('SQLITE_BUSY')) return inUse(path, cause);
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) {
    return new Unusable(`--data ${path} cannot be opened for writing. Change its permissions, or give another file.`, {
      cause,
    });
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new Unusable(`--data ${path} is damaged. Give another file.`, { cause });
  }
  const said = cause instanceof Error ? cause.message : String(cause);
  return new Unusable(`--data ${path} cannot be used: ${said}. Give another file.`, { cause });
}

/** One after the other: Node's own way to make several never ends where the system makes none, as below /proc. */
function makeFolders(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  if (dirname(path) !== path) makeFolders(dirname(path));
  mkdirSync(path);
}
