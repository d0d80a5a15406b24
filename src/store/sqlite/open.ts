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

/** How long SQLite waits for another process's lock before the file counts as in use, in milliseconds. */
const BUSY_TIMEOUT_MS = 200;

/** Larger files are checked only if the last process left a log, because checking would make every start slow. */
const MAX_CHECKED_BYTES = 4 * 1024 * 1024;

const DISK_FULL_CODES: readonly string[] = ['ENOSPC', 'EDQUOT'];
const NOT_WRITABLE_CODES: readonly string[] = ['EACCES', 'EPERM', 'EROFS'];

/**
 * The files open in this process, by device and inode. Closing a file ends all locks of the process on it (POSIX
 * fcntl), so reading the header of a file that is already open would let another server open it.
 */
const OPEN_FILES = processWide('open-files.1', () => new Map<object, string>());

export interface OpenDatabase {
  readonly database: SqliteDatabase;
  readonly file: DataFile;
}

/**
 * Opens or creates a data file. Leaves an unusable file unchanged: the header is first read as plain bytes, because
 * SQLite may change another program's file even when it only reads.
 * @throws UserError with a remedy
 */
export function openDatabase(path: string, driver: SqliteDriver): OpenDatabase {
  const exists = existsSync(path);
  if (!exists) createParentFolder(path);
  try {
    // Readable only by its owner, because it contains secrets. SQLite gives the log the same mode.
    if (!exists) closeSync(openSync(path, 'a', 0o600));
    // SQLite keeps the log next to the real file, not next to a link.
    const realPath = exists ? realpathSync(path) : path;
    const hasLogFile = ['-wal', '-journal'].some(
      (end) => (statSync(realPath + end, { throwIfNoEntry: false })?.size ?? 0) > 0,
    );
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
  if (hasLogFile || statSync(path).size <= MAX_CHECKED_BYTES) {
    const [health = ''] = String(readPragma(database, 'quick_check(1)')).split('\n');
    if (health !== 'ok')
      throw new UserError(`--data ${path} is damaged (${health}). The file was not changed; use another one.`);
  }
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

export function closeDatabase(database: SqliteDatabase): void {
  database.close();
  OPEN_FILES.delete(database);
}

function createInUseError(path: string, cause?: unknown): UserError {
  const message = `--data ${path} is in use by another server. Stop that server, use it instead, or use another file.`;
  return new UserError(message, { cause });
}

/** @param hasLogFile skips the size check, because the log contains part of the database @throws UserError */
function assertUsableFile(path: string, hasLogFile: boolean): void {
  const stats = statSync(path);
  if ([...OPEN_FILES.values()].includes(fileIdentityOf(stats))) throw createInUseError(path);
  if (stats.isDirectory()) throw new UserError(`--data ${path} is a directory. Use the path of a file.`);
  if (!stats.isFile()) throw new UserError(`--data ${path} is not a regular file. Use a regular file.`);
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (cause) {
    const message = `--data ${path} cannot be read and written${describeOwner(path)}. Change its permissions, or use another file.`;
    throw new UserError(message, { cause });
  }
  const header = readHeader(path);
  if (header.length === 0) return;
  const problem = checkHeader(header, hasLogFile ? null : stats.size);
  if (problem !== null) throw new UserError(`--data ${path} ${problem}`);
}

function createParentFolder(path: string): void {
  try {
    createFolders(dirname(resolve(path)));
  } catch (cause) {
    const message = `The folder of --data ${path} cannot be created${describeOwner(dirname(path))}. Use a writable path.`;
    throw new UserError(message, { cause });
  }
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

function toUserError(path: string, cause: unknown): UserError {
  const code = readErrorCode(cause);
  const { code: systemCode }: { code?: unknown } = Object(cause);
  const isSystemError = (codes: readonly string[]) => typeof systemCode === 'string' && codes.includes(systemCode);
  const reason = messageOf(cause);
  if (code.startsWith('SQLITE_BUSY')) return createInUseError(path, cause);
  if (/^SQLITE_(?:READONLY|CANTOPEN)/.test(code) || isSystemError(NOT_WRITABLE_CODES)) {
    const message = `--data ${path} cannot be opened for writing: ${reason}${describeOwner(dirname(path))}. Change the permissions of its folder, or use another file.`;
    return new UserError(message, { cause });
  }
  if (code === 'SQLITE_FULL' || isSystemError(DISK_FULL_CODES)) {
    const message = `The disk of --data ${path} is full. Free some space, or use a file on another disk.`;
    return new UserError(message, { cause });
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT') || reason.startsWith('no such table')) {
    return new UserError(`--data ${path} is damaged: ${reason}. The file was not changed; use another one.`, { cause });
  }
  return new UserError(`--data ${path} cannot be used: ${reason}. Use another file.`, { cause });
}

/** Creates folders one by one, because Node's recursive `mkdir` hangs where folders cannot be created, as in /proc. */
function createFolders(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  if (dirname(path) !== path) createFolders(dirname(path));
  mkdirSync(path);
}

/** Returns this process's user and the owner of a path, or of the nearest folder, for errors in containers. */
function describeOwner(path: string): string {
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

/** The application id of our files: "NVA1" (https://www.sqlite.org/fileformat.html, offset 68). */
const APPLICATION_ID = 0x4e564131;

const HEADER_BYTES = 100;

const MAGIC = 'SQLite format 3\0';
const PAGE_SIZE_AT = 16;
const PAGE_COUNT_AT = 28;
const USER_VERSION_AT = 60;
const APPLICATION_ID_AT = 68;

/** Explains why the file cannot be used, or null. @param size in bytes; null if the log contains a part of it */
function checkHeader(header: Buffer, size: number | null): string | null {
  const advice = 'The file was not changed; use another one.';
  if (header.length < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    return `is not an SQLite database, or is damaged. ${advice}`;
  }
  const program = header.readUInt32BE(APPLICATION_ID_AT);
  if (program !== APPLICATION_ID) return `is the database of another program. ${advice}`;
  // A page size of 1 means 65536.
  const pageSize = header.readUInt16BE(PAGE_SIZE_AT) === 1 ? 65_536 : header.readUInt16BE(PAGE_SIZE_AT);
  if (size !== null && size < pageSize * header.readUInt32BE(PAGE_COUNT_AT)) {
    return `is damaged: its end is missing. ${advice}`;
  }
  const version = header.readUInt32BE(USER_VERSION_AT);
  if (version === SCHEMA_VERSION) return null;
  return `was written by another version of nv-auth-mock (schema ${version}; this version reads ${SCHEMA_VERSION}). Use that version, or rename or delete the file.`;
}

/** The version of the tables (`user_version`). Files with another version are rejected. */
export const SCHEMA_VERSION = 5;

/** The statements that create the tables. Indexes are built in memory. Times are milliseconds since 1970. */
export const CREATE_STATEMENTS = `
-- The latest time at which a process wrote, by the clock of that process.
CREATE TABLE store (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  at   INTEGER NOT NULL
) STRICT;
INSERT INTO store VALUES (1, 0);
-- The initial rows of each world: JSON arrays with a line for each collection, compressed (RFC 1951) like every BLOB.
CREATE TABLE world_parts (
  world TEXT NOT NULL,
  part  INTEGER NOT NULL,
  rows  BLOB NOT NULL,
  PRIMARY KEY (world, part)
) STRICT;
-- Rows added or replaced since, as JSON. NULL marks an initial row as removed.
CREATE TABLE objects (
  world      TEXT NOT NULL,
  collection TEXT NOT NULL,
  id         TEXT NOT NULL,
  row        TEXT,
  PRIMARY KEY (world, collection, id)
) STRICT;
-- When rows were last used, if that is later than in the initial state.
CREATE TABLE uses (
  world      TEXT NOT NULL,
  collection TEXT NOT NULL,
  id         TEXT NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (world, collection, id)
) STRICT;
-- How each world was created and its seed (empty for the default world), and its faults, among others. Snapshots end with their world.
CREATE TABLE worlds (
  name       TEXT PRIMARY KEY,
  made       BLOB NOT NULL,
  seed       BLOB NOT NULL,
  ttl        INTEGER,
  created_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL,
  state      TEXT NOT NULL
) STRICT;
INSERT INTO worlds VALUES ('default', x'', x'', NULL, 0, 0, '');
CREATE TABLE snapshots (
  place INTEGER PRIMARY KEY,
  id    TEXT NOT NULL UNIQUE,
  name  TEXT,
  world TEXT NOT NULL,
  at    INTEGER NOT NULL,
  size  INTEGER NOT NULL
) STRICT;
-- The rows of snapshots.
CREATE TABLE snapshot_parts (
  snapshot TEXT NOT NULL,
  part     INTEGER NOT NULL,
  rows     BLOB NOT NULL,
  PRIMARY KEY (snapshot, part)
) STRICT;
`;
