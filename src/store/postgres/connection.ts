import type * as Postgres from 'pg';
import { Availability } from './availability.ts';
import type { Location } from './location.ts';
import { Pool, type Transaction } from './pool.ts';

/** How long a statement may take, with the wait for a free connection and its opening, in milliseconds. */
const DEADLINE_MS = 800;

const CONNECTIONS = 8;
/** For those who wait until they are alone. */
const WAITING = 2;
/** Makes locks different from those of other programs in the same database. */
const LOCK_SEED = 6625;

/** A database, as the store uses it. Whatever it cannot do within 800 ms has failed. */
export interface Connection extends Transaction {
  /** Is it known that the database does not answer? Then everything but `probe` fails at once. */
  readonly isSilent: boolean;
  /** Why the database takes no changes, as of the latest one; null if it takes them. */
  readonly takesNothing: string | null;
  /** Takes note of whether it is read-only, as a read said. */
  heardReadOnly(isReadOnly: boolean): void;
  /** The same as `query`, whether the database answered before or not. @throws Unreachable */
  probe<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** One statement that changes something and commits itself. @throws Unreachable, OutcomeUnknown */
  change(text: string, values?: readonly unknown[]): Promise<void>;
  /**
   * Everything in one transaction, repeated where PostgreSQL asks for it.
   *
   * @param work must have no other effects
   * @param limit how long each statement may take, in milliseconds, if it is more than for others
   * @throws Unreachable, OutcomeUnknown
   */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>, limit?: number): Promise<Result>;
  /**
   * Does something while no other process does anything alone under the same name. It may use the connection.
   *
   * @throws Unreachable if the others take too long
   */
  alone<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** For what only reads: it does so by itself, or in a transaction. */
export type Reader = Pick<Connection, 'query'>;

/**
 * @param pg the driver, which is loaded only by those who need it
 * @param deadline how long anything may take, in milliseconds
 */
export function connectionTo(pg: typeof Postgres, location: Location, deadline = DEADLINE_MS): Connection {
  const availability = new Availability();
  const parts = { pg, location, availability, deadline };
  const pool = new Pool(parts, CONNECTIONS);
  // A process that waits for others holds a connection meanwhile, and those whom it waits for must not lack it.
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
    close: async () => {
      await pool.close();
      await waiting.close();
    },
  };
}

/** Undoes what was only tried. */
class Undone extends Error {}

/** Writes more than fits into a page that is there already, and undoes it. */
async function tryToWrite(pool: Pool, availability: Availability, { schema }: Location): Promise<void> {
  const write = `INSERT INTO ${schema}.objects (world, collection, id, owner, aliases, labels, shared, body, revision)
    SELECT '', 'room', gen_random_uuid(), '', '{}', '{}', '{}', string_agg(gen_random_uuid()::text, ''), 0 FROM generate_series(1, 1000)`;
  const tried = pool.transaction(async (transaction) => {
    await transaction.query(write);
    availability.recordChange();
    throw new Undone();
  });
  // Why it is not taken is remembered where it is told.
  await tried.catch(() => {});
}
