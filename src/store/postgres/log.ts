import { keysOf } from '../../core/members.ts';
import { Damaged, TakesNothing } from '../errors.ts';
import type { LoggedRow } from '../row-log.ts';
import { loggedOf, type StoredRow, storedOf } from '../stored-row.ts';
import { UNREACHABLE } from '../waiting.ts';
import type {
  KeptWorld,
  LogChanges,
  Logged,
  LoggedSnapshot,
  LoggedWorld,
  LogHead,
  LogUses,
  WorldLog,
} from '../world-log.ts';
import type { Session, Statements } from './session.ts';

/** The most rows that one statement writes or reads. */
const MOST_ROWS = 1000;
/** The most characters that the rows of one statement have, unless a single row has more. */
const MOST_CHARACTERS = 8 * 1024 * 1024;

/** The members of a stored row in the order in which they are sent, each with its column and the type of that. */
const COLUMNS = {
  seq: ['seq', 'bigint'],
  collection: ['collection', 'text'],
  id: ['id', 'text'],
  owner: ['owner', 'text'],
  parent: ['parent', 'text'],
  aliases: ['aliases', 'text'],
  labels: ['labels', 'text'],
  shared: ['shared', 'text'],
  dueAt: ['due_at', 'bigint'],
  body: ['body', 'text'],
  revision: ['revision', 'bigint'],
  usedAt: ['used_at', 'bigint'],
  name: ['name', 'text'],
  state: ['state', 'text'],
  createdAt: ['created_at', 'bigint'],
  modifiedAt: ['modified_at', 'bigint'],
} as const satisfies Record<keyof StoredRow, readonly [column: string, type: 'bigint' | 'text']>;
const MEMBERS = keysOf(COLUMNS);
const NAMES = MEMBERS.map((member) => COLUMNS[member][0]);
/** What a row that is replaced keeps. */
const KEPT: readonly string[] = ['seq', 'collection', 'id'];

/** A row as it is read. */
type Received = StoredRow & { readonly world: string };

type PlacedRow = LogChanges['puts'][number];

/** The worlds in a schema of a PostgreSQL database, for the process that has them. */
export class PostgresLog implements WorldLog {
  readonly #session: Session;
  readonly #texts: ReturnType<typeof textsFor>;

  constructor(session: Session, schema: string) {
    this.#session = session;
    this.#texts = textsFor(schema);
    session.tryChange = () => this.#tryChange();
  }

  async read(): Promise<Logged> {
    const texts = this.#texts;
    return this.#session.transaction(async (transaction) => {
      const [head] = await transaction.query<LogHead>(texts.head);
      if (head === undefined) throw new Damaged('store', 'revision', 'it is not there');
      const worlds = await transaction.query<Omit<LoggedWorld, 'rows'>>(texts.worlds);
      const snapshots = await transaction.query<LoggedSnapshot>(texts.snapshots);
      const rows = await this.#rows(transaction);
      const rowsOf = (world: string) => (rows.get(world) ?? []).sort((one, other) => one.place - other.place);
      return { head, worlds: worlds.map((world) => ({ ...world, rows: rowsOf(world.name) })), snapshots };
    });
  }

  /** The rows of all worlds, in pages and in any order: the server need not sort what is sorted here anyway. */
  async #rows(transaction: Statements): Promise<Map<string, LoggedRow[]>> {
    const byWorld = new Map<string, LoggedRow[]>();
    await transaction.query(this.#texts.openRows);
    for (;;) {
      const page = await transaction.query<Received>(`FETCH ${MOST_ROWS} FROM rows`);
      for (const { world, ...stored } of page) {
        const rows = byWorld.get(world) ?? [];
        rows.push(loggedOf(stored));
        byWorld.set(world, rows);
      }
      if (page.length < MOST_ROWS) return byWorld;
    }
  }

  async commit(changes: LogChanges, head: LogHead): Promise<void> {
    const [first = [], ...others] = pagesOf(changes.puts);
    const commit = [this.#texts.commit, this.#valuesOf({ ...changes, puts: first }, head)] as const;
    if (others.length === 0) return this.#session.change(...commit);
    await this.#session.transaction(async (transaction) => {
      await transaction.query(...commit);
      for (const puts of others) {
        await transaction.query(this.#texts.commit, this.#valuesOf({ puts, removed: [], states: [] }, head));
      }
    });
  }

  async use({ rows, worlds }: LogUses, { at }: LogHead): Promise<void> {
    await this.#session.change(this.#texts.use, [
      at,
      ...columnsOf(rows, ['world', 'collection', 'id', 'at']),
      ...columnsOf(worlds, ['world', 'at']),
    ]);
  }

  async fill(world: string | KeptWorld, rows: readonly LoggedRow[], head: LogHead): Promise<void> {
    const name = typeof world === 'string' ? world : world.name;
    await this.#session.transaction(async (transaction) => {
      await transaction.query(this.#texts.empty, [name]);
      if (typeof world !== 'string') {
        const { made, ttl, createdAt, usedAt } = world;
        await transaction.query(this.#texts.make, [name, made, ttl, createdAt, usedAt]);
      }
      const placed = rows.map(({ row, place, size }) => ({ world: name, row, place, size }));
      for (const puts of [...pagesOf(placed), []]) {
        await transaction.query(this.#texts.commit, this.#valuesOf({ puts, removed: [], states: [] }, head));
      }
    });
  }

  async delete(world: string): Promise<void> {
    await this.#session.change(this.#texts.delete, [world]);
  }

  async putSnapshot(
    { place, id, name, world, at, size, made }: LoggedSnapshot,
    parts: Iterable<string>,
  ): Promise<void> {
    await this.#session.transaction(async (transaction) => {
      await transaction.query(this.#texts.putSnapshot, [place, id, name, world, at, size, made]);
      let part = 0;
      for (const rows of parts) {
        await transaction.query(this.#texts.putPart, [id, part, rows]);
        part += 1;
      }
    });
  }

  async partsOfSnapshot(id: string): Promise<readonly string[]> {
    const parts: string[] = [];
    for (;;) {
      const [found] = await this.#session.query<{ readonly rows: string }>(this.#texts.part, [id, parts.length]);
      if (found === undefined) return parts;
      parts.push(found.rows);
    }
  }

  async deleteSnapshot(id: string): Promise<void> {
    await this.#session.change(this.#texts.deleteSnapshot, [id]);
  }

  isSure(): boolean {
    return this.#session.isSure;
  }

  fault(): string | null {
    const { isSure, refusal } = this.#session;
    if (!isSure) return UNREACHABLE;
    return refusal === null ? null : `The database ${refusal.why}, so nothing can be stored now. ${refusal.advice}`;
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  /** Writes more than fits into an existing page, and rolls it back. */
  async #tryChange(): Promise<void> {
    const undone = new Error('only tried');
    const tried = this.#session.transaction(async (transaction) => {
      await transaction.query(this.#texts.tryChange);
      throw undone;
    });
    await tried.catch((cause: unknown) => {
      if (cause === undone) this.#session.refusal = null;
      else if (!(cause instanceof TakesNothing)) throw cause;
    });
  }

  #valuesOf({ puts, removed, states }: LogChanges, { revision, at }: LogHead): readonly unknown[] {
    const stored = puts.map((put) => ({ world: put.world, ...storedOf(put) }));
    return [
      ...[revision, at],
      ...columnsOf(removed, ['world', 'collection', 'id']),
      ...columnsOf(states, ['world', 'state']),
      ...columnsOf(stored, ['world', ...MEMBERS]),
    ];
  }
}

/** One list for each member. */
function columnsOf<Its extends object>(all: readonly Its[], members: readonly (keyof Its)[]): readonly unknown[][] {
  return members.map((member) => all.map((one) => one[member]));
}

/** Rows in lists that one statement can write. */
function pagesOf(rows: readonly PlacedRow[]): readonly (readonly PlacedRow[])[] {
  const pages: PlacedRow[][] = [];
  let characters = 0;
  for (const row of rows) {
    const page = pages.at(-1);
    characters += row.size;
    if (page !== undefined && page.length < MOST_ROWS && characters <= MOST_CHARACTERS) {
      page.push(row);
    } else {
      pages.push([row]);
      characters = row.size;
    }
  }
  return pages;
}

/** The statements, with the name of the schema. */
function textsFor(schema: string) {
  const objects = `"${schema}".objects`;
  const arrays = (from: number, types: readonly string[]) =>
    types.map((type, index) => `$${from + index}::${type}[]`).join(', ');
  const columns = NAMES.join(', ');
  const types = MEMBERS.map((member) => COLUMNS[member][1]);
  const read = MEMBERS.map((member) => `${COLUMNS[member][0]} AS "${member}"`).join(', ');
  const replaced = NAMES.filter((name) => !KEPT.includes(name)).map((name) => `${name} = excluded.${name}`);
  const text = ['text', 'text', 'text'];
  return {
    head: `SELECT revision, at FROM "${schema}".store`,
    worlds: `SELECT name, made, ttl, created_at AS "createdAt", used_at AS "usedAt", state FROM "${schema}".worlds ORDER BY place`,
    snapshots: `SELECT place, id, name, world, at, size, made FROM "${schema}".snapshots ORDER BY place`,
    openRows: `DECLARE rows NO SCROLL CURSOR FOR SELECT world, ${read} FROM ${objects}`,
    commit: `WITH head AS (UPDATE "${schema}".store SET revision = greatest(revision, $1), at = greatest(at, $2)),
      gone AS (DELETE FROM ${objects} o USING unnest(${arrays(3, text)}) AS r (world, collection, id)
        WHERE o.world = r.world AND o.collection = r.collection AND o.id = r.id),
      states AS (UPDATE "${schema}".worlds w SET state = s.state FROM unnest(${arrays(6, ['text', 'text'])}) AS s (world, state)
        WHERE w.name = s.world)
      INSERT INTO ${objects} (world, ${columns}) SELECT * FROM unnest(${arrays(8, ['text', ...types])})
      ON CONFLICT (world, collection, id) DO UPDATE SET ${replaced.join(', ')}`,
    use: `WITH head AS (UPDATE "${schema}".store SET at = greatest(at, $1)),
      rows AS (UPDATE ${objects} o SET used_at = u.at FROM unnest(${arrays(2, [...text, 'bigint'])}) AS u (world, collection, id, at)
        WHERE o.world = u.world AND o.collection = u.collection AND o.id = u.id)
      UPDATE "${schema}".worlds w SET used_at = u.at FROM unnest(${arrays(6, ['text', 'bigint'])}) AS u (world, at) WHERE w.name = u.world`,
    empty: `DELETE FROM ${objects} WHERE world = $1`,
    make: `INSERT INTO "${schema}".worlds (name, made, ttl, created_at, used_at, state) VALUES ($1, $2, $3, $4, $5, '')
      ON CONFLICT (name) DO UPDATE SET place = DEFAULT, made = $2, ttl = $3, created_at = $4, used_at = $5, state = ''`,
    delete: `WITH gone AS (DELETE FROM ${objects} WHERE world = $1) DELETE FROM "${schema}".worlds WHERE name = $1`,
    putSnapshot: `INSERT INTO "${schema}".snapshots (place, id, name, world, at, size, made) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    putPart: `INSERT INTO "${schema}".snapshot_parts (snapshot, part, rows) VALUES ($1, $2, $3)`,
    part: `SELECT rows FROM "${schema}".snapshot_parts WHERE snapshot = $1 AND part = $2`,
    deleteSnapshot: `WITH gone AS (DELETE FROM "${schema}".snapshot_parts WHERE snapshot = $1)
      DELETE FROM "${schema}".snapshots WHERE id = $1`,
    tryChange: `INSERT INTO ${objects} (world, seq, collection, id, owner, body, revision)
      SELECT '', 0, 'room', gen_random_uuid(), '', string_agg(gen_random_uuid()::text, ''), 0 FROM generate_series(1, 1000)`,
  } as const;
}
