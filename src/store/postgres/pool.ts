import type * as Postgres from 'pg';
import { stopwatch } from '../../core/clock.ts';
import { setImmediate } from '../../platform/time.ts';
import { OutcomeUnknown, TakesNothing, Unreachable } from '../errors.ts';
import type { Availability } from './availability.ts';
import type { Location } from './location.ts';

/** PostgreSQL cancels a statement a little before the deadline, so that a slow one does not cost its connection. */
const STATEMENT_SHARE = 0.9;
/** How long a transaction may wait for its next statement, as a multiple of the deadline. */
const IDLE_DEADLINES = 4;

/** The most attempts of a transaction with repeatable errors. */
const MOST_TRIES = 5;
/** Serialization failure and deadlock: PostgreSQL has rolled the transaction back. */
const REPEATABLE: ReadonlySet<string> = new Set(['40001', '40P01']);
/** PostgreSQL cancelled the statement, because of `statement_timeout` or on request. It had no effect. */
const CANCELLED = '57014';
/** PostgreSQL refuses or ends the connection: too many connections, shutdown, startup, or a crash of its processes. */
const UNREACHABLE = /^(?:08|53300|57P0)/;

/** Runs the statements of one transaction. */
export interface Transaction {
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** An error that PostgreSQL reports. */
interface Reported extends Error {
  readonly code?: string;
  readonly severity?: string;
}

export interface PoolParts {
  readonly pg: typeof Postgres;
  readonly location: Location;
  readonly availability: Availability;
  /** How long a statement may take, in milliseconds. */
  readonly deadline: number;
}

/** A pool of connections. Each statement outside of a transaction, and each transaction, uses a free one. */
export class Pool {
  readonly #pg: typeof Postgres;
  readonly #pool: Postgres.Pool;
  readonly #availability: Availability;
  #deadline: number;
  readonly #clients = new Set<Postgres.PoolClient>();
  /** The names of prepared statements, by text. All texts are made of constants, so there are few. */
  readonly #names = new Map<string, string>();

  constructor({ pg, location, availability, deadline }: PoolParts, connections: number) {
    this.#pg = pg;
    this.#availability = availability;
    this.#deadline = deadline;
    this.#pool = new pg.Pool({
      ...location.settings,
      max: connections,
      // Limits the opening of a connection, and the wait for a free one.
      connectionTimeoutMillis: deadline,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      // Idle connections must not keep the process running: the server decides that.
      allowExitOnIdle: true,
      application_name: 'nv-auth-mock',
    });
    // A broken idle connection emits `error`, which would end the process without a listener.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => {
      this.#clients.add(client);
      client.once('end', () => this.#clients.delete(client));
    });
  }

  /** @param isLook sends the statement even if the database has stopped answering */
  query<Row extends object>(text: string, values?: readonly unknown[], isLook = false): Promise<Row[]> {
    return this.#withClient(
      async (client, left) =>
        (await this.#send<Row>(client, text, values, left()).catch(this.#rethrowAs(Unreachable))).rows,
      isLook,
    );
  }

  change(text: string, values?: readonly unknown[]): Promise<void> {
    return this.#withClient(async (client, left) => {
      await this.#send(client, text, values, left()).catch(this.#rethrowAs(OutcomeUnknown));
    });
  }

  async transaction<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    limit = this.#deadline,
  ): Promise<Result> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await this.#tryTransaction(work, limit);
      } catch (fault) {
        const code = this.#isReported(fault) ? (fault.code ?? '') : '';
        if (tried >= MOST_TRIES || !REPEATABLE.has(code)) throw fault;
      }
    }
  }

  /** Changes how long a statement may take, in milliseconds; also the opening of a connection. */
  limit(deadline: number): void {
    this.#deadline = deadline;
    this.#pool.options.connectionTimeoutMillis = deadline;
  }

  async close(): Promise<void> {
    await this.#pool.end();
    // The pool has sent its last messages. Do not wait for the answer of a server that may be frozen.
    setImmediate(() => this.#clients.forEach(destroy));
  }

  #tryTransaction<Result>(work: (transaction: Transaction) => Promise<Result>, limit: number): Promise<Result> {
    const deadline = this.#deadline;
    return this.#withClient(async (client, left) => {
      // Sent as one message. PostgreSQL has the limits, too, so that a statement that was given up here does not keep
      // running there and hold its locks.
      const limits = `SET LOCAL statement_timeout = ${Math.ceil(limit * STATEMENT_SHARE)}; SET LOCAL idle_in_transaction_session_timeout = ${deadline * IDLE_DEADLINES}`;
      await this.#send(client, `BEGIN; ${limits}`, undefined, left()).catch(this.#rethrowAs(Unreachable));
      let result: Result;
      try {
        result = await work({
          query: async <Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]> =>
            (await this.#send<Row>(client, text, values, limit).catch(this.#rethrowAs(Unreachable))).rows,
        });
      } catch (fault) {
        // If this fails, the connection is destroyed, and PostgreSQL rolls back.
        if (!this.#isLoss(fault)) await this.#send(client, 'ROLLBACK', undefined, deadline).catch(() => {});
        throw fault;
      }
      const commit = this.#send(client, 'COMMIT', undefined, limit);
      const { command } = await commit.catch(this.#rethrowAs(OutcomeUnknown));
      // A statement failed, and `work` ignored the error.
      if (command !== 'COMMIT') throw new Error('a statement of the transaction failed, so it was rolled back');
      return result;
    });
  }

  /** Runs on one connection, and destroys it afterwards unless it is certainly in a clean state. */
  async #withClient<Result>(
    run: (client: Postgres.PoolClient, left: () => number) => Promise<Result>,
    isLook = false,
  ): Promise<Result> {
    if (this.#availability.isSilent && !isLook) throw new Unreachable('PostgreSQL does not answer');
    const start = stopwatch();
    const client = await this.#connect();
    // Between two queries `pg` has no listener for `error`, and such an event would end the process.
    const ignore = () => {};
    client.on('error', ignore);
    let isSound = false;
    try {
      const result = await run(client, () => Math.max(1, Math.ceil(this.#deadline - (stopwatch() - start))));
      isSound = true;
      return result;
    } catch (fault) {
      if (this.#isLoss(fault)) this.#availability.recordSilence();
      isSound = !this.#isLoss(fault) && !(fault instanceof TypeError) && client.getTransactionStatus() === 'I';
      throw fault;
    } finally {
      if (!isSound) destroy(client);
      client.release(!isSound);
      client.off('error', ignore);
    }
  }

  #connect(): Promise<Postgres.PoolClient> {
    return this.#pool.connect().catch((fault) => {
      // A wrong password or database is a mistake in the settings, and its error is passed on.
      if (this.#isReported(fault) && !UNREACHABLE.test(fault.code ?? '')) throw fault;
      this.#availability.recordSilence();
      throw new Unreachable('PostgreSQL cannot be reached', { cause: fault });
    });
  }

  async #send<Row extends object>(
    client: Postgres.PoolClient,
    text: string,
    values: readonly unknown[] | undefined,
    milliseconds: number,
  ) {
    const prepared = values === undefined ? {} : { values: [...values], name: this.#nameOf(text) };
    // `pg` reads `query_timeout` from here, although its types have it only for a client.
    const config = { text, query_timeout: milliseconds, ...prepared };
    const result = await client.query<Row & Postgres.QueryResultRow>(config);
    this.#availability.recordAnswer();
    return result;
  }

  #nameOf(text: string): string {
    const name = this.#names.get(text) ?? `nv${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }

  /** @param Lost the error if no answer came */
  #rethrowAs(Lost: typeof Unreachable | typeof OutcomeUnknown): (fault: unknown) => never {
    return (fault) => {
      const why = this.#isAnswer(fault) ? this.#availability.recordRefusal(fault.code) : undefined;
      if (why !== undefined) throw new TakesNothing(why, { cause: fault });
      if (this.#isAnswer(fault) && fault.code === CANCELLED)
        throw new Unreachable('PostgreSQL did not finish in time', { cause: fault });
      // A TypeError is a value that cannot be sent, so the statement was not sent.
      if (this.#isAnswer(fault) || fault instanceof TypeError) throw fault;
      const what = Lost === Unreachable ? 'PostgreSQL does not answer' : 'PostgreSQL did not say whether it was stored';
      throw new Lost(what, { cause: fault });
    };
  }

  #isReported(fault: unknown): fault is Reported {
    return fault instanceof this.#pg.DatabaseError;
  }

  /**
   * Did PostgreSQL report that the statement failed, on a connection that stays open? An error that ends the connection
   * (FATAL) may come after a commit: an administrator can end a backend that waits for a replica. 40003 means that
   * PostgreSQL does not know the outcome either.
   */
  #isAnswer(fault: unknown): fault is Reported {
    if (!this.#isReported(fault) || fault.severity !== 'ERROR') return false;
    return fault.code !== '40003' && fault.code?.startsWith('08') !== true;
  }

  /** Did PostgreSQL stop answering on this connection? */
  #isLoss(fault: unknown): boolean {
    return (fault instanceof Unreachable || fault instanceof OutcomeUnknown) && !this.#isAnswer(fault.cause);
  }
}

/**
 * Closes a connection without the usual last message. A server that does not answer would leave that unread, and the
 * socket would keep the process running.
 */
function destroy(client: Postgres.PoolClient): void {
  // The types do not have these members.
  (client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection.stream.destroy();
}
