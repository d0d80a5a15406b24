import type { Clock, Instant } from '../../core/clock.ts';
import { setTimeout } from '../../platform/time.ts';
import type { SharedListener, SharedText } from '../sharing.ts';
import type { Connection } from './connection.ts';
import type { RowNews } from './received-rows.ts';
import type { SharedRows } from './shared-rows.ts';

/** A world as this process knows it. */
interface Known {
  readonly rows: SharedRows;
  stateRevision: number;
  state: string;
  listener: SharedListener | null;
}

interface Found extends RowNews {
  readonly now: string;
  readonly read_only: boolean;
  readonly directory: string;
  readonly world_used_at: string;
  readonly id: string | null;
  readonly state_revision: string;
  readonly state: string | null;
}

/** A world whose rows are in memory here. */
export interface Watched {
  readonly text: SharedText;
  listen(listener: SharedListener): void;
  /** Nothing is known of it any more. */
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
  readonly #statement: string;
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
   * @param statement what is read: `Statements.look`
   * @param told is told, each time, how often a world was made or deleted, and when those looked at were used
   */
  constructor(
    connection: Connection,
    sql: (text: string) => string,
    statement: string,
    machine: Clock,
    told: (directory: number, used: ReadonlyMap<string, Instant>) => Promise<void>,
  ) {
    this.#told = told;
    this.#connection = connection;
    this.#machine = machine;
    this.#sql = sql;
    this.#statement = statement;
  }

  /** Real time, as the database knows it: the same for all processes. */
  get clock(): Clock {
    return { now: () => this.#machine.now() + this.#ahead };
  }

  /** The failure of the last attempt to read; null if it succeeded. */
  get fault(): unknown {
    return this.#fault;
  }

  watch(world: string, rows: SharedRows): Watched {
    const known: Known = { rows, stateRevision: -1, state: '', listener: null };
    this.#known.set(world, known);
    return {
      text: {
        get text() {
          return known.state;
        },
        refresh: () => this.refresh([world]),
        update: (change) => this.#update(world, known, change),
      },
      listen: (listener) => {
        known.listener = listener;
      },
      end: () => {
        if (this.#known.get(world) === known) this.#known.delete(world);
      },
    };
  }

  /** Looks at worlds, no earlier than now. @throws Unreachable */
  refresh(ids: readonly string[]): Promise<void> {
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
    const has = all.map((one) => one?.rows.has ?? { revision: -1, noted: -1 });
    const values = [
      worlds,
      has.map(({ revision }) => revision),
      has.map(({ noted }) => noted),
      all.map((one) => one?.stateRevision ?? -1),
    ];
    this.#begun += 1;
    const number = this.#begun;
    let found: Found[];
    try {
      found = await this.#connection.probe<Found>(this.#statement, values);
      this.#lastToSucceed = Math.max(this.#lastToSucceed, number);
      this.#fault = null;
    } catch (fault) {
      if (number > this.#lastToSucceed) this.#fault = fault;
      throw fault;
    }
    this.#connection.heardReadOnly(found[0]?.read_only === true);
    this.#ahead = Number(found[0]?.now) - this.#machine.now();
    const used = new Map(
      found.flatMap(({ id, world_used_at: at }) => (id === null ? [] : [[id, Number(at)] as const])),
    );
    await this.#told(Number(found[0]?.directory ?? 0), used);
    await Promise.all(found.map((one) => this.#take(one)));
  }

  async #take(found: Found): Promise<void> {
    const known = found.id === null ? undefined : this.#known.get(found.id);
    if (known === undefined) return;
    const { rows, listener } = known;
    await rows.take(found);
    const { state, state_revision } = found;
    if (state !== null && Number(state_revision) > known.stateRevision)
      this.#tell(known, state, Number(state_revision));
    const collections = rows.takeChanged();
    if (collections.length > 0) await listener?.onRows(collections);
  }

  #tell(known: Known, state: string, revision: number): void {
    known.state = state;
    known.stateRevision = revision;
    known.listener?.onText();
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
