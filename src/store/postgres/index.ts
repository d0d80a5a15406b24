import type * as Postgres from 'pg';
import { messageOf } from '../../diagnostics/error-message.ts';
import { UserError } from '../../diagnostics/user-error.ts';
import { setTimeout } from '../../platform/time.ts';
import type { Clock } from '../../time/clock.ts';
import { DatabaseFailure, UnknownOutcome } from '../errors.ts';
import type { StoreParts } from '../shared.ts';
import { type Ownership, openOwnership, type Storage } from '../storage.ts';
import { UNREACHABLE_MESSAGE, type WaitState } from '../waiting.ts';
import { type DatabaseLocation, parseLocation } from './location.ts';
import { PostgresLog } from './log.ts';
import { createTables, openSession, readStateOfDefault, tryLock, UnavailableDatabase } from './open.ts';
import type { Session } from './session.ts';

/** How often to try to get a lock that another process has, in milliseconds. */
const LOCK_POLL_MS = 250;

/**
 * A schema of a PostgreSQL database. The process with the lock has the worlds. PostgreSQL releases the lock when the
 * session ends, however it ends.
 */
export class PostgresStorage implements Storage {
  readonly kind = 'postgres';
  readonly driver = null;
  readonly schema: string;
  readonly #pg: typeof Postgres;
  readonly #location: DatabaseLocation;
  readonly #parts: StoreParts;
  readonly #clock: Clock;
  /** The session that has the lock or waits for it, or null. */
  #session: Session | null = null;
  #isClosed = false;

  private constructor(pg: typeof Postgres, location: DatabaseLocation, parts: StoreParts, clock: Clock) {
    this.schema = location.schema;
    this.#pg = pg;
    this.#location = location;
    this.#parts = parts;
    this.#clock = clock;
  }

  /** @param data such as `postgres://user@host/database?schema=name` @throws UserError if it is not a valid URL */
  static async open(data: string, parts: StoreParts, clock: Clock): Promise<PostgresStorage> {
    const location = await parseLocation(data);
    return new PostgresStorage(await loadDriver(), location, parts, clock);
  }

  async readStateOfDefault(): Promise<string | null> {
    try {
      return await readStateOfDefault(await this.#openSession(), this.#location);
    } catch (cause) {
      if (isAway(cause)) return null;
      throw cause;
    }
  }

  async takeOwnership(onWait: (waiting: WaitState) => void): Promise<Ownership | null> {
    let reported: string | null = null;
    const wait = (waiting: WaitState) => {
      if (waiting.why !== reported) onWait(waiting);
      reported = waiting.why;
    };
    let wasFree = true;
    for (let isFirst = true; !this.#isClosed; isFirst = false) {
      try {
        const session = await this.#openSession();
        const { has, holder } = await tryLock(session, this.#location);
        if (has) return await this.#takeOwnership(session, wasFree);
        wasFree = false;
        wait({ status: 'standby', why: describeStandby(holder) });
      } catch (cause) {
        await this.#session?.close();
        this.#session = null;
        if (this.#isClosed) return null;
        if (isFirst && !isAway(cause)) throw cause;
        wait({ status: 'waiting', why: cause instanceof UserError ? cause.message : UNREACHABLE_MESSAGE });
      }
      await waitForNextPoll();
    }
    return null;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#session?.close();
  }

  async #openSession(): Promise<Session> {
    const session = this.#session ?? (await openSession(this.#pg, this.#location));
    this.#session = session;
    // `close` was called while the session was being opened.
    if (this.#isClosed) await session.close();
    return session;
  }

  /** Reads everything in new statements, after the lock was granted. */
  async #takeOwnership(session: Session, isFirstTry: boolean): Promise<Ownership> {
    await createTables(session, this.#location);
    const ownership = await openOwnership(new PostgresLog(session, this.schema), this.#parts, this.#clock);
    return { ...ownership, isFirstTry, lost: session.ended.then(describeLoss) };
  }
}

function describeLoss(cause: unknown): string {
  const reason = messageOf(cause);
  return `The session with the database has ended (${reason}), so another process may have taken over the worlds.`;
}

/** Whether the same request can succeed once the database is back. */
function isAway(cause: unknown): boolean {
  return cause instanceof UnavailableDatabase || cause instanceof DatabaseFailure || cause instanceof UnknownOutcome;
}

function describeStandby(holder: string | null): string {
  const owner = holder === null ? 'Another process' : `Another process (${holder})`;
  return `${owner} has the worlds of this database; this one takes over when it ends.`;
}

function waitForNextPoll(): Promise<void> {
  // Not unref'd: the process must stay up while it waits, although it isn't listening yet.
  return new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
}

/** Loads the driver, which is only needed for PostgreSQL. */
async function loadDriver(): Promise<typeof Postgres> {
  try {
    const loaded = await import('pg');
    // The module is CommonJS, so its members are on the default export at run time.
    return loaded.default as unknown as typeof Postgres;
  } catch (cause) {
    throw new UserError(
      '--data names a PostgreSQL database, but the package `pg` is not installed: `npm install pg`.',
      {
        cause,
      },
    );
  }
}
