import {
  type Change,
  type Collections,
  type DueQuery,
  type Expectation,
  type List,
  type ListQuery,
  NEW,
  type Revision,
  type Row,
  type Size,
} from '../collections.ts';
import { Changed, Collision } from '../errors.ts';
import { Touched } from '../touched.ts';
import { Turns } from '../turns.ts';
import type { Connection, Transaction } from './connection.ts';
import type { PostgresLog } from './log.ts';
import { OBJECT_COLUMNS, RECORD, RECORD_COLUMNS, recordOf, rowOf, type StoredRow } from './objects.ts';
import { pageReader } from './pages.ts';
import { WORLD_TABLES } from './schema.ts';

/** What is known of a row without reading all of it. */
interface Standing {
  readonly collection: string;
  readonly id: string;
  readonly owner: string;
  readonly revision: string;
}

interface StoredSize {
  readonly count: string;
  readonly revision: string;
}

/** Where the rows are. */
export interface Tables {
  /** The quoted name of their schema. */
  readonly schema: string;
  /** Makes a text lower case, in SQL. */
  readonly folded: (text: string) => string;
}

/** Is told what is done here. */
export interface Told {
  /** When rows were used, which is written later. */
  readonly notes: Pick<PostgresLog, 'note' | 'noteOf' | 'dropNotes'>;
  readonly committed: (revision: Revision) => void;
}

/** What PostgreSQL says where a key is taken. */
const UNIQUE_VIOLATION = '23505';

/** No limit, as `LIMIT` takes it. */
const ALL = null;

/**
 * The rows of one world. Whoever changes something locks the row of the world first, so the changes of a world come one
 * after the other, and the order of their revisions is that of their commits.
 */
export function postgresCollections(
  connection: Connection,
  { schema, folded }: Tables,
  world: string,
  { notes, committed }: Told,
): Collections {
  const sql = (text: string) => text.replaceAll('$schema', schema);
  const select = (rest: string) => sql(`SELECT ${OBJECT_COLUMNS} FROM $schema.objects o ${rest}`);
  /** A stored row, with what is noted of it. */
  const read = (stored: StoredRow): Row => {
    const noted = notes.noteOf(stored.collection, stored.id);
    return noted === undefined ? rowOf(stored) : { ...rowOf(stored), usedAt: noted };
  };
  const one = async (text: string, values: readonly unknown[]) => {
    const [stored] = await connection.query<StoredRow>(text, values);
    return stored === undefined ? null : read(stored);
  };
  const IN = 'WHERE o.world = $1 AND o.collection = $2';
  const BY_ID = select(`${IN} AND o.id = $3`);
  const BY_ALIAS = select(
    `JOIN $schema.aliases a ON a.world = o.world AND a.collection = o.collection AND a.id = o.id ${IN} AND a.alias = $3`,
  );
  const LISTS = {
    owner: select(`${IN} AND o.owner = $3 ORDER BY o.seq LIMIT $4`),
    parent: select(`${IN} AND o.parent = $3 ORDER BY o.seq LIMIT $4`),
    label: select(`${IN} AND o.labels @> ARRAY[$3] ORDER BY o.seq LIMIT $4`),
    visibleTo: select(`${IN} AND (o.owner = $3 OR o.shared && ARRAY[$3, '*']) ORDER BY o.seq LIMIT $4`),
    all: select(`${IN} ORDER BY o.seq LIMIT $3`),
  };
  const BASE = sql('SELECT 0 AS count, base AS revision FROM $schema.worlds WHERE id = $1');
  const SIZE_OF_LIST = sql(
    'SELECT count, revision FROM $schema.lists WHERE world = $1 AND collection = $2 AND owner = $3',
  );
  const SIZE_OF_ALL = sql('SELECT count, revision FROM $schema.collections WHERE world = $1 AND name = $2');
  const duePart = (order: string) =>
    select(`${IN} AND o.parent = $3 AND o.due_at > $4 AND o.due_at <= $5 ORDER BY o.due_at ${order} LIMIT $6`);
  const DUE = select(`${IN} AND o.due_at > $3 AND o.due_at <= $4 ORDER BY o.due_at, o.id LIMIT $5`);
  const DUE_PARTS = duePart('ASC');
  const LATEST_PARTS = duePart('DESC');
  const NEXT = sql('UPDATE $schema.worlds SET revision = revision + 1 WHERE id = $1 RETURNING revision');
  const STANDING = sql(`SELECT o.collection, o.id, o.owner, o.revision FROM $schema.objects o
    JOIN json_to_recordset($2::json) AS wanted (collection text, id text) ON wanted.collection = o.collection AND wanted.id = o.id
    WHERE o.world = $1`);
  const FORGET_ALIASES =
    sql(`DELETE FROM $schema.aliases a USING json_to_recordset($2::json) AS gone (collection text, id text)
    WHERE a.world = $1 AND a.collection = gone.collection AND a.id = gone.id`);
  const REMOVE = sql(`DELETE FROM $schema.objects o USING json_to_recordset($2::json) AS gone (collection text, id text)
    WHERE o.world = $1 AND o.collection = gone.collection AND o.id = gone.id`);
  const INSERT = sql(`INSERT INTO $schema.objects (world, ${RECORD_COLUMNS})
    SELECT $1, ${RECORD_COLUMNS} FROM (SELECT row_number() OVER () AS place, * FROM json_to_recordset($2::json) AS r ${RECORD}) given
    ORDER BY place`);
  const UPDATE =
    sql(`UPDATE $schema.objects o SET owner = r.owner, parent = r.parent, aliases = r.aliases, labels = r.labels,
      shared = r.shared, due_at = r.due_at, body = r.body, revision = r.revision, name = r.name, state = r.state,
      created_at = r.created_at, modified_at = r.modified_at
    FROM json_to_recordset($2::json) AS r ${RECORD} WHERE o.world = $1 AND o.collection = r.collection AND o.id = r.id`);
  const ADD_ALIASES = sql(`INSERT INTO $schema.aliases (world, collection, alias, id)
    SELECT $1, r.collection, alias, r.id FROM json_to_recordset($2::json) AS r (collection text, id text, aliases text[]), unnest(r.aliases) AS alias`);
  const COUNT = sql(`INSERT INTO $schema.lists AS l (world, collection, owner, count, revision)
    SELECT $1, r.collection, r.owner, r.more, $3 FROM json_to_recordset($2::json) AS r (collection text, owner text, more bigint)
    ON CONFLICT (world, collection, owner) DO UPDATE SET count = l.count + excluded.count, revision = excluded.revision`);
  const COUNT_ALL = sql(`INSERT INTO $schema.collections AS c (world, name, count, revision)
    SELECT $1, r.collection, sum(r.more), $3 FROM json_to_recordset($2::json) AS r (collection text, more bigint) GROUP BY r.collection
    ON CONFLICT (world, name) DO UPDATE SET count = c.count + excluded.count, revision = excluded.revision`);
  const DUMP = select('WHERE o.world = $1 ORDER BY o.seq');
  const COUNTS = sql('SELECT name, count FROM $schema.collections WHERE world = $1 AND count > 0');
  const SET_BASE = sql('UPDATE $schema.worlds SET base = revision WHERE id = $1');

  const sizeOf = async (reader: Transaction, collection: string, owner: string | undefined): Promise<Size> => {
    const [found] =
      owner === undefined
        ? await reader.query<StoredSize>(SIZE_OF_ALL, [world, collection])
        : await reader.query<StoredSize>(SIZE_OF_LIST, [world, collection, owner]);
    // A list that nothing was in since everything was replaced.
    const [base] = found === undefined ? await reader.query<StoredSize>(BASE, [world]) : [found];
    return { count: Number(base?.count ?? 0), revision: Number(base?.revision ?? 0) };
  };

  const list = async ({ collection, limit = Number.NaN, ...of }: ListQuery): Promise<List> => {
    // The revision comes first: what changes before the rows are read is noticed by whoever depends on it.
    const { revision } = await sizeOf(connection, collection, of.owner);
    const kind = (['owner', 'parent', 'label', 'visibleTo'] as const).find((one) => of[one] !== undefined) ?? 'all';
    const most = Number.isNaN(limit) ? ALL : limit;
    const values = kind === 'all' ? [world, collection, most] : [world, collection, of[kind], most];
    const stored = await connection.query<StoredRow>(LISTS[kind], values);
    return { rows: stored.map(read), revision };
  };

  const due = ({ collection, parent, after, to, limit, latestFirst = false }: DueQuery) =>
    parent === undefined
      ? connection.query<StoredRow>(DUE, [world, collection, after, to, limit])
      : connection.query<StoredRow>(latestFirst ? LATEST_PARTS : DUE_PARTS, [
          world,
          collection,
          parent,
          after,
          to,
          limit,
        ]);

  /** A revision above all others; from here on nobody else changes the world. */
  const next = async (transaction: Transaction): Promise<Revision> => {
    const [row] = await transaction.query<{ readonly revision: string }>(NEXT, [world]);
    return Number(row?.revision);
  };

  const check = async (transaction: Transaction, expects: readonly Expectation[]) => {
    for (const expected of expects) {
      if ('id' in expected) {
        const [found] = await standingOf(transaction, [expected]);
        if (Number(found?.revision ?? NEW) !== expected.revision) throw new Changed();
      } else {
        const { revision } = await sizeOf(transaction, expected.collection, expected.owner);
        if (revision !== expected.revision) throw new Changed();
      }
    }
  };

  const standingOf = (
    transaction: Transaction,
    rows: readonly { readonly collection: string; readonly id: string }[],
  ) => transaction.query<Standing>(STANDING, [world, named(rows)]);

  /** Writes lists of new rows, and what finds rows. */
  const store = async (transaction: Transaction, text: string, rows: readonly Row[], revision: Revision) => {
    if (rows.length === 0) return;
    await transaction.query(text, [world, JSON.stringify(rows.map((row) => recordOf(row, revision)))]);
  };

  const note = async (transaction: Transaction, touched: Touched, revision: Revision) => {
    const all = touched.all;
    if (all.length === 0) return;
    await transaction.query(COUNT, [world, JSON.stringify(all), revision]);
    await transaction.query(COUNT_ALL, [world, JSON.stringify(all), revision]);
  };

  const written = async (
    transaction: Transaction,
    { puts, removals, before }: Sorted,
    revision: Revision,
  ): Promise<void> => {
    const touched = new Touched();
    for (const { collection, owner } of before.values()) touched.add(collection, owner, -1);
    for (const { collection, owner } of puts) touched.add(collection, owner, 1);
    if (before.size > 0) await transaction.query(FORGET_ALIASES, [world, named([...before.values()])]);
    if (removals.length > 0) await transaction.query(REMOVE, [world, named(removals)]);
    await store(
      transaction,
      UPDATE,
      puts.filter((row) => before.has(nameOf(row))),
      revision,
    );
    await store(
      transaction,
      INSERT,
      puts.filter((row) => !before.has(nameOf(row))),
      revision,
    );
    const findable = puts.filter(({ aliases }) => aliases.length > 0);
    if (findable.length > 0) {
      const aliases = findable.map(({ collection, id, aliases: all }) => ({
        collection,
        id,
        aliases: [...new Set(all)],
      }));
      await transaction.query(ADD_ALIASES, [world, JSON.stringify(aliases)]);
    }
    await note(transaction, touched, revision);
  };

  return {
    byId: (collection, id) => one(BY_ID, [world, collection, id]),
    byAlias: (collection, alias) => one(BY_ALIAS, [world, collection, alias]),
    list,
    size: (collection, owner) => sizeOf(connection, collection, owner),
    page: pageReader(connection, sql, world, folded, read),
    due: async (query) => (await due(query)).map(read),
    counts: async () => {
      const counts = await connection.query<{ readonly name: string; readonly count: string }>(COUNTS, [world]);
      return Object.fromEntries(counts.map(({ name, count }) => [name, Number(count)]));
    },
    commit: async (changes, expects = []) => {
      const made = await taken(
        connection.transaction(async (transaction) => {
          const revision = await next(transaction);
          await check(transaction, expects);
          const all = changes.map((change) => (change.kind === 'put' ? change.row : change));
          const standing = all.length === 0 ? [] : await standingOf(transaction, all);
          await written(transaction, sorted(changes, standing), revision);
          return revision;
        }),
      );
      for (const change of changes) if (change.kind === 'remove') notes.dropNotes(change);
      committed(made);
      return made;
    },
    seen: null,
    turns: new Turns((work) => connection.alone(world, work)),
    dump: async () => (await connection.query<StoredRow>(DUMP, [world])).map(read),
    note: async (collection, id, at) => {
      notes.note(collection, id, at);
    },
    load: async (rows) => {
      const made = await taken(
        connection.transaction(async (transaction) => {
          const revision = await next(transaction);
          for (const table of WORLD_TABLES)
            await transaction.query(sql(`DELETE FROM $schema.${table} WHERE world = $1`), [world]);
          await transaction.query(SET_BASE, [world]);
          await written(transaction, { puts: rows, removals: [], before: new Map() }, revision);
          return revision;
        }),
      );
      notes.dropNotes();
      committed(made);
    },
  };
}

/** Changes, as they are written. */
interface Sorted {
  readonly puts: readonly Row[];
  readonly removals: readonly Standing[];
  /** What was there of all of these, by name. */
  readonly before: ReadonlyMap<string, Standing>;
}

/** @throws Changed, Collision */
function sorted(changes: readonly Change[], standing: readonly Standing[]): Sorted {
  const there = new Map(standing.map((row) => [nameOf(row), row]));
  const seen = new Map<string, Change['kind']>();
  const puts: Row[] = [];
  const removals: Standing[] = [];
  for (const change of changes) {
    const { collection, id, revision } = change.kind === 'put' ? change.row : change;
    const name = nameOf({ collection, id });
    const found = there.get(name);
    const kind = seen.get(name);
    if (kind === 'remove' && change.kind === 'remove') continue;
    if (kind !== undefined) throw new TypeError(`${name} is changed twice in one commit`);
    seen.set(name, change.kind);
    const now = found === undefined ? undefined : Number(found.revision);
    if (change.kind === 'put') {
      if (revision === NEW && found !== undefined) throw new Collision();
      if (revision !== NEW && now !== revision) throw new Changed();
      puts.push(change.row);
    } else {
      if (revision !== undefined && now !== revision) throw new Changed();
      if (found !== undefined) removals.push(found);
    }
  }
  return { puts, removals, before: there };
}

function nameOf({ collection, id }: Pick<Row, 'collection' | 'id'>): string {
  return `${collection} ${id}`;
}

function named(rows: readonly Pick<Row, 'collection' | 'id'>[]): string {
  return JSON.stringify(rows.map(({ collection, id }) => ({ collection, id })));
}

/** @throws Collision where an id or an alias is taken */
async function taken<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === UNIQUE_VIOLATION) throw new Collision();
    throw cause;
  }
}
