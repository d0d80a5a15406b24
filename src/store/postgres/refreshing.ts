import type { Clock, Instant } from '../../core/clock.ts';
import { setTimeout } from '../../platform/time.ts';
import type { SharedListener, SharedText } from '../sharing.ts';
import type { Connection } from './connection.ts';
import type { RowNews } from './received-rows.ts';
import type { SharedRows } from './shared-rows.ts';

/** The state of a world in this process. */
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
  /** Forgets the world. */
  end(): void;
}

/**
 * How long requests wait for the refresh before theirs, in milliseconds: with a silent database they should not wait
 * for two deadlines.
 */
const PATIENCE_MS = 100;

function patience(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PATIENCE_MS).unref();
  });
}

/**
 * Reads the changes that other processes have made since the last refresh. All requests that arrive during one refresh
 * share the next one, which is one small query.
 */
export class Refreshing {
  readonly #connection: Connection;
  readonly #known = new Map<string, Known>();
  readonly #machine: Clock;
  readonly #sql: (text: string) => string;
  readonly #statement: string;
  /** The next refresh, for all requests that arrive before it starts. */
  #batch: { readonly worlds: Set<string>; readonly done: Promise<void> } | null = null;
  #running: Promise<void> | null = null;
  /** How far the database's clock is ahead of the machine's, in milliseconds. */
  #ahead = 0;
  #fault: unknown = null;
  /** Refreshes are numbered in the order of their starts, because one that fails late does not concern later ones. */
  #begun = 0;
  #lastToSucceed = 0;
  readonly #onWorlds: (directory: number, used: ReadonlyMap<string, Instant>) => Promise<void>;

  /**
   * @param sql inserts the name of the schema into a statement
   * @param statement the query of a refresh: `Statements.look`
   * @param onWorlds called after each refresh with the number of worlds that were created or deleted so far, and with
   *   the times at which the refreshed worlds were used
   */
  constructor(
    connection: Connection,
    sql: (text: string) => string,
    statement: string,
    machine: Clock,
    onWorlds: (directory: number, used: ReadonlyMap<string, Instant>) => Promise<void>,
  ) {
    this.#onWorlds = onWorlds;
    this.#connection = connection;
    this.#machine = machine;
    this.#sql = sql;
    this.#statement = statement;
  }

  /** Real time by the clock of the database, which is the same for all processes. */
  get clock(): Clock {
    return { now: () => this.#machine.now() + this.#ahead };
  }

  /** The error of the latest refresh; null if it succeeded. */
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

  /** Reads the changes of worlds as of this call, or later. @throws Unreachable */
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
    await this.#onWorlds(Number(found[0]?.directory ?? 0), used);
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
