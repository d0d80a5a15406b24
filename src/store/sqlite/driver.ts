/** A prepared statement. Values are bound by position, or by the member names of an object. */
export interface SqliteStatement<Bind extends unknown[] = unknown[], Result = unknown> {
  run(...bound: Bind): unknown;
  get(...bound: Bind): Result | undefined;
  all(...bound: Bind): Result[];
  iterate(...bound: Bind): IterableIterator<Result>;
}

export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare<Bind extends unknown[] = unknown[], Result = unknown>(sql: string): SqliteStatement<Bind, Result>;
  close(): unknown;
}

export interface SqliteDriver {
  readonly name: string;
  open(path: string): SqliteDatabase;
}

/** Returns the first column of a pragma's first row. */
export function readPragma(database: SqliteDatabase, name: string): unknown {
  const row = database.prepare<[], object>(`PRAGMA ${name}`).get();
  return row === undefined ? undefined : Object.values(row)[0];
}

/** Runs `work` in a transaction. @param mode the lock that the transaction takes when it starts */
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

export function rollBack(database: SqliteDatabase): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // SQLite has already rolled back, for example because the disk is full.
  }
}

/** The SQLite result codes with a specific message (https://www.sqlite.org/rescode.html). */
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
 * Returns the code of an SQLite error; empty for any other error. Errors of better-sqlite3 are recognised by name,
 * because a module that was loaded twice throws the error class of its first copy. Errors of node:sqlite have numbers;
 * the lowest eight bits are the code.
 */
export function readErrorCode(thrown: unknown): string {
  const { name, code, errcode }: { name?: unknown; code?: unknown; errcode?: unknown } = Object(thrown);
  if (name === 'SqliteError' && typeof code === 'string') return code;
  if (code !== 'ERR_SQLITE_ERROR' || typeof errcode !== 'number') return '';
  return CODES[errcode & 0xff] ?? 'SQLITE_ERROR';
}
