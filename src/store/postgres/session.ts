import { hostname } from 'node:os';
import type * as Postgres from 'pg';
import { readStopwatch } from '../../lib/clock.ts';
import { createSystemRandom } from '../../lib/random.ts';
import { clearInterval, setInterval, setTimeout } from '../../lib/time.ts';
import { ReadOnlyDatabase, UnknownOutcome, UnreachableDatabase, WriteFailure } from '../errors.ts';
import { Mutex } from '../mutex.ts';
import type { DatabaseLocation } from './location.ts';

/** The maximum time between two statements, in milliseconds. */
const HEARTBEAT_MS = 1000;

/** How long a session may be without a statement, or a statement without an answer, in milliseconds. */
const SESSION_TIMEOUT_MS = 5000;

/** How long the last statements may take when the process stops, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1000;

/** How long opening a session may take before packets count as lost, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5000;

/** Ordinary users can set all of these (https://www.postgresql.org/docs/current/runtime-config-client.html). */
const SETTINGS: Readonly<Record<string, string>> = {
  // Ends the session of a process that crashed, hangs, or lost its network.
  idle_session_timeout: String(SESSION_TIMEOUT_MS),
  idle_in_transaction_session_timeout: String(SESSION_TIMEOUT_MS),
  tcp_keepalives_idle: '2',
  tcp_keepalives_interval: '1',
  tcp_keepalives_count: '3',
  tcp_user_timeout: String(SESSION_TIMEOUT_MS),
  // Ends statements whose process has crashed.
  statement_timeout: '10000',
  // Acknowledged changes must survive a crash, whatever the defaults of the database and user are.
  synchronous_commit: 'on',
  default_transaction_read_only: 'off',
  default_transaction_isolation: 'read\\ committed',
};

/** Only some systems support this setting. */
const CLIENT_CHECK_SETTING = { client_connection_check_interval: '1000' } as const;

/** Errors for settings that a server doesn't know or cannot apply. */
const UNKNOWN_SETTING_CODES: readonly string[] = ['42704', '22023'];

interface Refusal {
  /** Completes a sentence that starts with "the database". */
  readonly why: string;
  readonly advice: string;
}

const LOST_TABLES: Refusal = {
  why: 'no longer has the tables of this server',
  advice: 'Restore them, or restart the server to recreate them.',
};

const DISK_FULL_CODE = '53100';

const REFUSALS_BY_CODE: ReadonlyMap<string, Refusal> = new Map([
  ['25006', { why: 'is read-only, for example after a failover', advice: 'Make it writable, or wait until it is.' }],
  [DISK_FULL_CODE, { why: 'has a full disk', advice: 'Free some disk space.' }],
  ['58030', { why: 'cannot write to its disk', advice: 'Check the disk.' }],
  ['42P01', LOST_TABLES],
  ['3F000', LOST_TABLES],
  ['42501', { why: 'no longer lets this user change the tables', advice: 'Grant the right again.' }],
]);

/** PostgreSQL cancelled the statement, so it had no effect. */
const CANCELLED_CODE = '57014';
/** PostgreSQL cannot tell whether the statement was completed. */
const COMPLETION_UNKNOWN_CODE = '40003';

/** Runs statements, one at a time. */
export interface Statements {
  /** @throws DatabaseFailure, ReadOnlyDatabase, WriteFailure if the statement definitely had no effect; UnknownOutcome */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** The only session of this process, for all writes: a process that lost it, and so the lock, cannot write. */
export class Session implements Statements {
  /** The backend process id that the protocol announced. */
  readonly processId: number | null;
  /** A random setting of this session. If it's missing later, there is a pooler in between. */
  readonly mark: string;
  /** Resolves with the reason when the session ends without `close`. */
  readonly ended: Promise<unknown>;
  /** Why the latest change was rejected; null if it was accepted. */
  refusal: Refusal | null = null;
  /** Makes a change and rolls it back; called while changes are being rejected. */
  tryChange: (() => Promise<void>) | null = null;
  readonly #pg: typeof Postgres;
  readonly #client: Postgres.Client;
  readonly #mutex = new Mutex();
  readonly #timer: NodeJS.Timeout;
  /** Names of prepared statements, by text. All texts are constants, so there are few. */
  readonly #names = new Map<string, string>();
  #resolveEnded: (cause: unknown) => void = () => {};
  #hasEnded = false;
  /** Stops waiting for the current statement. */
  #abandon: (cause: unknown) => void = () => {};
  /** When the current statement was sent; null if there is none. */
  #sentAt: number | null = null;

  private constructor(pg: typeof Postgres, client: Postgres.Client, mark: string) {
    this.#pg = pg;
    this.#client = client;
    this.mark = mark;
    // Missing in the type definitions.
    this.processId = (client as unknown as { readonly processID: number | null }).processID;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    client.on('error', (cause) => this.#finish(cause));
    client.on('end', () => this.#finish(new Error('the connection was closed')));
    this.#timer = setInterval(() => this.#sendHeartbeat(), HEARTBEAT_MS).unref();
  }

  static async open(pg: typeof Postgres, location: DatabaseLocation): Promise<Session> {
    try {
      return await Session.#open(pg, location, { ...SETTINGS, ...CLIENT_CHECK_SETTING });
    } catch (cause) {
      if (!(cause instanceof pg.DatabaseError && UNKNOWN_SETTING_CODES.includes(cause.code ?? ''))) throw cause;
      return Session.#open(pg, location, SETTINGS);
    }
  }

  static async #open(
    pg: typeof Postgres,
    { settings, options }: DatabaseLocation,
    sessionSettings: typeof SETTINGS,
  ): Promise<Session> {
    const mark = createSystemRandom().hex(16);
    const set = Object.entries({ ...sessionSettings, 'app.session': mark }).map(
      ([name, value]) => `-c ${name}=${value}`,
    );
    const client = new pg.Client({
      ...settings,
      // A name for this process that people can recognize across machines.
      application_name: `nv-auth-mock on ${hostname().slice(0, MAX_HOST_LENGTH)}, process ${process.pid}`,
      options: [...(options === null ? [] : [options]), ...set].join(' '),
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      types: {
        getTypeParser: (type, format) =>
          type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format),
      },
    });
    // Without a listener, an error between two events would crash the process.
    client.on('error', () => {});
    await client.connect();
    return new Session(pg, client, mark);
  }

  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]> {
    return this.#mutex.runExclusive(() => this.#send<Row>(text, values, 'reads'));
  }

  change(text: string, values: readonly unknown[]): Promise<void> {
    return this.#mutex.runExclusive(async () => {
      await this.#send(text, values, 'changes');
      this.refusal = null;
    });
  }

  /** Runs `work` in a transaction. Unless this throws UnknownOutcome, a failure definitely had no effect. */
  transaction<Result>(work: (transaction: Statements) => Promise<Result>): Promise<Result> {
    return this.#mutex.runExclusive(async () => {
      await this.#send('BEGIN', undefined, 'reads');
      let result: Result;
      try {
        result = await work({ query: (text, values) => this.#send(text, values, 'reads') });
      } catch (cause) {
        // If this fails, the session has ended and PostgreSQL rolls back.
        await this.#send('ROLLBACK', undefined, 'reads').catch(() => {});
        throw cause;
      }
      await this.#send('COMMIT', undefined, 'changes');
      this.refusal = null;
      return result;
    });
  }

  /** Ends the session, so that PostgreSQL releases its lock. */
  async close(): Promise<void> {
    if (this.#hasEnded) return;
    this.#resolveEnded = () => {};
    const end = async () => {
      // Let the current statement finish.
      await this.#mutex.runExclusive(async () =>
        this.#finish(new Error('this process has closed the connection'), false),
      );
      await this.#client.end();
    };
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref());
    await Promise.race([end(), timeout]).catch(() => {});
    this.#finish(new Error('PostgreSQL does not answer'));
    this.#destroy();
  }

  #sendHeartbeat(): void {
    if (this.#sentAt !== null) {
      if (readStopwatch() - this.#sentAt >= SESSION_TIMEOUT_MS) this.#finish(new Error('PostgreSQL does not answer'));
      return;
    }
    const beat = this.refusal === null || this.tryChange === null ? this.query('SELECT 1', []) : this.tryChange();
    beat.catch(() => {});
  }

  async #send<Row extends object>(
    text: string,
    values: readonly unknown[] | undefined,
    kind: 'reads' | 'changes',
  ): Promise<Row[]> {
    if (this.#hasEnded) throw new UnreachableDatabase('the connection to PostgreSQL has ended');
    this.#sentAt = readStopwatch();
    const prepared = values === undefined ? {} : { values: [...values], name: this.#statementName(text) };
    try {
      const { rows } = await new Promise<Postgres.QueryResult<Row & Postgres.QueryResultRow>>((resolve, reject) => {
        this.#abandon = reject;
        this.#client.query<Row & Postgres.QueryResultRow>({ text, ...prepared }).then(resolve, reject);
      });
      return rows;
    } catch (cause) {
      throw this.#toError(cause, kind);
    } finally {
      this.#sentAt = null;
    }
  }

  #toError(cause: unknown, kind: 'reads' | 'changes'): unknown {
    // A value that cannot be serialized.
    if (cause instanceof TypeError) return cause;
    if (!this.#isReportedError(cause) || cause.code === COMPLETION_UNKNOWN_CODE) {
      this.#finish(cause);
      if (kind === 'changes')
        return new UnknownOutcome('PostgreSQL did not confirm whether the change was stored', { cause });
      return new UnreachableDatabase('PostgreSQL does not answer', { cause });
    }
    const { code = '' } = cause;
    if (code === CANCELLED_CODE) return new UnreachableDatabase('PostgreSQL did not finish in time', { cause });
    const refusal = REFUSALS_BY_CODE.get(code);
    if (refusal !== undefined) {
      this.refusal = refusal;
      return new ReadOnlyDatabase(refusal.why, { cause, isFull: code === DISK_FULL_CODE });
    }
    const message = `PostgreSQL refused a statement (${code}: ${cause.message}), so nothing was stored. Check the tables and their owner, and try again.`;
    return new WriteFailure('failing', message, { cause });
  }

  /** Whether PostgreSQL reported a failed statement in a session that is still usable. */
  #isReportedError(cause: unknown): cause is Postgres.DatabaseError {
    return cause instanceof this.#pg.DatabaseError && cause.severity === 'ERROR' && !this.#hasEnded;
  }

  #statementName(text: string): string {
    const name = this.#names.get(text) ?? `nv${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }

  #finish(cause: unknown, isCut = true): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearInterval(this.#timer);
    this.#abandon(cause);
    this.#resolveEnded(cause);
    if (isCut) this.#destroy();
  }

  /** Skips the usual last message: a server that doesn't answer would never read it, and keep this process running. */
  #destroy(): void {
    // Missing in the type definitions.
    const { connection } = this.#client as unknown as { readonly connection: { readonly stream: { destroy(): void } } };
    connection.stream.destroy();
  }
}

/** The maximum length of the host name: the whole name must fit into PostgreSQL's 63 characters. */
const MAX_HOST_LENGTH = 30;
