import type { Clock, Instant } from '../../core/clock.ts';
import { setTimeout } from '../../machine/time.ts';
import type { SharedListener, SharedText } from '../sharing.ts';
import type { Connection } from './connection.ts';

/** What is known of a world in this process. */
interface Known {
  revision: number;
  noted: number;
  stateRevision: number;
  state: string;
  listener: SharedListener | null;
  readonly forget: (collections: readonly string[] | 'all') => void;
}

interface Found {
  readonly now: string;
  readonly read_only: boolean;
  readonly directory: string;
  readonly used_at: string;
  readonly id: string | null;
  readonly revision: string;
  readonly base: string;
  readonly noted: string;
  readonly state_revision: string;
  readonly changed: readonly string[] | null;
  readonly state: string | null;
}

/** A world whose rows are remembered here. */
export interface Watched {
  readonly text: SharedText;
  listen(listener: SharedListener): void;
  /** This process changed it, and forgot what it had to. */
  committed(revision: number): void;
  /** This process noted when rows were used, and did the same. */
  noted(before: number, after: number): void;
  /** Nothing is remembered any more. */
  end(): void;
}

/** How long requests wait for the look before theirs, in milliseconds: a database that is silent should not count twice. */
const PATIENCE_MS = 100;

function patience(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PATIENCE_MS).unref();
  });
}

/**
 * Tells what other processes have changed since this one last looked: one small read, for all requests that come while
 * the one before is under way.
 */
export class Refreshing {
  readonly #connection: Connection;
  readonly #known = new Map<string, Known>();
  readonly #machine: Clock;
  readonly #sql: (text: string) => string;
  readonly #read: string;
  /** Those that come while one look is under way look together. */
  #batch: { readonly worlds: Set<string>; readonly done: Promise<void> } | null = null;
  #running: Promise<void> | null = null;
  /** How far the database's clock is ahead of the machine's, in milliseconds. */
  #ahead = 0;
  #fault: unknown = null;
  /** Looks are numbered in the order in which they began: one that fails late says nothing about later ones. */
  #begun = 0;
  #lastToSucceed = 0;
  readonly #told: (directory: number, used: ReadonlyMap<string, Instant>) => Promise<void>;

  /**
   * @param sql puts the schema's name into a statement
   * @param told is told, each time, how often a world was made or deleted, and when those looked at were used
   */
  constructor(
    connection: Connection,
    sql: (text: string) => string,
    machine: Clock,
    told: (directory: number, used: ReadonlyMap<string, Instant>) => Promise<void>,
  ) {
    this.#told = told;
    this.#connection = connection;
    this.#machine = machine;
    this.#sql = sql;
    this.#read = sql(`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now,
        current_setting('transaction_read_only') = 'on' AS read_only, always.directory, found.*
      FROM (SELECT revision AS directory FROM $schema.directory) AS always LEFT JOIN (
        SELECT w.id, w.used_at, w.revision, w.base, l.noted, w.state_revision,
          CASE WHEN w.revision > a.revision OR l.noted > a.noted THEN ARRAY(
            SELECT c.name FROM $schema.collections c WHERE c.world = w.id AND (c.revision > a.revision OR c.noted > a.noted)
          ) END AS changed,
          CASE WHEN w.state_revision > a.state_revision THEN w.state END AS state
        FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) AS a (id, revision, noted, state_revision)
        JOIN $schema.worlds w ON w.id = a.id JOIN $schema.logs l ON l.world = w.id
      ) AS found ON true`);
  }

  /** Real time, as the database knows it: the same for all processes. */
  get clock(): Clock {
    return { now: () => this.#machine.now() + this.#ahead };
  }

  /** What the last attempt to read failed with; null if it succeeded. */
  get fault(): unknown {
    return this.#fault;
  }

  /** @param forget forgets what is remembered of these collections */
  watch(world: string, forget: Known['forget']): Watched {
    const known: Known = { revision: -1, noted: -1, stateRevision: -1, state: '', listener: null, forget };
    this.#known.set(world, known);
    return {
      text: {
        get text() {
          return known.state;
        },
        look: () => this.look([world]),
        update: (change) => this.#update(world, known, change),
      },
      listen: (listener) => {
        known.listener = listener;
      },
      committed: (revision) => {
        if (revision === known.revision + 1) known.revision = revision;
      },
      noted: (before, after) => {
        if (before === known.noted) known.noted = after;
      },
      end: () => {
        if (this.#known.get(world) === known) this.#known.delete(world);
      },
    };
  }

  /** Looks at worlds, no earlier than now. @throws Unreachable */
  look(ids: readonly string[]): Promise<void> {
    if (this.#batch === null) {
      const worlds = new Set<string>();
      const run = async () => {
        this.#batch = null;
        await this.#look([...worlds]);
      };
      const before = this.#running === null ? Promise.resolve() : Promise.race([this.#running, patience()]);
      const done: Promise<void> = before
        .catch(() => {})
        .then(run)
        .finally(() => {
          if (this.#running === done) this.#running = null;
        });
      this.#running = done;
      this.#batch = { worlds, done };
    }
    for (const id of ids) this.#batch.worlds.add(id);
    return this.#batch.done;
  }

  async #look(worlds: readonly string[]): Promise<void> {
    const all = worlds.map((id) => this.#known.get(id));
    const values = [
      worlds,
      all.map((one) => one?.revision ?? -1),
      all.map((one) => one?.noted ?? -1),
      all.map((one) => one?.stateRevision ?? -1),
    ];
    this.#begun += 1;
    const number = this.#begun;
    let found: Found[];
    try {
      found = await this.#connection.look<Found>(this.#read, values);
      this.#lastToSucceed = Math.max(this.#lastToSucceed, number);
      this.#fault = null;
    } catch (fault) {
      if (number > this.#lastToSucceed) this.#fault = fault;
      throw fault;
    }
    this.#connection.heardReadOnly(found[0]?.read_only === true);
    this.#ahead = Number(found[0]?.now) - this.#machine.now();
    const used = new Map(found.flatMap(({ id, used_at }) => (id === null ? [] : [[id, Number(used_at)] as const])));
    await this.#told(Number(found[0]?.directory ?? 0), used);
    await Promise.all(found.map((one) => this.#take(one)));
  }

  async #take({ id, revision, base, noted, state_revision, changed, state }: Found): Promise<void> {
    const known = id === null ? undefined : this.#known.get(id);
    if (known === undefined) return;
    const isReplaced = Number(base) > known.revision;
    const collections = isReplaced ? 'all' : (changed ?? []);
    known.revision = Math.max(known.revision, Number(revision));
    known.noted = Math.max(known.noted, Number(noted));
    if (state !== null && Number(state_revision) > known.stateRevision)
      this.#tell(known, state, Number(state_revision));
    if (collections.length === 0) return;
    known.forget(collections);
    await known.listener?.changed(collections);
  }

  #tell(known: Known, state: string, revision: number): void {
    known.state = state;
    known.stateRevision = revision;
    known.listener?.told();
  }

  async #update<Result>(
    world: string,
    known: Known,
    change: (before: string) => readonly [text: string, result: Result],
  ): Promise<Result> {
    const { text, revision, result } = await this.#connection.transaction(async (transaction) => {
      const [row] = await transaction.query<{ readonly state: string; readonly state_revision: string }>(
        this.#sql('SELECT state, state_revision FROM $schema.worlds WHERE id = $1 FOR UPDATE'),
        [world],
      );
      const [text, result] = change(row?.state ?? '');
      if (text === row?.state) return { text, revision: Number(row.state_revision), result };
      await transaction.query(
        this.#sql('UPDATE $schema.worlds SET state = $2, state_revision = state_revision + 1 WHERE id = $1'),
        [world, text],
      );
      return { text, revision: Number(row?.state_revision ?? 0) + 1, result };
    });
    if (revision > known.stateRevision) this.#tell(known, text, revision);
    return result;
  }
}
