import type { Instant } from '../../core/clock.ts';
import type { Revision, Row } from '../collections.ts';
import { Damaged } from '../errors.ts';
import type { Statements } from './statements.ts';

/** A row in the form of the database. Lists are JSON, or null if they are empty. */
export interface StoredRow {
  readonly seq: number;
  readonly collection: string;
  readonly id: string;
  readonly owner: string;
  readonly parent: string | null;
  readonly aliases: string | null;
  readonly labels: string | null;
  readonly shared: string | null;
  readonly dueAt: Instant | null;
  readonly body: string;
  readonly revision: Revision;
  readonly usedAt: Instant | null;
  readonly name: string | null;
  readonly state: string | null;
  readonly createdAt: Instant | null;
  readonly modifiedAt: Instant | null;
}

export const OBJECT_COLUMNS = `objects.seq, objects.collection, id, owner, parent, aliases, labels, shared, due_at AS dueAt, body,
  revision, used_at AS usedAt, name, state, created_at AS createdAt, modified_at AS modifiedAt`;

const NO_FACETS = { name: null, state: null, createdAt: null, modifiedAt: null } as const;

/** How many characters of a text are searched, so that no single row can make all searches slow. */
export const MOST_SEARCHED = 4096;

/** What is known of a row before it is changed, without reading all of it. */
export type StoredBefore = Pick<
  StoredRow,
  'seq' | 'collection' | 'owner' | 'revision' | 'aliases' | 'labels' | 'shared' | 'name'
>;

/** The statements that write objects, and what is derived from each. */
export function objectWriter(statements: Statements) {
  const insert = statements
    .prepare<[object], number>(
      `INSERT INTO objects
         (collection, id, owner, parent, aliases, labels, shared, due_at, body, revision, used_at, name, state, created_at, modified_at)
       VALUES (@collection, @id, @owner, @parent, @aliases, @labels, @shared, @dueAt, @body, @revision, @usedAt, @name, @state,
         @createdAt, @modifiedAt) RETURNING seq`,
    )
    .pluck();
  const update = statements.prepare<[object]>(
    `UPDATE objects SET owner = @owner, parent = @parent, aliases = @aliases, labels = @labels, shared = @shared,
       due_at = @dueAt, body = @body, revision = @revision, name = @name, state = @state, created_at = @createdAt,
       modified_at = @modifiedAt
     WHERE seq = @seq`,
  );
  const remove = statements.prepare<[number]>('DELETE FROM objects WHERE seq = ?');
  const describe = statements.prepare('INSERT INTO object_texts (rowid, text) VALUES (?, ?)');
  const undescribe = statements.prepare('DELETE FROM object_texts WHERE rowid = ?');
  const found = {
    aliases: indexWriter(statements, 'object_aliases', 'alias'),
    labels: indexWriter(statements, 'object_labels', 'label'),
    shared: indexWriter(statements, 'object_shares', 'account'),
  };

  return {
    /** Removes what is derived from a stored row. */
    forget: ({ seq, collection, aliases, labels, shared, name }: StoredBefore) => {
      found.aliases.remove(collection, seq, aliases);
      found.labels.remove(collection, seq, labels);
      found.shared.remove(collection, seq, shared);
      if (name !== null) undescribe.run(seq);
    },
    /** Removes a row, from which nothing is derived any more. */
    remove: ({ seq }: StoredBefore) => {
      remove.run(seq);
    },
    /** Writes a row, after what was derived from the one before it was removed. @param before its number; null if it is new */
    put: (row: Row, before: number | null, revision: Revision) => {
      const { collection, id, owner, parent, dueAt, usedAt, facets } = row;
      const lists = { aliases: listed(row.aliases), labels: listed(row.labels), shared: listed(row.sharedWith) };
      const { name, state, createdAt, modifiedAt } = facets ?? NO_FACETS;
      const body = JSON.stringify(row.body);
      const stored = {
        collection,
        id,
        owner,
        parent,
        dueAt,
        body,
        revision,
        name,
        state,
        createdAt,
        modifiedAt,
        ...lists,
      };
      // Inserting returns the number of the new row.
      const seq = before ?? (insert.get({ ...stored, usedAt }) as number);
      if (before !== null) update.run({ ...stored, seq });
      found.aliases.add(collection, seq, row.aliases);
      found.labels.add(collection, seq, row.labels);
      found.shared.add(collection, seq, row.sharedWith);
      if (facets !== undefined) describe.run(seq, (facets.text ?? facets.name).slice(0, MOST_SEARCHED).toLowerCase());
    },
  };
}

/** One of the tables that find objects by the entries of a list. */
function indexWriter(statements: Statements, table: string, column: string) {
  const insert = statements.prepare(`INSERT OR IGNORE INTO ${table} (collection, ${column}, seq) VALUES (?, ?, ?)`);
  const remove = statements.prepare(`DELETE FROM ${table} WHERE collection = ? AND ${column} = ? AND seq = ?`);
  return {
    add: (collection: string, seq: number, entries: readonly string[]) => {
      for (const entry of entries) insert.run(collection, entry, seq);
    },
    remove: (collection: string, seq: number, entries: string | null) => {
      for (const entry of entriesOf(entries)) remove.run(collection, entry, seq);
    },
  };
}

function listed(entries: readonly string[]): string | null {
  return entries.length === 0 ? null : JSON.stringify(entries);
}

const NONE: readonly string[] = [];

function entriesOf(stored: string | null): readonly string[] {
  return stored === null ? NONE : JSON.parse(stored);
}

/** The row that a stored one was made from. @throws Damaged */
export function rowOf(stored: StoredRow): Row {
  try {
    return readRow(stored);
  } catch (cause) {
    throw new Damaged(stored.collection, stored.id, cause);
  }
}

function readRow(stored: StoredRow): Row {
  const { collection, id, owner, parent, dueAt, revision, usedAt, name, state, createdAt, modifiedAt } = stored;
  const hasFacets = name !== null && createdAt !== null && modifiedAt !== null;
  return {
    collection,
    id,
    owner,
    parent,
    aliases: entriesOf(stored.aliases),
    labels: entriesOf(stored.labels),
    sharedWith: entriesOf(stored.shared),
    dueAt,
    body: JSON.parse(stored.body),
    revision,
    usedAt,
    ...(hasFacets && { facets: { name, state, createdAt, modifiedAt } }),
  };
}
