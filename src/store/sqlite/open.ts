import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Unusable } from '../../diagnostics/unusable.ts';
import { processWide } from '../../platform/process-wide.ts';
import { DataFile, fileIdentity } from './data-file.ts';
import { codeOf, inTransaction, pragma, type SqliteDatabase, type SqliteDriver } from './driver.ts';
import { APPLICATION_ID, faultOfHeader, HEADER_BYTES } from './header.ts';
import { SCHEMA, SCHEMA_NUMBER } from './schema.ts';
import { logAt } from './wal.ts';
import { whose } from './whose.ts';

/** How long SQLite waits for the lock of another process before the file is reported as in use, in milliseconds. */
const BUSY_TIMEOUT_MS = 200;

/**
 * Files up to this size are checked page by page when they are opened. The check of larger files would slow the start
 * down, so they are checked only if their last process left a log.
 */
const CHECKED_BYTES = 4 * 1024 * 1024;

/** The error codes for a full disk, and for a folder or a disk without permission to write. */
const NO_ROOM: readonly string[] = ['ENOSPC', 'EDQUOT'];
const NOT_WRITABLE: readonly string[] = ['EACCES', 'EPERM', 'EROFS'];

/**
 * The files that this process has open, by device and inode. This is the one piece of state outside a world, because
 * locks belong to the process: when it closes a file, all of its locks on that file end (POSIX fcntl). To read the
 * header of a file that is already open would release the lock and let another server open the file.
 */
const OPEN_FILES = processWide('open-files.1', () => new Map<object, string>());

/** An open database. */
export interface Opened {
  readonly database: SqliteDatabase;
  readonly file: DataFile;
  /** Notices for the person who opens it. */
  readonly notices: readonly string[];
}

/**
 * Opens or creates a data file. A file that cannot be used is left unchanged: its header is first read as plain bytes,
 * because SQLite may change another program's file even when it only reads. The pages are checked after the log of a
 * killed process was recovered.
 *
 * @throws Unusable with a remedy
 */
export function openDatabase(path: string, driver: SqliteDriver): Opened {
  const isThere = existsSync(path);
  if (!isThere) makeFolder(path);
  let database: SqliteDatabase | undefined;
  try {
    if (!isThere) createFile(path);
    // SQLite keeps the log next to the file itself, and not next to a link to the file.
    const real = isThere ? realpathSync(path) : path;
    const logged = hasLog(real);
    if (isThere) inspect(path, logged);
    const { frames, isNoise } = logAt(`${real}-wal`);
    const opened = openAlone(path, driver);
    database = opened;
    if (logged || statSync(path).size <= CHECKED_BYTES) checkPages(opened, path);
    const counted = frames === 0 ? 0 : (checkpoint(opened) ?? frames);
    // Before WAL is enabled, so that `inspect` finds the marks in the header.
    if (pragma(opened, 'user_version') === 0) createSchema(opened);
    opened.exec('PRAGMA journal_mode = WAL');
    OPEN_FILES.set(opened, fileIdentity(statSync(path)));
    return { database: opened, file: fileOf(path, opened), notices: droppedNotices(path, frames - counted, isNoise) };
  } catch (cause) {
    database?.close();
    throw cause instanceof Unusable ? cause : unusable(path, cause);
  }
}

/** Creates the tables of a new database. */
export function createSchema(database: SqliteDatabase): void {
  inTransaction(database, 'EXCLUSIVE', () => {
    database.exec(SCHEMA);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_NUMBER}`);
  });
}

function fileOf(path: string, database: SqliteDatabase): DataFile {
  return new DataFile(path, () => tryToWrite(database));
}

/** The pages that test whether the disk has room: more than a failed write may have left free. */
const TRIED_PAGES = 16;

/** Writes to the log without changing the content. */
function tryToWrite(database: SqliteDatabase): void {
  const version = pragma(database, 'user_version');
  for (let page = 0; page < TRIED_PAGES; page += 1) database.exec(`PRAGMA user_version = ${version}`);
}

/** Did the last process of the file leave a log? */
function hasLog(path: string): boolean {
  return ['-wal', '-journal'].some((end) => (statSync(path + end, { throwIfNoEntry: false })?.size ?? 0) > 0);
}

/** Writes the log into the file. @returns the number of its valid frames; null if the disk has no room for them */
function checkpoint(database: SqliteDatabase): number | null {
  try {
    const result = database.prepare<[], { readonly log: number }>(`PRAGMA wal_checkpoint(PASSIVE)`).get();
    return Math.max(result?.log ?? 0, 0);
  } catch (cause) {
    if (codeOf(cause) === 'SQLITE_FULL') return null;
    throw cause;
  }
}

function droppedNotices(path: string, frames: number, isNoise: boolean): string[] {
  const lost = isNoise
    ? [
        `The log of --data ${path} has content that SQLite did not write, and was dropped from there on. Changes may be lost.`,
      ]
    : [];
  if (frames <= 0) return lost;
  const were = frames === 1 ? 'One page of the log was' : `${frames} pages of the log were`;
  return [
    ...lost,
    `${were} dropped from --data ${path}: they belong to no complete commit. The last process was stopped while it wrote.`,
  ];
}

/** Closes a database, and releases its file for other servers. */
export function closeDatabase(database: SqliteDatabase): void {
  database.close();
  OPEN_FILES.delete(database);
}

function inUse(path: string, cause?: unknown): Unusable {
  const message = `--data ${path} is in use by another server. Stop that server, use it, or give this one another file.`;
  return new Unusable(message, { cause });
}

/** @param logged whether the size must not be checked, because a part of the database is in the log */
function inspect(path: string, logged: boolean): void {
  const stats = statSync(path);
  if ([...OPEN_FILES.values()].includes(fileIdentity(stats))) throw inUse(path);
  if (stats.isDirectory()) throw new Unusable(`--data ${path} is a directory. Give the path of a file in it.`);
  if (!stats.isFile()) throw new Unusable(`--data ${path} is not an ordinary file. Give the path of one.`);
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new Unusable(
      `--data ${path} cannot be read and written${whose(path)}. Change its permissions, or give another file.`,
      {
        cause,
      },
    );
  }
  const header = headerOf(path);
  if (header.length === 0) return;
  const fault = faultOfHeader(header, logged ? null : stats.size);
  if (fault !== null) throw new Unusable(`--data ${path} ${fault}`);
}

function makeFolder(path: string): void {
  try {
    makeFolders(dirname(resolve(path)));
  } catch (cause) {
    throw new Unusable(
      `The folder of --data ${path} cannot be created${whose(dirname(path))}. Give a path that can be written.`,
      { cause },
    );
  }
}

/** Creates the file, which has signing keys and secrets: only its owner can read it. SQLite gives its log the same mode. */
function createFile(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
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

/** Opens a file with an exclusive lock, and recovers the log of a process that was killed. */
function openAlone(path: string, driver: SqliteDriver): SqliteDatabase {
  // The full path, because some names have a special meaning to SQLite, such as `:memory:`.
  const database = driver.open(resolve(path));
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = NORMAL');
    // SQLite recovers a log when it first reads the file.
    pragma(database, 'user_version');
    return database;
  } catch (cause) {
    database.close();
    throw cause;
  }
}

function checkPages(database: SqliteDatabase, path: string): void {
  const [health = ''] = String(pragma(database, 'quick_check(1)')).split('\n');
  if (health !== 'ok')
    throw new Unusable(`--data ${path} is damaged (${health}). It was left as it is; give another file.`);
}

function unusable(path: string, cause: unknown): Unusable {
  const code = codeOf(cause);
  const systemCode = systemCodeOf(cause);
  if (code.startsWith('SQLITE_BUSY')) return inUse(path, cause);
  if (/^SQLITE_(?:READONLY|CANTOPEN)/.test(code) || NOT_WRITABLE.includes(systemCode)) {
    return new Unusable(
      `--data ${path} cannot be opened for writing${whose(dirname(path))}. Change the permissions of its folder, or give another file.`,
      {
        cause,
      },
    );
  }
  if (code === 'SQLITE_FULL' || NO_ROOM.includes(systemCode)) {
    return new Unusable(`The disk of --data ${path} is full. Make room on it, or give a file on another disk.`, {
      cause,
    });
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new Unusable(`--data ${path} is damaged. Give another file.`, { cause });
  }
  const said = cause instanceof Error ? cause.message : String(cause);
  if (said.startsWith('no such table')) {
    return new Unusable(`--data ${path} is damaged: ${said}. It was left as it is; give another file.`, { cause });
  }
  return new Unusable(`--data ${path} cannot be used: ${said}. Give another file.`, { cause });
}

/** The code of an error of the system; empty for any other error. */
function systemCodeOf(cause: unknown): string {
  const { code }: { code?: unknown } = Object(cause);
  return typeof code === 'string' ? code : '';
}

/**
 * Creates folders one by one, because Node's recursive `mkdir` never ends if the system refuses to create any, as below
 * /proc.
 */
function makeFolders(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  if (dirname(path) !== path) makeFolders(dirname(path));
  mkdirSync(path);
}
