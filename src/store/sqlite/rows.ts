import type { Instant } from '../../core/clock.ts';
import { type Checked, checked } from '../checked.ts';
import {
  type Change,
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
import { type ListKind, listKindOf } from '../list-kind.ts';
import type { Revisions } from '../revisions.ts';
import type { RowName } from '../row-name.ts';
import { type TouchedList, touchedBy } from '../touched.ts';
import type { Note } from './notes.ts';
import { OBJECT_COLUMNS, objectWriter, rowOf, type StoredBefore, type StoredRow } from './objects.ts';
import { renumber } from './renumbering.ts';
import { empty } from './replacing.ts';
import type { Prepared, Statements } from './statements.ts';

const SELECT = `SELECT ${OBJECT_COLUMNS} FROM objects`;

/** Between two moments, in the order of an index. */
export const SELECT_DUE = `${SELECT} WHERE collection = ? AND due_at > ? AND due_at <= ? ORDER BY due_at, id LIMIT ?`;
const duePart = (order: 'ASC' | 'DESC') =>
  `${SELECT} WHERE collection = ? AND parent = ? AND due_at > ? AND due_at <= ? ORDER BY due_at ${order} LIMIT ?`;
export const SELECT_DUE_PARTS = duePart('ASC');
export const SELECT_LATEST_PARTS = duePart('DESC');

const LABELLED = `${SELECT} JOIN object_labels ON object_labels.seq = objects.seq
  WHERE object_labels.collection = @collection AND label = @label ORDER BY objects.seq LIMIT @limit`;
const VISIBLE = `${SELECT} WHERE collection = @collection AND (owner = @visibleTo OR seq IN
  (SELECT seq FROM object_shares WHERE collection = @collection AND account IN (@visibleTo, '*'))) ORDER BY seq LIMIT @limit`;
const where = (condition: string) => `${SELECT} WHERE collection = @collection ${condition} ORDER BY seq LIMIT @limit`;

/** No limit, as `LIMIT` takes it. */
const ALL = -1;

/** How the revisions in a database are shown to others. */
interface Numbering {
  /** The highest revision that came with a copy; those up to it are all shown as `shownAs`. */
  readonly copied: Revision;
  readonly shownAs: Revision;
}

/** The rows of a database, each call in one step. */
export class Rows {
  readonly #statements: Statements;
  readonly #revisions: Revisions;
  readonly #write: ReturnType<typeof objectWriter>;
  readonly #goesOn: boolean;
  /** Known once the database is first used. */
  #known: Numbering | null = null;
  readonly #byId: Prepared<[string, string], StoredRow>;
  readonly #byAlias: Prepared<[string, string], StoredRow>;
  readonly #before: Prepared<[string, string], Omit<StoredBefore, 'collection'>>;
  readonly #aliasTaken: Prepared<[string, string], 1>;
  readonly #world: Prepared<[], { readonly revision: Revision; readonly base: Revision }>;
  readonly #setWorld: Prepared<[Revision]>;
  readonly #setBase: Prepared<[Revision, Revision]>;
  readonly #listOf: Prepared<[string, string], Size>;
  readonly #collection: Prepared<[string], Size>;
  readonly #count: Prepared<[object]>;
  readonly #countAll: Prepared<[object]>;
  readonly #use: Prepared<[Instant, string, string]>;
  readonly #lists: Readonly<Record<ListKind, Prepared<[object], StoredRow>>>;
  readonly #due: Prepared<unknown[], StoredRow>;
  readonly #dueParts: Prepared<unknown[], StoredRow>;
  readonly #latestParts: Prepared<unknown[], StoredRow>;
  readonly #dump: Prepared<[], StoredRow>;
  readonly #places: Prepared<[string], Pick<StoredRow, 'id' | 'seq'>>;
  readonly #counts: Prepared<[], { readonly name: string; readonly count: number }>;
  readonly commit: (changes: readonly Change[], expects: readonly Expectation[]) => Revision;
  readonly load: (rows: readonly Row[]) => void;
  /** Writes when rows were used, which is no change. */
  readonly use: (notes: Iterable<Note>) => void;
  /** Gives everything that was copied into the database one new revision. */
  readonly adopt: () => void;

  /** @param goesOn does it go on with the revisions that it has, as a file does? */
  constructor(statements: Statements, revisions: Revisions, goesOn = false) {
    this.#statements = statements;
    this.#revisions = revisions;
    this.#write = objectWriter(statements);
    this.#goesOn = goesOn;
    const select = <Bind extends unknown[]>(sql: string) => statements.prepare<Bind, StoredRow>(sql);
    this.#byId = select(`${SELECT} WHERE collection = ? AND id = ?`);
    this.#byAlias = select(
      `${SELECT} JOIN object_aliases ON object_aliases.seq = objects.seq
       WHERE object_aliases.collection = ? AND alias = ?`,
    );
    this.#before = statements.prepare(
      'SELECT seq, owner, revision, aliases, labels, shared, name FROM objects WHERE collection = ? AND id = ?',
    );
    this.#aliasTaken = statements
      .prepare<[string, string], 1>('SELECT 1 FROM object_aliases WHERE collection = ? AND alias = ?')
      .pluck();
    this.#world = statements.prepare('SELECT revision, base FROM world');
    this.#setWorld = statements.prepare('UPDATE world SET revision = ?');
    this.#setBase = statements.prepare('UPDATE world SET revision = ?, base = ?');
    this.#listOf = statements.prepare('SELECT count, revision FROM lists WHERE collection = ? AND owner = ?');
    this.#collection = statements.prepare('SELECT count, revision FROM collections WHERE name = ?');
    this.#count = statements.prepare(
      `INSERT INTO lists VALUES (@collection, @owner, @more, @revision)
       ON CONFLICT DO UPDATE SET count = count + @more, revision = @revision`,
    );
    this.#countAll = statements.prepare(
      `INSERT INTO collections VALUES (@collection, @more, @revision)
       ON CONFLICT DO UPDATE SET count = count + @more, revision = @revision`,
    );
    this.#use = statements.prepare('UPDATE objects SET used_at = ? WHERE collection = ? AND id = ?');
    this.#lists = {
      owner: select(where('AND owner = @owner')),
      parent: select(where('AND parent = @parent')),
      label: select(LABELLED),
      visibleTo: select(VISIBLE),
      all: select(where('')),
    };
    this.#due = select(SELECT_DUE);
    this.#dueParts = select(SELECT_DUE_PARTS);
    this.#latestParts = select(SELECT_LATEST_PARTS);
    this.#dump = select(`${SELECT} ORDER BY seq`);
    this.#places = statements.prepare('SELECT id, seq FROM objects WHERE collection = ?');
    this.#counts = statements.prepare('SELECT name, count FROM collections WHERE count > 0');
    this.commit = statements.transaction((changes, expects) => this.#commit(changes, expects));
    this.load = statements.transaction((rows) => this.#load(rows));
    this.use = statements.transaction((notes) => {
      for (const { collection, id, at } of notes) this.#use.run(at, collection, id);
    });
    this.adopt = statements.transaction(() => renumber(statements, this.#next()));
  }

  byId(collection: string, id: string): Row | null {
    return this.#one(this.#byId.get(collection, id));
  }

  byAlias(collection: string, alias: string): Row | null {
    return this.#one(this.#byAlias.get(collection, alias));
  }

  list({ limit = ALL, ...query }: ListQuery): List {
    const stored = this.#lists[listKindOf(query)].all({ limit, ...query });
    return { rows: stored.map((one) => this.read(one)), revision: this.size(query.collection, query.owner).revision };
  }

  places(collection: string): ReadonlyMap<string, number> {
    return new Map(this.#places.all(collection).map(({ id, seq }) => [id, seq]));
  }

  size(collection: string, owner?: string): Size {
    const found = owner === undefined ? this.#collection.get(collection) : this.#listOf.get(collection, owner);
    const { count, revision } = found ?? { count: 0, revision: this.#row().base };
    return { count, revision: this.#shown(revision) };
  }

  due({ collection, parent, after, to, limit, latestFirst = false }: DueQuery): Row[] {
    const found =
      parent === undefined
        ? this.#due.all(collection, after, to, limit)
        : (latestFirst ? this.#latestParts : this.#dueParts).all(collection, parent, after, to, limit);
    return found.map((stored) => this.read(stored));
  }

  dump(): Row[] {
    return this.#dump.all().map((stored) => this.read(stored));
  }

  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts.all().map(({ name, count }) => [name, count]));
  }

  has(collection: string, id: string): boolean {
    return this.#before.get(collection, id) !== undefined;
  }

  /** A stored row, with its revision as others see it. */
  read(stored: StoredRow): Row {
    const row = rowOf(stored);
    const revision = this.#shown(row.revision);
    return revision === row.revision ? row : { ...row, revision };
  }

  #one(stored: StoredRow | undefined): Row | null {
    return stored === undefined ? null : this.read(stored);
  }

  /**
   * A file goes on with its own revisions. A copy takes one number of the process for all that it came with: numbers
   * would run away if each copy took as many as its original had counted.
   */
  get #numbering(): Numbering {
    if (this.#known !== null) return this.#known;
    const { revision } = this.#row();
    if (this.#goesOn) this.#revisions.goOnAbove(revision);
    this.#known = this.#goesOn ? { copied: 0, shownAs: 0 } : { copied: revision, shownAs: this.#revisions.next() };
    return this.#known;
  }

  #shown(stored: Revision): Revision {
    const { copied, shownAs } = this.#numbering;
    return shownAs + Math.max(0, stored - copied);
  }

  #row() {
    // Every database has one from the beginning.
    return this.#world.get() as { revision: Revision; base: Revision };
  }

  /** A revision above all others, in the form of the database. */
  #next(): Revision {
    const { copied, shownAs } = this.#numbering;
    return this.#revisions.next() - shownAs + copied;
  }

  #commit(changes: readonly Change[], expects: readonly Expectation[]): Revision {
    for (const expected of expects) if (this.#isOther(expected)) throw new Changed();
    const made = checked(changes, (row) => this.#beforeOf(row));
    const revision = this.#next();
    this.#apply(made, revision);
    this.#setWorld.run(revision);
    return this.#shown(revision);
  }

  /** @throws Collision if an alias is taken */
  #apply(changes: Checked<StoredBefore>, revision: Revision): void {
    const { added, replaced, removed } = changes;
    // A row may get an alias that another one loses by the same commit, so what finds the old rows goes first.
    for (const { before } of replaced) this.#write.forget(before);
    for (const before of removed) {
      this.#write.forget(before);
      this.#write.remove(before);
    }
    for (const { row, before } of replaced) this.#put(row, before.seq, revision);
    for (const row of added) this.#put(row, null, revision);
    this.#noteLists(touchedBy(changes), revision);
  }

  #isOther(expected: Expectation): boolean {
    if (!('id' in expected)) return this.size(expected.collection, expected.owner).revision !== expected.revision;
    return (this.#beforeOf(expected)?.revision ?? NEW) !== expected.revision;
  }

  /** A row before it is changed, with its revision as others see it. */
  #beforeOf({ collection, id }: RowName): StoredBefore | undefined {
    const stored = this.#before.get(collection, id);
    // It was made for this call, so it can be completed in place: a copy is slower.
    return stored && Object.assign(stored, { collection, revision: this.#shown(stored.revision) });
  }

  /** @throws Collision if an alias is taken */
  #put(row: Row, seq: number | null, revision: Revision): void {
    for (const alias of row.aliases) {
      if (this.#aliasTaken.get(row.collection, alias) !== undefined) throw new Collision();
    }
    this.#write.put(row, seq, revision);
  }

  #noteLists(touched: readonly TouchedList[], revision: Revision): void {
    const collections = new Map<string, number>();
    for (const { collection, owner, more } of touched) {
      this.#count.run({ collection, owner, more, revision });
      collections.set(collection, (collections.get(collection) ?? 0) + more);
    }
    for (const [collection, more] of collections) this.#countAll.run({ collection, more, revision });
  }

  #load(rows: readonly Row[]): void {
    const revision = this.#next();
    empty(this.#statements);
    this.#apply({ added: rows, replaced: [], removed: [] }, revision);
    this.#setBase.run(revision, revision);
  }
}
