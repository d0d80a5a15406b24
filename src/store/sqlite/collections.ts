import type { Database } from 'better-sqlite3';
import { Remembered } from '../../core/remembered.ts';
import type { Collections, Row } from '../collections.ts';
import { Collision, LimitReached, NotFound } from '../errors.ts';

/** How many lists are remembered. */
const MOST_LISTS = 500;

/** Lists that were read before, by collection and account. Any change of a collection forgets all of its lists. */
export class RememberedLists {
  readonly #byCollection = new Map<string, Remembered<readonly Row[]>>();

  of(collection: string, name: string, read: () => readonly Row[]): readonly Row[] {
    let lists = this.#byCollection.get(collection);
    if (lists === undefined) {
      lists = new Remembered(MOST_LISTS);
      this.#byCollection.set(collection, lists);
    }
    return lists.find(name) ?? lists.keep(name, read());
  }

  forget(collection: string): void {
    this.#byCollection.get(collection)?.clear();
  }

  clear(): void {
    this.#byCollection.clear();
  }
}

interface StoredRow extends Omit<Row, 'sharedWith' | 'body'> {
  readonly sharedWith: string;
  readonly body: string;
}

/** The statements that write objects; a seed uses the same. */
export function objectWriter(database: Database) {
  const insert = database.prepare(
    `INSERT INTO objects (collection, id, owner, parent, alias, due_at, shared, body)
     VALUES (@collection, @id, @owner, @parent, @alias, @dueAt, @sharedWith, @body)`,
  );
  const update = database.prepare(
    `UPDATE objects SET owner = @owner, parent = @parent, alias = @alias, due_at = @dueAt, shared = @sharedWith,
       body = @body WHERE collection = @collection AND id = @id`,
  );
  const remove = database.prepare('DELETE FROM objects WHERE collection = ? AND id = ?');
  const unshare = database.prepare('DELETE FROM object_shares WHERE collection = ? AND id = ?');
  const share = database.prepare('INSERT INTO object_shares (collection, id, account) VALUES (?, ?, ?)');

  const put = (statement: typeof insert, { collection, id, owner, parent, alias, dueAt, sharedWith, body }: Row) => {
    const texts = { sharedWith: JSON.stringify(sharedWith), body: JSON.stringify(body) };
    statement.run({ collection, id, owner, parent, alias, dueAt, ...texts });
    unshare.run(collection, id);
    for (const account of sharedWith) share.run(collection, id, account);
  };
  return {
    insert: (row: Row) => put(insert, row),
    update: (row: Row) => put(update, row),
    remove: (collection: string, id: string) => {
      remove.run(collection, id);
      unshare.run(collection, id);
    },
  };
}

export function sqliteCollections(database: Database, remembered: RememberedLists): Collections {
  const write = objectWriter(database);
  const select = (rest: string) =>
    database.prepare<unknown[], StoredRow>(
      `SELECT collection, id, owner, parent, alias, due_at AS dueAt, shared AS sharedWith, body FROM objects ${rest}`,
    );
  const byId = select('WHERE collection = ? AND id = ?');
  const byAlias = select('WHERE collection = ? AND alias = ?');
  const ofParent = select('WHERE collection = ? AND parent = ? ORDER BY rowid');
  const ofOwner = select('WHERE collection = ? AND owner = ? ORDER BY rowid');
  const visible = select(
    `WHERE collection = @collection AND (owner = @account OR id IN
       (SELECT id FROM object_shares WHERE collection = @collection AND account IN (@account, '*'))) ORDER BY rowid`,
  );
  const due = select('WHERE collection = ? AND due_at > ? AND due_at <= ? ORDER BY due_at, id');
  const overdue = database
    .prepare<unknown[], string>('SELECT id FROM objects WHERE collection = ? AND due_at <= ?')
    .pluck();
  const owned = database
    .prepare<unknown[], number>('SELECT count(*) FROM objects WHERE collection = ? AND owner = ?')
    .pluck();

  const insert = database.transaction((row: Row, limit: number | null) => {
    if (byId.get(row.collection, row.id) !== undefined) throw new Collision();
    if (limit !== null && (owned.get(row.collection, row.owner) as number) >= limit) throw new LimitReached();
    write.insert(row);
  });
  const change = database.transaction((collection: string, id: string, make: (row: Row) => Row | null) => {
    const stored = byId.get(collection, id);
    if (stored === undefined) throw new NotFound();
    const next = make(rowOf(stored));
    if (next === null) write.remove(collection, id);
    else write.update(next);
    return next;
  });
  const changeParts = database.transaction((collection: string, parent: string, make: (row: Row) => Row | null) =>
    ofParent.all(collection, parent).flatMap((stored) => change(collection, stored.id, make) ?? []),
  );
  const sweep = database.transaction((collection: string, at: number) => {
    const ids = overdue.all(collection, at) as string[];
    for (const id of ids) write.remove(collection, id);
    return ids.length;
  });
  const one = (stored: StoredRow | undefined) => (stored === undefined ? null : rowOf(stored));

  return {
    byId: async (collection, id) => one(byId.get(collection, id)),
    byAlias: async (collection, alias) => one(byAlias.get(collection, alias)),
    ofParent: async (collection, parent) => ofParent.all(collection, parent).map(rowOf),
    ofOwner: async (collection, owner) =>
      remembered.of(collection, `of ${owner}`, () => ofOwner.all(collection, owner).map(rowOf)),
    visibleTo: async (collection, account) =>
      remembered.of(collection, `for ${account}`, () => visible.all({ collection, account }).map(rowOf)),
    insert: async (row, limit) => {
      insert.immediate(row, limit);
      remembered.forget(row.collection);
    },
    change: async (collection, id, make) => {
      const next = change.immediate(collection, id, make);
      remembered.forget(collection);
      return next;
    },
    changeParts: async (collection, parent, make) => {
      const rows = changeParts.immediate(collection, parent, make);
      remembered.forget(collection);
      return rows;
    },
    dueBetween: async (collection, from, to) => due.all(collection, from, to).map(rowOf),
    sweep: async (collection, at) => {
      if (sweep.immediate(collection, at) > 0) remembered.forget(collection);
    },
  };
}

function rowOf({ sharedWith, body, ...rest }: StoredRow): Row {
  return { ...rest, sharedWith: JSON.parse(sharedWith), body: JSON.parse(body) };
}
