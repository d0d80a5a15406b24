/** A statement of a database. Values are bound by their places, or by the names of one object's members. */
export interface SqliteStatement<Bind extends unknown[] = unknown[], Result = unknown> {
  run(...bound: Bind): unknown;
  get(...bound: Bind): Result | undefined;
  all(...bound: Bind): Result[];
}

/** A database, as far as drivers have it in common. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare<Bind extends unknown[] = unknown[], Result = unknown>(sql: string): SqliteStatement<Bind, Result>;
  close(): unknown;
}

/** Opens databases. */
export interface SqliteDriver {
  /** The module that it is: `better-sqlite3`, `node:sqlite`. */
  readonly name: string;
  /** @param path of a file, or `:memory:` */
  open(path: string): SqliteDatabase;
}

/** The first column of the first row that a pragma returns. */
export function pragma(database: SqliteDatabase, name: string): unknown {
  const row = database.prepare<[], object>(`PRAGMA ${name}`).get();
  return row === undefined ? undefined : Object.values(row)[0];
}

/** Does `work` completely or not at all. @param mode who may use the database meanwhile */
export function inTransaction(database: SqliteDatabase, mode: 'IMMEDIATE' | 'EXCLUSIVE', work: () => void): void {
  database.exec(`BEGIN ${mode}`);
  try {
    work();
    database.exec('COMMIT');
  } catch (cause) {
    rollBack(database);
    throw cause;
  }
}

function rollBack(database: SqliteDatabase): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // SQLite did so by itself, as it does when a disk is full.
  }
}

/** The codes of SQLite that we tell apart (https://www.sqlite.org/rescode.html). */
const CODES: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  26: 'SQLITE_NOTADB',
};

/**
 * The code of an SQLite error; empty for anything else. better-sqlite3 uses the error class that it was given first in
 * this process, which is another copy's if the module was loaded twice: so errors are recognised by name. node:sqlite
 * tells numbers, whose last eight bits are the code.
 */
export function codeOf(thrown: unknown): string {
  const { name, code, errcode }: { name?: unknown; code?: unknown; errcode?: unknown } = Object(thrown);
  if (name === 'SqliteError' && typeof code === 'string') return code;
  if (code !== 'ERR_SQLITE_ERROR' || typeof errcode !== 'number') return '';
  return CODES[errcode & 0xff] ?? 'SQLITE_ERROR';
}
