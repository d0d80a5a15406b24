import type * as Postgres from 'pg';
import { stopwatch } from '../../core/clock.ts';
import { setImmediate } from '../../machine/time.ts';
import { OutcomeUnknown, TakesNothing, Unreachable } from '../errors.ts';
import type { Location } from './location.ts';

/** How long a statement may take, with the wait for a free connection and its opening, in milliseconds. */
const DEADLINE_MS = 800;
/** The server gives up a little earlier, so that a statement that is just slow does not cost its connection. */
const STATEMENT_SHARE = 0.9;
/**
 * If something was not answered, and nothing else for so long either, whatever is asked next fails at once: whoever does
 * several things one after the other, or waits for somebody who does, is not to wait for each.
 */
const SILENCE_MS = 300;
/** How long a transaction may wait for its next statement, in deadlines. */
const IDLE_DEADLINES = 4;

const CONNECTIONS = 8;
/** For those who wait until they are alone. */
const WAITING = 2;
/** Makes locks different from those of other programs in the same database. */
const LOCK_SEED = 6625;

/** How often a transaction is tried that PostgreSQL asks to repeat. */
const MOST_TRIES = 5;
/** Serialization failure, deadlock: everything was undone. */
const REPEATABLE: ReadonlySet<string> = new Set(['40001', '40P01']);
/** It gave up because of `statement_timeout`, or was told to, and has done nothing. */
const CANCELLED = '57014';
/** It answers, and takes no changes: why, in words that follow "the database". */
const TAKES_NOTHING: ReadonlyMap<string, string> = new Map([
  ['25006', 'is read-only, as after a failover'],
  ['53100', 'has no room: its disk is full'],
  ['58030', 'cannot write to its disk'],
]);
/** Not to be asked with each request whether there is room again. */
const ASK_AGAIN_MS = 500;
/** It refuses the connection, or ends it: full, shutting down, starting up, lost to a crash of another process. */
const UNREACHABLE = /^(?:08|53300|57P0)/;

/** Statements of one transaction. */
export interface Transaction {
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** A database, as the store uses it. Whatever it cannot do within 800 ms has failed. */
export interface Connection extends Transaction {
  /** Is it known that the database does not answer? Then everything but `look` fails at once. */
  readonly isSilent: boolean;
  /** Why the database takes no changes, as of the latest one; null if it takes them. */
  readonly takesNothing: string | null;
  /** What was read of it: is it read-only? */
  heardReadOnly(isReadOnly: boolean): void;
  /** The same as `query`, whether the database answered before or not. @throws Unreachable */
  look<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
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

/** An error that PostgreSQL reports. */
interface Reported extends Error {
  readonly code?: string;
  readonly severity?: string;
}

/**
 * @param pg the driver, which is loaded only by those who need it
 * @param deadline how long anything may take, in milliseconds
 */
export function connectionTo(pg: typeof Postgres, location: Location, deadline = DEADLINE_MS): Connection {
  const line = new Line();
  const connection = poolTo(pg, location, CONNECTIONS, line, deadline);
  // Whoever waits for others holds a connection meanwhile, and those whom it waits for must not lack it.
  const waiting = poolTo(pg, location, WAITING, line, deadline);
  return {
    ...connection,
    get isSilent() {
      return line.isSilent;
    },
    get takesNothing() {
      return line.takesNothing;
    },
    heardReadOnly: (isReadOnly) => line.heardReadOnly(isReadOnly),
    look: async <Row extends object>(text: string, values?: readonly unknown[]) => {
      if (line.isToBeAsked()) await tryToWrite(connection, line, location);
      return connection.look<Row>(text, values);
    },
    alone: (name, work) =>
      waiting.transaction(async (transaction) => {
        await transaction.query('SELECT pg_advisory_xact_lock(hashtextextended($1, $2))', [name, LOCK_SEED]);
        return work();
      }),
    close: async () => {
      await connection.close();
      await waiting.close();
    },
  };
}

const READ_ONLY = TAKES_NOTHING.get('25006') as string;

/** What is known of the way to the database. */
class Line {
  isSilent = false;
  takesNothing: string | null = null;
  #heardAt = stopwatch();
  #askedAt = 0;

  refused(why: string): void {
    this.takesNothing = why;
    this.#askedAt = stopwatch();
  }

  took(): void {
    this.takesNothing = null;
  }

  heardReadOnly(isReadOnly: boolean): void {
    if (isReadOnly) this.refused(READ_ONLY);
    else if (this.takesNothing === READ_ONLY) this.took();
  }

  /** Is it time to ask whether there is room again? */
  isToBeAsked(): boolean {
    if (this.takesNothing === null || this.takesNothing === READ_ONLY) return false;
    if (stopwatch() - this.#askedAt < ASK_AGAIN_MS) return false;
    this.#askedAt = stopwatch();
    return true;
  }

  heard(): void {
    this.#heardAt = stopwatch();
    this.isSilent = false;
  }

  /** Something was not answered. */
  missed(): void {
    if (stopwatch() - this.#heardAt >= SILENCE_MS) this.isSilent = true;
  }
}

/** Undoes what was only tried. */
class Undone extends Error {}

/** Writes more than fits into a page that is there already, and undoes it. */
async function tryToWrite(
  connection: Pick<Connection, 'transaction'>,
  line: Line,
  { schema }: Location,
): Promise<void> {
  const write = `INSERT INTO ${schema}.objects (world, collection, id, owner, aliases, labels, shared, body, revision)
    SELECT '', 'room', gen_random_uuid(), '', '{}', '{}', '{}', string_agg(gen_random_uuid()::text, ''), 0 FROM generate_series(1, 1000)`;
  const tried = connection.transaction(async (transaction) => {
    await transaction.query(write);
    line.took();
    throw new Undone();
  });
  // Why it is not taken is remembered where it is told.
  await tried.catch(() => {});
}

function poolTo(
  pg: typeof Postgres,
  { settings }: Location,
  most: number,
  line: Line,
  deadline: number,
): Omit<Connection, 'alone' | 'isSilent' | 'takesNothing' | 'heardReadOnly'> {
  const pool = new pg.Pool({
    ...settings,
    max: most,
    // Of opening a connection, and of the wait for one that is free.
    connectionTimeoutMillis: deadline,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // A server keeps the process running by itself, if it is to; idle connections do not.
    allowExitOnIdle: true,
    application_name: 'nv-auth-mock',
  });
  // An idle connection that breaks is told here, and would end the process if nobody listened.
  pool.on('error', () => {});
  const clients = new Set<Postgres.PoolClient>();
  pool.on('connect', (client) => {
    clients.add(client);
    client.once('end', () => clients.delete(client));
  });
  /** Names of prepared statements. Texts are constants of the code, but for pages, whose parts are; so there are few. */
  const names = new Map<string, string>();
  const nameOf = (text: string) => {
    const name = names.get(text) ?? `nv${names.size}`;
    names.set(text, name);
    return name;
  };
  const isReported = (fault: unknown): fault is Reported => fault instanceof pg.DatabaseError;

  /**
   * Did PostgreSQL itself say that it failed, and goes on? One that ends the connection (FATAL) may have committed
   * before: it can be told to go while it waits for a replica. 40003 says that it does not know either.
   */
  const isAnswer = (fault: unknown): fault is Reported =>
    isReported(fault) && fault.severity === 'ERROR' && fault.code !== '40003' && fault.code?.startsWith('08') !== true;

  /** Was nothing heard any more? */
  const isLoss = (fault: unknown) =>
    (fault instanceof Unreachable || fault instanceof OutcomeUnknown) && !isAnswer(fault.cause);

  /** @param Lost what it means when no answer came */
  const told =
    (Lost: typeof Unreachable | typeof OutcomeUnknown) =>
    (fault: unknown): never => {
      const why = isAnswer(fault) ? TAKES_NOTHING.get(fault.code ?? '') : undefined;
      if (why !== undefined) {
        line.refused(why);
        throw new TakesNothing(why, { cause: fault });
      }
      if (isAnswer(fault) && fault.code === CANCELLED)
        throw new Unreachable('PostgreSQL is too slow', { cause: fault });
      // A value that cannot be sent was not sent.
      if (isAnswer(fault) || fault instanceof TypeError) throw fault;
      const what = Lost === Unreachable ? 'PostgreSQL does not answer' : 'PostgreSQL did not say whether it was stored';
      throw new Lost(what, { cause: fault });
    };

  /** Runs on one connection; one that is not certainly in order afterwards is thrown away. */
  const using = async <Result>(
    run: (client: Postgres.PoolClient, left: () => number) => Promise<Result>,
    isLook = false,
  ): Promise<Result> => {
    if (line.isSilent && !isLook) throw new Unreachable('PostgreSQL does not answer');
    const start = stopwatch();
    const client = await pool.connect().catch((fault) => {
      // A wrong password or database is an error of the settings, and is told as it is.
      if (isReported(fault) && !UNREACHABLE.test(fault.code ?? '')) throw fault;
      line.missed();
      throw new Unreachable('PostgreSQL cannot be reached', { cause: fault });
    });
    // Between two queries nobody listens otherwise.
    const ignore = () => {};
    client.on('error', ignore);
    let isSound = false;
    try {
      const result = await run(client, () => Math.max(1, Math.ceil(deadline - (stopwatch() - start))));
      isSound = true;
      return result;
    } catch (fault) {
      if (isLoss(fault)) line.missed();
      isSound = !isLoss(fault) && !(fault instanceof TypeError) && client.getTransactionStatus() === 'I';
      throw fault;
    } finally {
      if (!isSound) destroy(client);
      client.release(!isSound);
      client.off('error', ignore);
    }
  };

  const send = async <Row extends object>(
    client: Postgres.PoolClient,
    text: string,
    values: readonly unknown[] | undefined,
    milliseconds: number,
  ) => {
    const prepared = values === undefined ? {} : { values: [...values], name: nameOf(text) };
    // `query_timeout` is read from here, though the types have it only for a client.
    const config = { text, query_timeout: milliseconds, ...prepared };
    const result = await client.query<Row & Postgres.QueryResultRow>(config);
    line.heard();
    return result;
  };

  const once = <Result>(work: (transaction: Transaction) => Promise<Result>, limit: number): Promise<Result> =>
    using(async (client, left) => {
      // One message. The server gives up as well, so that what was given up here does not go on there and hold its locks.
      const limits = `SET LOCAL statement_timeout = ${Math.ceil(limit * STATEMENT_SHARE)}; SET LOCAL idle_in_transaction_session_timeout = ${deadline * IDLE_DEADLINES}`;
      await send(client, `BEGIN; ${limits}`, undefined, left()).catch(told(Unreachable));
      let result: Result;
      try {
        result = await work({
          query: async <Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]> =>
            (await send<Row>(client, text, values, limit).catch(told(Unreachable))).rows,
        });
      } catch (fault) {
        // If this fails, the connection is thrown away, and PostgreSQL undoes it.
        if (!isLoss(fault)) await send(client, 'ROLLBACK', undefined, deadline).catch(() => {});
        throw fault;
      }
      const { command } = await send(client, 'COMMIT', undefined, limit).catch(told(OutcomeUnknown));
      // A statement failed, and `work` went on regardless.
      if (command !== 'COMMIT') throw new Error('a transaction had failed, and was undone');
      return result;
    });

  const query = async <Row extends object>(text: string, values?: readonly unknown[], isLook = false) =>
    using(
      async (client, left) => (await send<Row>(client, text, values, left()).catch(told(Unreachable))).rows,
      isLook,
    );

  return {
    query: <Row extends object>(text: string, values?: readonly unknown[]) => query<Row>(text, values),
    look: <Row extends object>(text: string, values?: readonly unknown[]) => query<Row>(text, values, true),
    change: (text, values) =>
      using(async (client, left) => {
        await send(client, text, values, left()).catch(told(OutcomeUnknown));
      }),
    transaction: async (work, limit = deadline) => {
      for (let tried = 1; ; tried += 1) {
        try {
          return await once(work, limit);
        } catch (fault) {
          const code = isReported(fault) ? (fault.code ?? '') : '';
          if (tried >= MOST_TRIES || !REPEATABLE.has(code)) throw fault;
        }
      }
    },
    close: async () => {
      await pool.end();
      // It has said goodbye, and does not wait for the answer of a server that may be frozen.
      setImmediate(() => clients.forEach(destroy));
    },
  };
}

/** Without the farewell, which a server that does not answer would leave unread: the socket would keep the process alive. */
function destroy(client: Postgres.PoolClient): void {
  // Not in the types.
  (client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection.stream.destroy();
}
