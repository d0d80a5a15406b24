import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Unusable } from '../../core/unusable.ts';
import { fileIdentity } from './data-file.ts';
import { codeOf, pragma, type SqliteDatabase, type SqliteDriver } from './driver.ts';
import { migrate } from './migrating.ts';
import { newestOf, type StoreSchema } from './schema.ts';
import { whose } from './whose.ts';

/** A data file of an earlier schema. */
export interface EarlierFile {
  /** The path that the user gave. */
  readonly path: string;
  /** The path of the file itself, if the given path is a link. */
  readonly real: string;
  /** The number of its schema. */
  readonly found: number;
  /** The schema to upgrade to. */
  readonly schema: StoreSchema;
}

/** The error codes for a full disk, and for a folder or a disk without permission to write. */
export const NO_ROOM: readonly string[] = ['ENOSPC', 'EDQUOT'];
export const NOT_WRITABLE: readonly string[] = ['EACCES', 'EPERM', 'EROFS'];

/** The error codes of file systems without hard links. */
const WITHOUT_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'];

/** @throws Unusable if the future name of the old file is taken */
export function checkKeptName({ path, real, found, schema }: EarlierFile): void {
  const kept = keptNameOf(real, found);
  const there = lstatSync(kept, { throwIfNoEntry: false });
  // The name may be a link to the file itself: an earlier start was killed before its last step.
  if (there === undefined || fileIdentity(there) === fileIdentity(statSync(real))) return;
  throw new Unusable(
    `${why(path, found, schema)}, but ${kept}, the name for the old file, exists already. Move that file and start again, ` +
      'or give another file. Nothing was changed.',
  );
}

/**
 * Upgrades a copy of a file with an earlier schema. The copy then replaces the file, and the old file is kept next to
 * it. Whenever the process is killed, the file is complete: either the old or the new one.
 *
 * @param old the file, open and locked. It stays open: another process may have resolved the name before the
 *   replacement, and must not get the lock of the old file, because it would use the log of the new one.
 * @returns the path of the old file
 * @throws Unusable if the file cannot be replaced, for example without room on the disk; other errors are passed on.
 *   The file stays unchanged
 */
export function upgradeFile(old: SqliteDatabase, file: EarlierFile, driver: SqliteDriver): string {
  const { real, found, schema } = file;
  const kept = keptNameOf(real, found);
  const copy = `${real}.schema-${newestOf(schema)}.tmp`;
  // A file without a log can be read by several processes until one of them asks to write.
  old.exec('BEGIN EXCLUSIVE; COMMIT');
  checkKeptName(file);
  let isKept = false;
  try {
    removeDatabase(copy);
    makeLike(copy, statSync(real));
    copyInto(old, copy);
    takeSteps(copy, driver, schema);
    sync(copy);
    keepLogIn(old, real);
    isKept = keepAs(kept, old, real);
    sync(dirname(real));
    renameSync(copy, real);
  } catch (cause) {
    removeDatabase(copy);
    if (isKept) rmSync(kept, { force: true });
    throw faultOf(cause, file);
  }
  sync(dirname(real));
  return kept;
}

/** A database that closes another one after itself. */
export function closingToo(database: SqliteDatabase, other: SqliteDatabase): SqliteDatabase {
  return {
    exec: (sql) => database.exec(sql),
    prepare: <Bind extends unknown[], Result>(sql: string) => database.prepare<Bind, Result>(sql),
    close: () => {
      database.close();
      other.close();
    },
  };
}

function keptNameOf(real: string, found: number): string {
  return `${real}.schema-${found}`;
}

function why(path: string, found: number, schema: StoreSchema): string {
  return `--data ${path} was written by an earlier version (schema ${found}) and must be upgraded to schema ${newestOf(schema)}`;
}

/** Creates an empty file with the owner and the permissions of another file. */
function makeLike(path: string, { mode, uid, gid }: Stats): void {
  closeSync(openSync(path, 'wx', 0o600));
  const made = statSync(path);
  // Only root can change the owner, and only root has a reason to.
  if (process.getuid?.() === 0 && (made.uid !== uid || made.gid !== gid)) chownSync(path, uid, gid);
  chmodSync(path, mode & 0o7777);
}

/** Copies a database, including the content of its log. */
function copyInto(database: SqliteDatabase, path: string): void {
  database.exec(`VACUUM INTO '${path.replaceAll("'", "''")}'`);
}

function takeSteps(path: string, driver: SqliteDriver, schema: StoreSchema): void {
  const database = driver.open(path);
  try {
    // No process reads the copy before it is complete and synced.
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF');
    migrate(database, schema);
  } finally {
    database.close();
  }
}

/** Writes the log into the file and removes the log, because SQLite would use it for the new file. */
function keepLogIn(old: SqliteDatabase, real: string): void {
  const mode = pragma(old, 'journal_mode = DELETE');
  if (mode !== 'delete') throw new Error(`the log cannot be written into the file (mode ${mode})`);
  rmSync(`${real}-shm`, { force: true });
}

/**
 * Gives the old file a second name, so that the path of the data file exists at every moment.
 *
 * @returns whether the second name is new
 */
function keepAs(kept: string, old: SqliteDatabase, real: string): boolean {
  if (lstatSync(kept, { throwIfNoEntry: false }) !== undefined) return false;
  try {
    linkSync(real, kept);
  } catch (cause) {
    if (!WITHOUT_LINKS.includes(systemCodeOf(cause))) throw cause;
    copyAs(kept, old, real);
  }
  return true;
}

function copyAs(kept: string, old: SqliteDatabase, real: string): void {
  try {
    makeLike(kept, statSync(real));
    copyInto(old, kept);
    sync(kept);
  } catch (cause) {
    removeDatabase(kept);
    throw cause;
  }
}

function removeDatabase(path: string): void {
  for (const end of ['', '-journal', '-wal', '-shm']) rmSync(path + end, { force: true });
}

/** Waits until a file, or the names in a folder, would survive a power failure. */
function sync(path: string): void {
  const opened = openSync(path, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

function faultOf(cause: unknown, { path, real, found, schema }: EarlierFile): unknown {
  const codes = [codeOf(cause), systemCodeOf(cause)];
  const begin = why(path, found, schema);
  if (codes.some((code) => code === 'SQLITE_FULL' || NO_ROOM.includes(code))) {
    // A step may copy a table before it drops the original.
    const megabytes = Math.ceil((2 * statSync(real).size) / 1_000_000);
    const remedy = `Make room for ${megabytes} MB, or give a file on another disk. Nothing was changed.`;
    return new Unusable(`${begin}, but its disk has no room for the new file. ${remedy}`, { cause });
  }
  if (codes.some((code) => NOT_WRITABLE.includes(code))) {
    const folder = dirname(real);
    const remedy = 'Change the permissions of that folder, or give another file. Nothing was changed.';
    return new Unusable(`${begin}, but no file can be created in ${folder}${whose(folder)}. ${remedy}`, { cause });
  }
  if (codes.includes('EBUSY')) {
    const remedy = 'Mount its folder instead, or give another file. Nothing was changed.';
    return new Unusable(`${begin}, but cannot be replaced: the file itself is a mount point. ${remedy}`, { cause });
  }
  return cause;
}

/** The code of an error of the system; empty for any other error. */
export function systemCodeOf(cause: unknown): string {
  const { code }: { code?: unknown } = Object(cause);
  return typeof code === 'string' ? code : '';
}
