import type * as Postgres from 'pg';
import { stopwatch } from '../../core/clock.ts';
import { setImmediate } from '../../platform/time.ts';
import { OutcomeUnknown, TakesNothing, Unreachable } from '../errors.ts';
import type { Availability } from './availability.ts';
import type { Location } from './location.ts';

/** The server gives up a little earlier, so that a statement that is just slow does not cost its connection. */
const STATEMENT_SHARE = 0.9;
/** How long a transaction may wait for its next statement, in deadlines. */
const IDLE_DEADLINES = 4;

/** How often a transaction is tried that PostgreSQL asks to repeat. */
const MOST_TRIES = 5;
/** Serialization failure, deadlock: everything was undone. */
const REPEATABLE: ReadonlySet<string> = new Set(['40001', '40P01']);
/** It gave up because of `statement_timeout`, or was told to, and has done nothing. */
const CANCELLED = '57014';
/** It refuses the connection, or ends it: full, shutting down, starting up, lost to a crash of another process. */
const UNREACHABLE = /^(?:08|53300|57P0)/;

/** Statements of one transaction. */
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
  /** How long anything may take, in milliseconds. */
  readonly deadline: number;
}

/** Connections to a database, of which each statement or transaction takes one that is free. */
export class Pool {
  readonly #pg: typeof Postgres;
  readonly #pool: Postgres.Pool;
  readonly #availability: Availability;
  readonly #deadline: number;
  readonly #clients = new Set<Postgres.PoolClient>();
  /** Names of prepared statements. Texts are constants of the code, but for pages, whose parts are; so there are few. */
  readonly #names = new Map<string, string>();

  constructor({ pg, location, availability, deadline }: PoolParts, connections: number) {
    this.#pg = pg;
    this.#availability = availability;
    this.#deadline = deadline;
    this.#pool = new pg.Pool({
      ...location.settings,
      max: connections,
      // Of opening a connection, and of the wait for one that is free.
      connectionTimeoutMillis: deadline,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      // A server keeps the process running by itself, if it is to; idle connections do not.
      allowExitOnIdle: true,
      application_name: 'nv-auth-mock',
    });
    // An idle connection that breaks is told here, and would end the process if nobody listened.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => {
      this.#clients.add(client);
      client.once('end', () => this.#clients.delete(client));
    });
  }

  /** @param isLook is it asked even if the database is silent? */
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

  async close(): Promise<void> {
    await this.#pool.end();
    // It has said goodbye, and does not wait for the answer of a server that may be frozen.
    setImmediate(() => this.#clients.forEach(destroy));
  }

  #tryTransaction<Result>(work: (transaction: Transaction) => Promise<Result>, limit: number): Promise<Result> {
    const deadline = this.#deadline;
    return this.#withClient(async (client, left) => {
      // One message. The server gives up as well, so that what was given up here does not go on there and hold its locks.
      const limits = `SET LOCAL statement_timeout = ${Math.ceil(limit * STATEMENT_SHARE)}; SET LOCAL idle_in_transaction_session_timeout = ${deadline * IDLE_DEADLINES}`;
      await this.#send(client, `BEGIN; ${limits}`, undefined, left()).catch(this.#rethrowAs(Unreachable));
      let result: Result;
      try {
        result = await work({
          query: async <Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]> =>
            (await this.#send<Row>(client, text, values, limit).catch(this.#rethrowAs(Unreachable))).rows,
        });
      } catch (fault) {
        // If this fails, the connection is thrown away, and PostgreSQL undoes it.
        if (!this.#isLoss(fault)) await this.#send(client, 'ROLLBACK', undefined, deadline).catch(() => {});
        throw fault;
      }
      const commit = this.#send(client, 'COMMIT', undefined, limit);
      const { command } = await commit.catch(this.#rethrowAs(OutcomeUnknown));
      // A statement failed, and `work` went on regardless.
      if (command !== 'COMMIT') throw new Error('a transaction had failed, and was undone');
      return result;
    });
  }

  /** Runs on one connection; one that is not certainly in order afterwards is thrown away. */
  async #withClient<Result>(
    run: (client: Postgres.PoolClient, left: () => number) => Promise<Result>,
    isLook = false,
  ): Promise<Result> {
    if (this.#availability.isSilent && !isLook) throw new Unreachable('PostgreSQL does not answer');
    const start = stopwatch();
    const client = await this.#connect();
    // Between two queries nobody listens otherwise.
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
      // A wrong password or database is an error of the settings, and is told as it is.
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
    // `query_timeout` is read from here, though the types have it only for a client.
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

  /** @param Lost what it means when no answer came */
  #rethrowAs(Lost: typeof Unreachable | typeof OutcomeUnknown): (fault: unknown) => never {
    return (fault) => {
      const why = this.#isAnswer(fault) ? this.#availability.recordRefusal(fault.code) : undefined;
      if (why !== undefined) throw new TakesNothing(why, { cause: fault });
      if (this.#isAnswer(fault) && fault.code === CANCELLED)
        throw new Unreachable('PostgreSQL is too slow', { cause: fault });
      // A value that cannot be sent was not sent.
      if (this.#isAnswer(fault) || fault instanceof TypeError) throw fault;
      const what = Lost === Unreachable ? 'PostgreSQL does not answer' : 'PostgreSQL did not say whether it was stored';
      throw new Lost(what, { cause: fault });
    };
  }

  #isReported(fault: unknown): fault is Reported {
    return fault instanceof this.#pg.DatabaseError;
  }

  /**
   * Did PostgreSQL itself say that it failed, and goes on? One that ends the connection (FATAL) may have committed
   * before: it can be told to go while it waits for a replica. 40003 says that it does not know either.
   */
  #isAnswer(fault: unknown): fault is Reported {
    if (!this.#isReported(fault) || fault.severity !== 'ERROR') return false;
    return fault.code !== '40003' && fault.code?.startsWith('08') !== true;
  }

  /** Was nothing heard any more? */
  #isLoss(fault: unknown): boolean {
    return (fault instanceof Unreachable || fault instanceof OutcomeUnknown) && !this.#isAnswer(fault.cause);
  }
}

/** Without the farewell, which a server that does not answer would leave unread: the socket would keep the process alive. */
function destroy(client: Postgres.PoolClient): void {
  // Not in the types.
  (client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection.stream.destroy();
}
