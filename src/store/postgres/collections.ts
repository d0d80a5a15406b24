import { type Before, type Checked, checked } from '../checked.ts';
import {
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
import { Changed, Collision, WorldGone } from '../errors.ts';
import { listKindOf } from '../list-kind.ts';
import { changedBy, nameOf, type RowName } from '../row-name.ts';
import { touchedBy } from '../touched.ts';
import { Turns } from '../turns.ts';
import type { Connection, Reader, Transaction } from './connection.ts';
import type { PostgresLog } from './log.ts';
import { recordOf, rowOf, type StoredRow } from './objects.ts';
import { pageReader } from './pages.ts';
import type { Tables } from './statements.ts';

/** What is known of a row before it is changed, without reading all of it. */
type RowBefore = Before & RowName;
type BeforeOf = (row: RowName) => RowBefore | undefined;

interface StoredSize {
  readonly count: string;
  readonly revision: string;
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
  tables: Tables,
  world: string,
  { notes, committed }: Told,
): Collections {
  const { statements } = tables;
  /** A stored row, with what is noted of it. */
  const read = (stored: StoredRow): Row => {
    const noted = notes.noteOf(stored.collection, stored.id);
    return noted === undefined ? rowOf(stored) : { ...rowOf(stored), usedAt: noted };
  };
  const one = async (text: string, values: readonly unknown[]) => {
    const [stored] = await connection.query<StoredRow>(text, values);
    return stored === undefined ? null : read(stored);
  };

  const sizeOf = async (reader: Reader, collection: string, owner: string | undefined): Promise<Size> => {
    const [found] =
      owner === undefined
        ? await reader.query<StoredSize>(statements.sizeOfAll, [world, collection])
        : await reader.query<StoredSize>(statements.sizeOfList, [world, collection, owner]);
    const [size] = found === undefined ? await reader.query<StoredSize>(statements.sizeOfNone, [world]) : [found];
    return { count: Number(size?.count ?? 0), revision: Number(size?.revision ?? 0) };
  };

  const list = async (query: ListQuery): Promise<List> => {
    const { collection, owner, limit = ALL } = query;
    // The revision comes first: what changes before the rows are read is noticed by whoever depends on it.
    const { revision } = await sizeOf(connection, collection, owner);
    const kind = listKindOf(query);
    const chosen = kind === 'all' ? [] : [query[kind]];
    const stored = await connection.query<StoredRow>(statements.lists[kind], [world, collection, ...chosen, limit]);
    return { rows: stored.map(read), revision };
  };

  const due = ({ collection, parent, after, to, limit, latestFirst = false }: DueQuery) => {
    if (parent === undefined) return connection.query<StoredRow>(statements.due, [world, collection, after, to, limit]);
    const text = latestFirst ? statements.latestParts : statements.dueParts;
    return connection.query<StoredRow>(text, [world, collection, parent, after, to, limit]);
  };

  /** Looks up rows as they are before they are changed. */
  const beforeOf = async (reader: Reader, rows: readonly RowName[]): Promise<BeforeOf> => {
    if (rows.length === 0) return () => undefined;
    const values = [world, JSON.stringify(rows.map(nameOnly))];
    const stored = await reader.query<Pick<StoredRow, keyof RowBefore>>(statements.before, values);
    const byName = new Map(stored.map((row) => [nameOf(row), { ...row, revision: Number(row.revision) }]));
    return (row) => byName.get(nameOf(row));
  };

  /** @throws Changed */
  const check = async (reader: Reader, expects: readonly Expectation[]) => {
    const ofRows = expects.filter((expected) => 'id' in expected);
    const before = await beforeOf(reader, ofRows);
    for (const expected of expects) {
      const { revision } =
        'id' in expected
          ? (before(expected) ?? { revision: NEW })
          : await sizeOf(reader, expected.collection, expected.owner);
      if (revision !== expected.revision) throw new Changed();
    }
  };

  /** A revision above all others; from here on nobody else changes the world. */
  const next = async (transaction: Transaction): Promise<Revision> => {
    const [row] = await transaction.query<{ readonly revision: string }>(statements.next, [world]);
    if (row === undefined) throw new WorldGone();
    return Number(row.revision);
  };

  return {
    byId: (collection, id) => one(statements.byId, [world, collection, id]),
    byAlias: (collection, alias) => one(statements.byAlias, [world, collection, alias]),
    list,
    places: async (collection) => {
      type Placed = { readonly id: string; readonly seq: string };
      const placed = await connection.query<Placed>(statements.places, [world, collection]);
      return new Map(placed.map(({ id, seq }) => [id, Number(seq)]));
    },
    size: (collection, owner) => sizeOf(connection, collection, owner),
    page: pageReader(connection, tables, world, read),
    due: async (query) => (await due(query)).map(read),
    counts: async () => {
      type Counted = { readonly name: string; readonly count: string };
      const counts = await connection.query<Counted>(statements.counts, [world]);
      return Object.fromEntries(counts.map(({ name, count }) => [name, Number(count)]));
    },
    commit: async (changes, expects = []) => {
      const made = await taken(
        connection.transaction(async (transaction) => {
          const revision = await next(transaction);
          await check(transaction, expects);
          const before = await beforeOf(transaction, changes.map(changedBy));
          await apply(tables, transaction, world, checked(changes, before), revision);
          return revision;
        }),
      );
      for (const change of changes) if (change.kind === 'remove') notes.dropNotes(change);
      committed(made);
      return made;
    },
    seen: null,
    turns: new Turns((work) => connection.alone(world, work)),
    dump: async () => (await connection.query<StoredRow>(statements.dump, [world])).map(read),
    note: async (collection, id, at) => {
      notes.note(collection, id, at);
    },
    load: async (rows) => {
      const made = await taken(
        connection.transaction(async (transaction) => {
          const revision = await next(transaction);
          for (const text of statements.empty) await transaction.query(text, [world]);
          await transaction.query(statements.setBase, [world]);
          await apply(tables, transaction, world, { added: rows, replaced: [], removed: [] }, revision);
          return revision;
        }),
      );
      notes.dropNotes();
      committed(made);
    },
  };
}

/** Makes changes that were checked. Whether an alias is taken is found out by PostgreSQL (`taken`). */
async function apply(
  { statements }: Tables,
  transaction: Transaction,
  world: string,
  changes: Checked<RowBefore>,
  revision: Revision,
): Promise<void> {
  /** One statement for all records; none if there are none. */
  const write = async (text: string, records: readonly object[], ...more: readonly unknown[]) => {
    if (records.length > 0) await transaction.query(text, [world, JSON.stringify(records), ...more]);
  };
  const { added, replaced, removed } = changes;
  const before = [...replaced.map((one) => one.before), ...removed];
  const replacing = replaced.map(({ row }) => row);
  const recorded = (row: Row) => recordOf(row, revision);
  const findable = [...replacing, ...added].filter(({ aliases }) => aliases.length > 0);
  const touched = touchedBy(changes);
  await write(statements.forgetAliases, before.map(nameOnly));
  await write(statements.remove, removed.map(nameOnly));
  await write(statements.update, replacing.map(recorded));
  await write(statements.insert, added.map(recorded));
  await write(statements.addAliases, findable.map(aliasesOf));
  await write(statements.countLists, touched, revision);
  await write(statements.countAll, touched, revision);
}

/** Writes the rows of a world that has none. */
export function rowWriter(tables: Tables) {
  return (transaction: Transaction, world: string, rows: readonly Row[], revision: Revision): Promise<void> =>
    taken(apply(tables, transaction, world, { added: rows, replaced: [], removed: [] }, revision));
}

function nameOnly({ collection, id }: RowName): RowName {
  return { collection, id };
}

function aliasesOf({ collection, id, aliases }: Row): RowName & Pick<Row, 'aliases'> {
  return { collection, id, aliases: [...new Set(aliases)] };
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
