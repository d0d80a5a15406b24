import { messageOf } from '../../lib/errors.ts';
import { DamagedData, ReadOnlyDatabase } from '../errors.ts';
import { type ReadLine, RowReader } from '../row-reader.ts';
import { readPart, splitIntoParts } from '../saved-row.ts';
import type { StateMemory } from '../state-memory.ts';
import type {
  LogChanges,
  LogContent,
  LogEntry,
  LoggedPut,
  LoggedState,
  LoggedWorld,
  ReadRow,
  RowOfWorld,
  SnapshotRecord,
  StorageInfo,
  Waiting,
  WorldLog,
} from '../world-log.ts';
import { parseLocation } from './location.ts';
import { loadDriver, lockSchema } from './open.ts';
import type { Session, Statements } from './session.ts';

const MAX_ROWS = 1000;
/** The number of results in the first page of a query, before their length is known. */
const FIRST_PAGE = 10;
/** The maximum number of characters in the rows of one statement or page, unless a single row is longer. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

export class PostgresLog implements WorldLog {
  readonly info: StorageInfo;
  readonly isDurable = true;
  readonly notices: readonly string[] = [];
  readonly lost: Promise<string>;
  readonly #session: Session;
  readonly #statements: ReturnType<typeof createStatements>;
  /** What was read when the log was opened, until the first `read`. */
  #content: LogContent | null = null;

  private constructor(session: Session, schema: string) {
    this.info = { kind: 'postgres', driver: null, schema };
    this.lost = session.ended.then(
      (cause) =>
        `The session with the database has ended (${messageOf(cause)}), so another process may have the worlds.`,
    );
    this.#session = session;
    this.#statements = createStatements(schema);
    session.tryChange = () => this.#tryChange();
  }

  /** Opens a schema once this process has its lock, which ends with the session. @throws UserError; DamagedData */
  static async open(data: string, memory: StateMemory, waiting: Waiting): Promise<PostgresLog> {
    const location = await parseLocation(data);
    return lockSchema(await loadDriver(), location, waiting, async (session) => {
      const log = new PostgresLog(session, location.schema);
      log.#content = await log.#read(memory);
      return log;
    });
  }

  async read(memory: StateMemory): Promise<LogContent> {
    const content = this.#content ?? (await this.#read(memory));
    this.#content = null;
    return content;
  }

  async #read(memory: StateMemory): Promise<LogContent> {
    const reader = new RowReader(memory);
    const texts = this.#statements;
    return this.#session.transaction(async (transaction) => {
      const [head] = await transaction.query<{ readonly at: number }>(texts.head);
      if (head === undefined) throw new DamagedData('the row of the table `store`', 'it is not there');
      const worlds: Omit<LoggedWorld, keyof Content>[] = [];
      for await (const world of readPages<(typeof worlds)[number]>(transaction, texts.worlds)) {
        worlds.push({ ...world, seed: reader.shareText(world.seed) });
      }
      const snapshots = await transaction.query<SnapshotRecord>(texts.snapshots);
      const contents = new Map<string, MutableContent>();
      for (const { name } of worlds) contents.set(name, { lines: [], changedRows: [], uses: [] });
      const forEachRow = async <Read extends { readonly world: string }>(
        text: string,
        take: (content: MutableContent, read: Read) => void,
      ) => {
        for await (const read of readPages<Read>(transaction, text)) {
          const content = contents.get(read.world);
          if (content !== undefined) take(content, read);
        }
      };
      await forEachRow<{ readonly world: string; readonly rows: string }>(texts.parts, ({ lines }, { world, rows }) => {
        lines.push(...reader.readLines(rows, world));
      });
      await forEachRow<RowOfWorld & { readonly row: string | null }>(texts.objects, ({ changedRows }, object) => {
        changedRows.push(reader.readChange(object, object.row));
      });
      await forEachRow<RowOfWorld & { readonly at: number }>(texts.uses, ({ uses }, { collection, id, at }) =>
        uses.push({ collection, id, at }),
      );
      return {
        at: head.at,
        worlds: worlds.map((world) => {
          const { lines, ...rest } = contents.get(world.name) as MutableContent;
          return { ...world, initial: reader.joinLines(lines, world.name), ...rest };
        }),
        snapshots,
      };
    });
  }

  async readSnapshot(id: string, part: number): Promise<readonly ReadRow[] | null> {
    const [found] = await this.#session.query<{ readonly rows: string }>(this.#statements.part, [id, part]);
    return found === undefined ? null : readPart(found.rows, `the rows of the snapshot \`${id}\``);
  }

  async append(entry: LogEntry, at: number): Promise<void> {
    const texts = this.#statements;
    switch (entry.kind) {
      case 'changes':
        return this.#commit(entry, at);
      case 'uses':
        return this.#session.change(texts.use, [
          at,
          ...toColumns(entry.rows, ['world', 'collection', 'id', 'at']),
          ...toColumns(entry.worlds, ['world', 'at']),
        ]);
      case 'world':
        return this.#writeWorld(entry, at);
      case 'world-end':
        return this.#session.change(texts.delete, [entry.name]);
      case 'snapshot':
        return this.#writeSnapshot(entry);
      case 'snapshot-end':
        return this.#session.change(texts.deleteSnapshot, [entry.id]);
    }
  }

  async #commit(changes: LogChanges, at: number): Promise<void> {
    const [first = [], ...others] = splitIntoPages(changes.puts);
    const commit = [this.#statements.commit, commitValues({ ...changes, puts: first }, at)] as const;
    if (others.length === 0) return this.#session.change(...commit);
    await this.#session.transaction(async (transaction) => {
      await transaction.query(...commit);
      for (const puts of others) {
        await transaction.query(this.#statements.commit, commitValues({ puts, removed: [], states: [] }, at));
      }
    });
  }

  async #writeWorld({ name, record, state }: Extract<LogEntry, { kind: 'world' }>, at: number): Promise<void> {
    const { empty, make, fill } = this.#statements;
    await this.#session.transaction(async (transaction) => {
      await transaction.query(empty, [name, at]);
      if (record !== null) {
        const { made, seed, ttl, createdAt, usedAt } = record;
        await transaction.query(make, [name, made, seed, ttl, createdAt, usedAt]);
      }
      await writeParts(transaction, fill, name, state);
    });
  }

  async #writeSnapshot({ record, state }: Extract<LogEntry, { kind: 'snapshot' }>): Promise<void> {
    const { place, id, name, world, at, size } = record;
    await this.#session.transaction(async (transaction) => {
      await transaction.query(this.#statements.putSnapshot, [place, id, name, world, at, size]);
      await writeParts(transaction, this.#statements.putPart, id, state);
    });
  }

  fault(): string | null {
    const { refusal } = this.#session;
    return refusal === null ? null : `The database ${refusal.why}, so nothing can be stored now. ${refusal.advice}`;
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  /** Writes more than fits in an existing page, then rolls back. */
  async #tryChange(): Promise<void> {
    const undone = new Error('only tried');
    const tried = this.#session.transaction(async (transaction) => {
      await transaction.query(this.#statements.tryChange);
      throw undone;
    });
    await tried.catch((cause: unknown) => {
      if (cause === undone) this.#session.refusal = null;
      else if (!(cause instanceof ReadOnlyDatabase)) throw cause;
    });
  }
}

type Content = Pick<LoggedWorld, 'initial' | 'changedRows' | 'uses'>;

interface MutableContent {
  readonly lines: ReadLine[];
  readonly changedRows: Content['changedRows'][number][];
  readonly uses: Content['uses'][number][];
}

/** Writes the rows of a state. @param insert a statement with an owner, a number and a part */
async function writeParts(to: Statements, insert: string, owner: string, state: LoggedState): Promise<void> {
  let part = 0;
  for (const rows of splitIntoParts(state)) {
    await to.query(insert, [owner, part, rows]);
    part += 1;
  }
}

/** Reads all results of a query, page by page, because all of them together may not fit into the heap. */
async function* readPages<Read extends object>(transaction: Statements, text: string): AsyncGenerator<Read> {
  await transaction.query(`DECLARE page NO SCROLL CURSOR FOR ${text}`);
  let size = FIRST_PAGE;
  for (;;) {
    const page = await transaction.query<Read>(`FETCH ${size} FROM page`);
    yield* page;
    if (page.length < size) break;
    const fitting = Math.floor((size * MAX_CHARACTERS) / Math.max(1, countCharacters(page)));
    size = Math.max(1, Math.min(fitting, 2 * size, MAX_ROWS));
  }
  await transaction.query('CLOSE page');
}

function countCharacters(results: readonly object[]): number {
  const values: readonly unknown[] = results.flatMap((result) => Object.values(result));
  return values.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0);
}

function commitValues({ puts, removed, states }: LogChanges, at: number): readonly unknown[] {
  return [
    at,
    ...toColumns(removed, ['world', 'collection', 'id']),
    ...toColumns(states, ['world', 'state']),
    ...toColumns(puts, ['world', 'collection', 'id', 'text']),
  ];
}

function toColumns<Item extends object>(
  items: readonly Item[],
  members: readonly (keyof Item)[],
): readonly unknown[][] {
  return members.map((member) => items.map((item) => item[member]));
}

/** Splits rows into lists that one statement can write. */
function splitIntoPages(rows: readonly LoggedPut[]): readonly (readonly LoggedPut[])[] {
  const pages: LoggedPut[][] = [];
  let characters = 0;
  for (const row of rows) {
    const page = pages.at(-1);
    const length = row.text?.length ?? 0;
    characters += length;
    if (page !== undefined && page.length < MAX_ROWS && characters <= MAX_CHARACTERS) {
      page.push(row);
    } else {
      pages.push([row]);
      characters = length;
    }
  }
  return pages;
}

function createStatements(schema: string) {
  const objects = `"${schema}".objects`;
  const uses = `"${schema}".uses`;
  const arrays = (from: number, types: readonly string[]) =>
    types.map((type, index) => `$${from + index}::${type}[]`).join(', ');
  const text = ['text', 'text', 'text'];
  const emptied = (world: string) =>
    ['world_parts', 'objects', 'uses']
      .map((table) => `of_${table} AS (DELETE FROM "${schema}".${table} WHERE world = ${world})`)
      .join(', ');
  return {
    head: `SELECT at FROM "${schema}".store`,
    worlds: `SELECT name, made, seed, ttl, created_at AS "createdAt", used_at AS "usedAt", state FROM "${schema}".worlds ORDER BY place`,
    snapshots: `SELECT place, id, name, world, at, size FROM "${schema}".snapshots ORDER BY place`,
    parts: `SELECT world, rows FROM "${schema}".world_parts ORDER BY world, part`,
    objects: `SELECT world, collection, id, row FROM ${objects}`,
    uses: `SELECT world, collection, id, at FROM ${uses}`,
    commit: `WITH head AS (UPDATE "${schema}".store SET at = greatest(at, $1)),
      removed AS (SELECT * FROM unnest(${arrays(2, text)}) AS r (world, collection, id)),
      states AS (UPDATE "${schema}".worlds w SET state = s.state FROM unnest(${arrays(5, ['text', 'text'])}) AS s (world, state)
        WHERE w.name = s.world),
      puts AS (SELECT * FROM unnest(${arrays(7, [...text, 'text'])}) AS p (world, collection, id, row)),
      gone AS (DELETE FROM ${objects} o USING removed r WHERE o.world = r.world AND o.collection = r.collection AND o.id = r.id),
      unused AS (DELETE FROM ${uses} u USING (SELECT * FROM removed UNION ALL SELECT world, collection, id FROM puts WHERE row IS NULL) AS r
        WHERE u.world = r.world AND u.collection = r.collection AND u.id = r.id)
      INSERT INTO ${objects} (world, collection, id, row) SELECT * FROM puts
      ON CONFLICT (world, collection, id) DO UPDATE SET row = excluded.row`,
    use: `WITH head AS (UPDATE "${schema}".store SET at = greatest(at, $1)),
      rows AS (INSERT INTO ${uses} (world, collection, id, at) SELECT * FROM unnest(${arrays(2, [...text, 'bigint'])})
        ON CONFLICT (world, collection, id) DO UPDATE SET at = excluded.at)
      UPDATE "${schema}".worlds w SET used_at = u.at FROM unnest(${arrays(6, ['text', 'bigint'])}) AS u (world, at) WHERE w.name = u.world`,
    empty: `WITH head AS (UPDATE "${schema}".store SET at = greatest(at, $2)), ${emptied('$1')} SELECT 1`,
    make: `INSERT INTO "${schema}".worlds (name, made, seed, ttl, created_at, used_at, state) VALUES ($1, $2, $3, $4, $5, $6, '')
      ON CONFLICT (name) DO UPDATE SET place = DEFAULT, made = $2, seed = $3, ttl = $4, created_at = $5, used_at = $6, state = ''`,
    fill: `INSERT INTO "${schema}".world_parts (world, part, rows) VALUES ($1, $2, $3)`,
    delete: `WITH ${emptied('$1')},
      ended AS (DELETE FROM "${schema}".snapshots WHERE world = $1 RETURNING id),
      ended_parts AS (DELETE FROM "${schema}".snapshot_parts WHERE snapshot IN (SELECT id FROM ended))
      DELETE FROM "${schema}".worlds WHERE name = $1`,
    putSnapshot: `INSERT INTO "${schema}".snapshots (place, id, name, world, at, size) VALUES ($1, $2, $3, $4, $5, $6)`,
    putPart: `INSERT INTO "${schema}".snapshot_parts (snapshot, part, rows) VALUES ($1, $2, $3)`,
    part: `SELECT rows FROM "${schema}".snapshot_parts WHERE snapshot = $1 AND part = $2`,
    deleteSnapshot: `WITH gone AS (DELETE FROM "${schema}".snapshot_parts WHERE snapshot = $1)
      DELETE FROM "${schema}".snapshots WHERE id = $1`,
    tryChange: `INSERT INTO ${objects} (world, collection, id, row)
      SELECT '', 'room', gen_random_uuid(), string_agg(gen_random_uuid()::text, '') FROM generate_series(1, 1000)`,
  } as const;
}
