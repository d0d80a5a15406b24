import type { Database, Statement, Transaction } from 'better-sqlite3';
import type { Connection } from './connection.ts';

/** What a statement returns for each row: an object, its first column, or all columns as a list. */
type Form = 'objects' | 'pluck' | 'raw';

/** A statement that is prepared when it is first run, and again if its database was released meanwhile. */
export class Prepared<Bind extends unknown[] = unknown[], Result = unknown> {
  readonly #connection: Connection;
  readonly #sql: string;
  #form: Form = 'objects';
  #last: { readonly statement: Statement<Bind, Result>; readonly database: Database } | null = null;

  constructor(connection: Connection, sql: string) {
    this.#connection = connection;
    this.#sql = sql;
  }

  /** Returns the first column of each row from now on. */
  pluck(): this {
    this.#form = 'pluck';
    return this;
  }

  /** Returns each row as the list of its columns from now on. */
  raw(): this {
    this.#form = 'raw';
    return this;
  }

  get(...bound: Bind): Result | undefined {
    return this.#ready().get(...bound);
  }

  all(...bound: Bind): Result[] {
    return this.#ready().all(...bound);
  }

  run(...bound: Bind): { readonly changes: number } {
    return this.#ready().run(...bound);
  }

  #ready(): Statement<Bind, Result> {
    const database = this.#connection.use();
    if (this.#last?.database === database) return this.#last.statement;
    // The driver's type for a list of parameters depends on a condition that is not decided here.
    const statement = database.prepare<Bind, Result>(this.#sql) as Statement<Bind, Result>;
    if (this.#form !== 'objects') statement[this.#form]();
    this.#last = { statement, database };
    return statement;
  }
}

/**
 * The statements of a database, each prepared when it is first used: a world uses few of them, and preparing the rest
 * would take longer, and hold more memory, than the world itself.
 */
export class Statements {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The database itself, which may be a different one next time. */
  get database(): Database {
    return this.#connection.use();
  }

  prepare<Bind extends unknown[] = unknown[], Result = unknown>(sql: string): Prepared<Bind, Result> {
    return new Prepared(this.#connection, sql);
  }

  /** Does `work` completely or not at all; nobody else writes meanwhile. */
  transaction<Given extends unknown[], Result>(work: (...given: Given) => Result): (...given: Given) => Result {
    let made: Transaction<(...given: Given) => Result> | undefined;
    let of: Database | null = null;
    return (...given) => {
      const { database } = this;
      if (made === undefined || of !== database) made = database.transaction(work);
      of = database;
      return made.immediate(...given);
    };
  }
}
