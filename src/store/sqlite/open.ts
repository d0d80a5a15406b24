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
import { messageOf, UserError } from '../../lib/errors.ts';
import { processWide } from '../../lib/process-wide.ts';
import { DataFile, fileIdentityOf } from './data-file.ts';
import { inTransaction, readErrorCode, readPragma, type SqliteDatabase, type SqliteDriver } from './driver.ts';
import { APPLICATION_ID, checkHeader, HEADER_BYTES } from './header.ts';
import { CREATE_STATEMENTS, SCHEMA_VERSION } from './schema.ts';

/** How long SQLite waits for another process's lock before the file counts as in use, in milliseconds. */
const BUSY_TIMEOUT_MS = 200;

/**
 * The maximum size of files whose pages are checked on every open. Checking larger files would make the start slow, so
 * they are checked only if the last process left a log.
 */
const MAX_CHECKED_BYTES = 4 * 1024 * 1024;

/** System error codes for a full disk. */
const DISK_FULL_CODES: readonly string[] = ['ENOSPC', 'EDQUOT'];
/** System error codes for a missing permission to write. */
const NOT_WRITABLE_CODES: readonly string[] = ['EACCES', 'EPERM', 'EROFS'];

/**
 * The files open in this process, by device and inode. This is the only state outside a world. Locks belong to the
 * process, and closing a file ends all of its locks on that file (POSIX fcntl). Reading the header of a file that is
 * already open would therefore release the lock, and another server could open the file.
 */
const OPEN_FILES = processWide('open-files.1', () => new Map<object, string>());

export interface OpenDatabase {
  readonly database: SqliteDatabase;
  readonly file: DataFile;
}

/**
 * Opens or creates a data file. Leaves an unusable file unchanged: the header is first read as plain bytes, because
 * SQLite may change another program's file even when it only reads. Pages are checked after recovering the log of a
 * killed process.
 *
 * @throws UserError with a remedy
 */
export function openDatabase(path: string, driver: SqliteDriver): OpenDatabase {
  const exists = existsSync(path);
  if (!exists) createParentFolder(path);
  try {
    if (!exists) createFile(path);
    // SQLite keeps the log next to the real file, not next to a link.
    const realPath = exists ? realpathSync(path) : path;
    const hasLogFile = hasLog(realPath);
    if (exists) assertUsableFile(path, hasLogFile);
    const database = openExclusively(path, driver);
    try {
      return prepareDatabase(path, database, hasLogFile);
    } catch (cause) {
      database.close();
      throw cause;
    }
  } catch (cause) {
    throw cause instanceof UserError ? cause : toUserError(path, cause);
  }
}

/** Checks the pages of a locked database, creates missing tables, and records the file as open. */
function prepareDatabase(path: string, database: SqliteDatabase, hasLogFile: boolean): OpenDatabase {
  if (hasLogFile || statSync(path).size <= MAX_CHECKED_BYTES) assertIntactPages(database, path);
  // Before enabling WAL, so that the marks are in the header of the file itself.
  if (readPragma(database, 'user_version') === 0) createSchema(database);
  database.exec('PRAGMA journal_mode = WAL');
  OPEN_FILES.set(database, fileIdentityOf(statSync(path)));
  return { database, file: new DataFile(path, () => tryToWrite(database)) };
}

export function createSchema(database: SqliteDatabase): void {
  inTransaction(database, 'EXCLUSIVE', () => {
    database.exec(CREATE_STATEMENTS);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

/** How many pages to write when testing for free space: more than a failed write may have left free. */
const TEST_PAGES = 16;

/** Writes to the log without changing the content. */
function tryToWrite(database: SqliteDatabase): void {
  const version = readPragma(database, 'user_version');
  for (let page = 0; page < TEST_PAGES; page += 1) database.exec(`PRAGMA user_version = ${version}`);
}

/** Returns whether the last process left a log. */
function hasLog(path: string): boolean {
  return ['-wal', '-journal'].some((end) => (statSync(path + end, { throwIfNoEntry: false })?.size ?? 0) > 0);
}

/** Closes a database and releases the file for other servers. */
export function closeDatabase(database: SqliteDatabase): void {
  database.close();
  OPEN_FILES.delete(database);
}

function createInUseError(path: string, cause?: unknown): UserError {
  const message = `--data ${path} is in use by another server. Stop that server, use it instead, or use another file.`;
  return new UserError(message, { cause });
}

/**
 * Checks that a file is a database of this program that can be opened.
 *
 * @param hasLogFile skips the size check, because the log contains part of the database
 * @throws UserError if it cannot be opened
 */
function assertUsableFile(path: string, hasLogFile: boolean): void {
  const stats = statSync(path);
  if ([...OPEN_FILES.values()].includes(fileIdentityOf(stats))) throw createInUseError(path);
  if (stats.isDirectory()) throw new UserError(`--data ${path} is a directory. Use the path of a file.`);
  if (!stats.isFile()) throw new UserError(`--data ${path} is not a regular file. Use a regular file.`);
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new UserError(
      `--data ${path} cannot be read and written${describeOwner(path)}. Change its permissions, or use another file.`,
      {
        cause,
      },
    );
  }
  const header = readHeader(path);
  if (header.length === 0) return;
  const problem = checkHeader(header, hasLogFile ? null : stats.size);
  if (problem !== null) throw new UserError(`--data ${path} ${problem}`);
}

/** Creates the folder of a file. @throws UserError if that fails */
function createParentFolder(path: string): void {
  try {
    createFolders(dirname(resolve(path)));
  } catch (cause) {
    throw new UserError(
      `The folder of --data ${path} cannot be created${describeOwner(dirname(path))}. Use a writable path.`,
      {
        cause,
      },
    );
  }
}

/** Creates the file, readable only by its owner because it contains secrets. SQLite gives the log the same mode. */
function createFile(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
}

function readHeader(path: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, 'r');
  try {
    return header.subarray(0, readSync(file, header, 0, HEADER_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

/** Opens a file with an exclusive lock, and recovers the log of a killed process. */
function openExclusively(path: string, driver: SqliteDriver): SqliteDatabase {
  // An absolute path, because SQLite has special names such as `:memory:`.
  const database = driver.open(resolve(path));
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = NORMAL');
    // The first read makes SQLite recover the log.
    readPragma(database, 'user_version');
    return database;
  } catch (cause) {
    database.close();
    throw cause;
  }
}

/** Checks the pages of a database. @throws UserError if one is damaged */
function assertIntactPages(database: SqliteDatabase, path: string): void {
  const [health = ''] = String(readPragma(database, 'quick_check(1)')).split('\n');
  if (health !== 'ok')
    throw new UserError(`--data ${path} is damaged (${health}). The file was not changed; use another one.`);
}

function toUserError(path: string, cause: unknown): UserError {
  const code = readErrorCode(cause);
  const systemCode = systemErrorCode(cause);
  const reason = messageOf(cause);
  if (code.startsWith('SQLITE_BUSY')) return createInUseError(path, cause);
  if (/^SQLITE_(?:READONLY|CANTOPEN)/.test(code) || NOT_WRITABLE_CODES.includes(systemCode)) {
    const message = `--data ${path} cannot be opened for writing: ${reason}${describeOwner(dirname(path))}. Change the permissions of its folder, or use another file.`;
    return new UserError(message, { cause });
  }
  if (code === 'SQLITE_FULL' || DISK_FULL_CODES.includes(systemCode)) {
    const message = `The disk of --data ${path} is full. Free some space, or use a file on another disk.`;
    return new UserError(message, { cause });
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT') || reason.startsWith('no such table')) {
    return new UserError(`--data ${path} is damaged: ${reason}. The file was not changed; use another one.`, { cause });
  }
  return new UserError(`--data ${path} cannot be used: ${reason}. Use another file.`, { cause });
}

/** Returns the code of a system error; empty for any other error. */
function systemErrorCode(cause: unknown): string {
  const { code }: { code?: unknown } = Object(cause);
  return typeof code === 'string' ? code : '';
}

/** Creates folders one by one, because Node's recursive `mkdir` hangs where folders cannot be created, as in /proc. */
function createFolders(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  if (dirname(path) !== path) createFolders(dirname(path));
  mkdirSync(path);
}

/**
 * Returns the user of this process and the owner of a path, which make permission errors understandable in a container.
 * If the path cannot be examined, uses the nearest folder above it. Empty if the system has no uids.
 */
export function describeOwner(path: string): string {
  const uid = process.getuid?.();
  if (uid === undefined) return '';
  const { shown, stats } = findNearestVisible(resolve(path));
  const mode = (stats.mode & 0o7777).toString(8).padStart(3, '0');
  return ` (this process has uid ${uid}; ${shown} belongs to uid ${stats.uid}, mode ${mode})`;
}

function findNearestVisible(path: string) {
  try {
    return { shown: path, stats: statSync(path) };
  } catch (cause) {
    if (path === dirname(path)) throw cause;
    return findNearestVisible(dirname(path));
  }
}
