import type * as Postgres from 'pg';
import { Availability } from './availability.ts';
import type { Location } from './location.ts';
import { Pool, type Transaction } from './pool.ts';

/** How long a statement may take, including the wait for a free connection and its opening, in milliseconds. */
const DEADLINE_MS = 800;
/** The same until the server has started: processes that start at the same moment wait for the one that fills the tables. */
const START_MS = 10_000;

const CONNECTIONS = 8;
/** Connections for `alone`. */
const WAITING = 2;
/** Keeps locks apart from the locks of other programs in the same database. */
const LOCK_SEED = 6625;

/** The store's connection to a database. A statement that takes longer than 800 ms has failed; during the start, 10 s. */
export interface Connection extends Transaction {
  /** The database has stopped answering: every call except `probe` fails at once. */
  readonly isSilent: boolean;
  /** Why the database refused the latest change; null if it accepted it. */
  readonly takesNothing: string | null;
  /** Records whether the database is read-only, as a read has returned it. */
  heardReadOnly(isReadOnly: boolean): void;
  /** Like `query`, but also tries a database that has stopped answering. @throws Unreachable */
  probe<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs one statement that makes a change, in a transaction of its own. @throws Unreachable, OutcomeUnknown */
  change(text: string, values?: readonly unknown[]): Promise<void>;
  /**
   * Runs `work` in one transaction, and repeats it if PostgreSQL reports a conflict that a repetition resolves.
   *
   * @param work must have no other effects
   * @param limit how long each statement may take, in milliseconds, if longer than usual
   * @throws Unreachable, OutcomeUnknown
   */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>, limit?: number): Promise<Result>;
  /**
   * Runs `work` under a lock of this name, which only one process holds at a time. `work` may use the connection.
   *
   * @throws Unreachable if other processes hold the lock for too long
   */
  alone<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
  /** Called when the server has started. */
  started(): void;
  close(): Promise<void>;
}

/** A connection or a transaction, for code that only reads. */
export type Reader = Pick<Connection, 'query'>;

/**
 * @param pg the driver, which is loaded only for a database
 * @param deadline how long a statement may take, in milliseconds, once the server has started
 */
export function connectionTo(pg: typeof Postgres, location: Location, deadline = DEADLINE_MS): Connection {
  const availability = new Availability();
  const parts = { pg, location, availability, deadline: Math.max(deadline, START_MS) };
  const pool = new Pool(parts, CONNECTIONS);
  // A call that waits for a lock occupies a connection, which the holder of the lock may need.
  const waiting = new Pool(parts, WAITING);
  return {
    get isSilent() {
      return availability.isSilent;
    },
    get takesNothing() {
      return availability.takesNothing;
    },
    heardReadOnly: (isReadOnly) => availability.recordReadOnly(isReadOnly),
    query: (text, values) => pool.query(text, values),
    probe: async (text, values) => {
      if (availability.isToBeAsked()) await tryToWrite(pool, availability, location);
      return pool.query(text, values, true);
    },
    change: (text, values) => pool.change(text, values),
    transaction: (work, limit) => pool.transaction(work, limit),
    alone: (name, work) =>
      waiting.transaction(async (transaction) => {
        await transaction.query('SELECT pg_advisory_xact_lock(hashtextextended($1, $2))', [name, LOCK_SEED]);
        return work();
      }),
    started: () => {
      for (const one of [pool, waiting]) one.limit(deadline);
    },
    close: async () => {
      await pool.close();
      await waiting.close();
    },
  };
}

/** Rolls back the attempt to write. */
class Undone extends Error {}

/** Writes more than fits into an existing page, and rolls it back. */
async function tryToWrite(pool: Pool, availability: Availability, { schema }: Location): Promise<void> {
  const write = `INSERT INTO ${schema}.objects (world, collection, id, owner, aliases, labels, shared, body, revision)
    SELECT '', 'room', gen_random_uuid(), '', '{}', '{}', '{}', string_agg(gen_random_uuid()::text, ''), 0 FROM generate_series(1, 1000)`;
  const tried = pool.transaction(async (transaction) => {
    await transaction.query(write);
    availability.recordChange();
    throw new Undone();
  });
  // The pool has recorded a refusal already.
  await tried.catch(() => {});
}
