import type { Instant } from '../../core/clock.ts';
import type { Row } from '../collections.ts';
import type { Statements } from './statements.ts';

/** A row in the form of the database. */
export interface StoredRow extends Omit<Row, 'sharedWith' | 'body' | 'facets'> {
  readonly sharedWith: string;
  readonly body: string;
  readonly name: string | null;
  readonly state: string | null;
  readonly createdAt: Instant | null;
  readonly modifiedAt: Instant | null;
}

const NO_FACETS = { name: null, state: null, createdAt: null, modifiedAt: null } as const;

export const OBJECT_COLUMNS = `collection, id, owner, parent, alias, due_at AS dueAt, shared AS sharedWith, body, name, state,
  created_at AS createdAt, modified_at AS modifiedAt`;

/** How many characters of a text are searched, so that no single row can make all searches slow. */
export const MOST_SEARCHED = 4096;

/** Where a row is. */
interface Placed {
  readonly rowid: number;
}

/** The statements that write objects; seeds use them, too. */
export function objectWriter(statements: Statements) {
  const insert = statements.prepare<[object], Placed>(
    `INSERT INTO objects
       (collection, id, owner, parent, alias, due_at, shared, body, name, state, created_at, modified_at)
     VALUES (@collection, @id, @owner, @parent, @alias, @dueAt, @sharedWith, @body, @name, @state, @createdAt, @modifiedAt) RETURNING rowid`,
  );
  const update = statements.prepare<[object], Placed>(
    `UPDATE objects SET owner = @owner, parent = @parent, alias = @alias, due_at = @dueAt, shared = @sharedWith,
       body = @body, name = @name, state = @state, created_at = @createdAt, modified_at = @modifiedAt
     WHERE collection = @collection AND id = @id RETURNING rowid`,
  );
  const remove = statements
    .prepare<unknown[], number>('DELETE FROM objects WHERE collection = ? AND id = ? RETURNING rowid')
    .pluck();
  const describe = statements.prepare('INSERT INTO object_texts (rowid, text) VALUES (?, ?)');
  const undescribe = statements.prepare('DELETE FROM object_texts WHERE rowid = ?');
  const unshare = statements.prepare('DELETE FROM object_shares WHERE collection = ? AND id = ?');
  const share = statements.prepare('INSERT INTO object_shares (collection, id, account) VALUES (?, ?, ?)');

  const put = (statement: typeof insert, { sharedWith, body, facets, ...row }: Row) => {
    const { collection, id } = row;
    const texts = { sharedWith: JSON.stringify(sharedWith), body: JSON.stringify(body) };
    const { name, state, createdAt, modifiedAt } = facets ?? NO_FACETS;
    const placed = statement.get({ ...row, ...texts, name, state, createdAt, modifiedAt });
    unshare.run(collection, id);
    for (const account of sharedWith) share.run(collection, id, account);
    if (facets === undefined || placed === undefined) return;
    undescribe.run(placed.rowid);
    describe.run(placed.rowid, (facets.text ?? facets.name).slice(0, MOST_SEARCHED).toLowerCase());
  };
  return {
    insert: (row: Row) => put(insert, row),
    update: (row: Row) => put(update, row),
    remove: (collection: string, id: string) => {
      const rowid = remove.get(collection, id);
      if (rowid !== undefined) undescribe.run(rowid);
      unshare.run(collection, id);
    },
  };
}

/** The row that a stored one was made from. */
export function rowOf({ sharedWith, body, name, state, createdAt, modifiedAt, ...rest }: StoredRow): Row {
  const hasFacets = name !== null && createdAt !== null && modifiedAt !== null;
  const facets = hasFacets ? { facets: { name, state, createdAt, modifiedAt } } : {};
  return { ...rest, sharedWith: JSON.parse(sharedWith), body: JSON.parse(body), ...facets };
}
