import type { Change, Collections, Row } from '../collections.ts';
import { Collision, LimitReached, NotFound } from '../errors.ts';
import { OBJECT_COLUMNS, objectWriter, rowOf, type StoredRow } from './objects.ts';
import { pageReader } from './pages.ts';
import type { RememberedLists } from './remembered-lists.ts';
import type { Statements } from './statements.ts';

/** Between two moments, in the order of an index. */
export const SELECT_DUE = `SELECT ${OBJECT_COLUMNS} FROM objects
  WHERE collection = ? AND due_at > ? AND due_at <= ? ORDER BY due_at, id LIMIT ?`;

export function sqliteCollections(statements: Statements, remembered: RememberedLists): Collections {
  const write = objectWriter(statements);
  const one = (stored: StoredRow | undefined) => (stored === undefined ? null : rowOf(stored));
  const select = (rest: string) =>
    statements.prepare<unknown[], StoredRow>(`SELECT ${OBJECT_COLUMNS} FROM objects ${rest}`);
  const byId = select('WHERE collection = ? AND id = ?');
  const byAlias = select('WHERE collection = ? AND alias = ?');
  const ofParent = select('WHERE collection = ? AND parent = ? ORDER BY rowid');
  const ofOwner = select('WHERE collection = ? AND owner = ? ORDER BY rowid');
  const visible = select(
    `WHERE collection = @collection AND (owner = @account OR id IN
       (SELECT id FROM object_shares WHERE collection = @collection AND account IN (@account, '*'))) ORDER BY rowid`,
  );
  const due = statements.prepare<unknown[], StoredRow>(SELECT_DUE);
  const overdue = statements
    .prepare<unknown[], string>('SELECT id FROM objects WHERE collection = ? AND due_at <= ?')
    .pluck();
  const owned = statements
    .prepare<unknown[], number>('SELECT count(*) FROM objects WHERE collection = ? AND owner = ?')
    .pluck();

  const insert = statements.transaction((row: Row, limit: number | null) => {
    if (byId.get(row.collection, row.id) !== undefined) throw new Collision();
    if (row.alias !== null && byAlias.get(row.collection, row.alias) !== undefined) throw new Collision();
    if (limit !== null && (owned.get(row.collection, row.owner) ?? 0) >= limit) throw new LimitReached();
    write.insert(row);
  });
  const change = statements.transaction((collection: string, id: string, make: (row: Row) => Row | null) => {
    const stored = byId.get(collection, id);
    if (stored === undefined) throw new NotFound();
    const next = make(rowOf(stored));
    if (next === null) write.remove(collection, id);
    else write.update(next);
    return next;
  });
  const changeParts = statements.transaction((collection: string, parent: string, make: (row: Row) => Row | null) =>
    ofParent.all(collection, parent).flatMap((stored) => change(collection, stored.id, make) ?? []),
  );
  const sweep = statements.transaction((collection: string, at: number) => {
    const ids = overdue.all(collection, at);
    for (const id of ids) write.remove(collection, id);
    return ids.length;
  });
  const commit = statements.transaction((changes: readonly Change[]) => {
    for (const one of changes) {
      if (one.kind === 'remove') write.remove(one.collection, one.id);
      else if (byId.get(one.row.collection, one.row.id) === undefined) write.insert(one.row);
      else write.update(one.row);
    }
  });
  /** Notes how a row changed, for the list of its owner. */
  const noted = (collection: string, id: string, owner: string) =>
    remembered.changed(collection, owner, id, byId.get(collection, id));
  const pages = pageReader(statements, remembered);
  return {
    byId: async (collection, id) => one(byId.get(collection, id)),
    byAlias: async (collection, alias) => one(byAlias.get(collection, alias)),
    ofParent: async (collection, parent) => ofParent.all(collection, parent).map(rowOf),
    ofOwner: async (collection, owner) => remembered.ofOwner(collection, owner, () => ofOwner.all(collection, owner)),
    visibleTo: async (collection, account) =>
      remembered.list(collection, `for ${account}`, () => visible.all({ collection, account })),
    insert: async (row, limit) => {
      insert(row, limit);
      noted(row.collection, row.id, row.owner);
    },
    change: async (collection, id, make) => {
      const before = byId.get(collection, id)?.owner;
      const next = change(collection, id, make);
      if (before !== undefined && (next === null || next.owner === before)) noted(collection, id, before);
      else remembered.forget(collection);
      return next;
    },
    changeParts: async (collection, parent, make) => {
      const rows = changeParts(collection, parent, make);
      remembered.forget(collection);
      return rows;
    },
    commit: async (changes) => {
      commit(changes);
      for (const one of changes) remembered.forget(one.kind === 'put' ? one.row.collection : one.collection);
    },
    page: async (query) => pages(query),
    dueBetween: async (collection, from, to, limit) => due.all(collection, from, to, limit).map(rowOf),
    sweep: async (collection, at) => {
      if (sweep(collection, at) > 0) remembered.forget(collection);
    },
  };
}
