import type * as Postgres from 'pg';
import type { Clock } from '../../core/clock.ts';
import { Unusable } from '../../core/unusable.ts';
import { setTimeout } from '../../platform/time.ts';
import type { StoreParts } from '../shared.ts';
import { type Held, heldOf, type Storage } from '../storage.ts';
import { UNREACHABLE, type Waiting } from '../waiting.ts';
import { type Location, locationOf } from './location.ts';
import { PostgresLog } from './log.ts';
import { createTables, openSession, stateOfDefault, tryLock } from './open.ts';
import type { Session } from './session.ts';

/** How often a process asks for the lock that another one has, in milliseconds. */
const ASK_MS = 250;

/**
 * A schema of a PostgreSQL database. The process with its lock has the worlds, and PostgreSQL releases the lock with the
 * session, however that ends.
 */
export class PostgresStorage implements Storage {
  readonly kind = 'postgres';
  readonly driver = null;
  readonly schema: string;
  readonly #pg: typeof Postgres;
  readonly #location: Location;
  readonly #parts: StoreParts;
  readonly #clock: Clock;
  /** The session that waits for the lock, or has it; null if there is none. */
  #session: Session | null;
  #waiting: Waiting | null = null;
  #hasAsked = false;
  #isClosed = false;

  private constructor(pg: typeof Postgres, location: Location, session: Session, parts: StoreParts, clock: Clock) {
    this.schema = location.schema;
    this.#pg = pg;
    this.#location = location;
    this.#session = session;
    this.#parts = parts;
    this.#clock = clock;
  }

  /** @param data such as `postgres://user@host/database?schema=name` @throws Unusable if the database cannot be used */
  static async open(data: string, parts: StoreParts, clock: Clock): Promise<PostgresStorage> {
    const location = await locationOf(data);
    const pg = await driver();
    return new PostgresStorage(pg, location, await openSession(pg, location), parts, clock);
  }

  get waiting(): Waiting | null {
    return this.#waiting;
  }

  async stateOfDefault(): Promise<string | null> {
    return this.#session === null ? null : stateOfDefault(this.#session, this.#location);
  }

  async take(onWait: (waiting: Waiting) => void): Promise<Held | null> {
    for (; !this.#isClosed; await pause()) {
      const isFirstTry = !this.#hasAsked;
      try {
        const session = await this.#openSession();
        this.#hasAsked = true;
        const { has, holder } = await tryLock(session, this.#location);
        if (has) return await this.#held(session, isFirstTry);
        this.#wait({ status: 'standby', why: standbySentence(holder) }, onWait);
      } catch (cause) {
        await this.#session?.close();
        this.#session = null;
        if (isFirstTry) throw cause;
        this.#wait({ status: 'waiting', why: cause instanceof Unusable ? cause.message : UNREACHABLE }, onWait);
      }
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
    // It was closed meanwhile.
    if (this.#isClosed) await session.close();
    return session;
  }

  /** Everything is read in statements of its own, after the lock was granted. */
  async #held(session: Session, isFirstTry: boolean): Promise<Held> {
    await createTables(session, this.#location);
    const held = await heldOf(new PostgresLog(session, this.schema), this.#parts, this.#clock);
    this.#waiting = null;
    const over = session.ended.then(() => {
      this.#session = null;
    });
    return { ...held, isFirstTry, over };
  }

  /** Tells each reason once, not with every attempt. */
  #wait(waiting: Waiting, tell: (waiting: Waiting) => void): void {
    if (this.#waiting?.why === waiting.why) return;
    this.#waiting = waiting;
    tell(waiting);
  }
}

function standbySentence(holder: string | null): string {
  const who = holder === null ? 'Another process' : `Another process (${holder})`;
  return `${who} has the worlds of this database; this one takes over when it ends.`;
}

function pause(): Promise<void> {
  // It keeps a process running that does not listen yet.
  return new Promise((resolve) => setTimeout(resolve, ASK_MS));
}

/** Loads the driver, which only a PostgreSQL database needs. */
async function driver(): Promise<typeof Postgres> {
  try {
    const loaded = await import('pg');
    // The module is CommonJS: its members are those of the default export at run time.
    return loaded.default as unknown as typeof Postgres;
  } catch (cause) {
    throw new Unusable('--data names a PostgreSQL database, but the package `pg` is not installed: `npm install pg`.', {
      cause,
    });
  }
}
