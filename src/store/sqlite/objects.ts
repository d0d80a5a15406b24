import type { Instant } from '../../core/clock.ts';
import { type Budget, Held } from '../../core/held.ts';
import type { Row } from '../collections.ts';
import type { Statements } from './statements.ts';

/** Of a row as it is stored: the row, the view that is made of it, and the JSON that is written of that. */
const COPIES = 6;
const ROW_BYTES = 500;

/** How long the bodies of rows are, as JSON. A row that was not read here counts as an empty one. */
const LENGTHS = new WeakMap<object, number>();

function bytesOfList(list: unknown): number {
  if (!Array.isArray(list)) return ROW_BYTES;
  return list.reduce((bytes: number, row: object) => bytes + ROW_BYTES + COPIES * (LENGTHS.get(row) ?? 0), 0);
}

/**
 * Lists that were read before, by collection and account. A change of a row makes another list of its owner's rows, without
 * reading the others again, and forgets all other lists of the collection.
 */
export class RememberedLists {
  readonly #byCollection = new Map<string, Held<unknown>>();
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** What an owner has. */
  ofOwner(collection: string, owner: string, read: () => readonly Row[]): readonly Row[] {
    return this.of(collection, ownerList(owner), read);
  }

  /** A row was put, or taken away: null. */
  changed(collection: string, owner: string, id: string, row: Row | null): void {
    const lists = this.#byCollection.get(collection);
    const before = lists?.find(ownerList(owner)) as readonly Row[] | undefined;
    lists?.clear();
    if (lists === undefined || before === undefined) return;
    const at = before.findIndex((one) => one.id === id);
    const others = at < 0 ? before : before.toSpliced(at, 1, ...(row === null ? [] : [row]));
    lists.keep(ownerList(owner), at < 0 && row !== null ? [...before, row] : others);
  }

  /** @param name the same for the same `read` */
  of<List>(collection: string, name: string, read: () => List): List {
    let lists = this.#byCollection.get(collection);
    if (lists === undefined) {
      lists = new Held(this.#budget, bytesOfList);
      this.#byCollection.set(collection, lists);
    }
    return (lists.find(name) ?? lists.keep(name, read())) as List;
  }

  forget(collection: string): void {
    this.#byCollection.get(collection)?.clear();
  }

  clear(): void {
    for (const lists of this.#byCollection.values()) lists.clear();
    this.#byCollection.clear();
  }
}

function ownerList(owner: string): string {
  return `of ${owner}`;
}

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

/** How many characters of a text searches look into, so that no row can make all of them slow. */
export const MOST_SEARCHED = 4096;

/** The statements that write objects; a seed uses the same. */
export function objectWriter(statements: Statements) {
  const insert = statements.prepare(
    `INSERT INTO objects
       (collection, id, owner, parent, alias, due_at, shared, body, name, state, created_at, modified_at)
     VALUES (@collection, @id, @owner, @parent, @alias, @dueAt, @sharedWith, @body, @name, @state, @createdAt, @modifiedAt) RETURNING rowid`,
  );
  const update = statements.prepare(
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
    const { rowid } = statement.get({ ...row, ...texts, name, state, createdAt, modifiedAt }) as { rowid: number };
    unshare.run(collection, id);
    for (const account of sharedWith) share.run(collection, id, account);
    if (facets === undefined) return;
    undescribe.run(rowid);
    describe.run(rowid, (facets.text ?? facets.name).slice(0, MOST_SEARCHED).toLowerCase());
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

/** A row as it was put. */
export function rowOf({ sharedWith, body, name, state, createdAt, modifiedAt, ...rest }: StoredRow): Row {
  const hasFacets = name !== null && createdAt !== null && modifiedAt !== null;
  const facets = hasFacets ? { facets: { name, state, createdAt, modifiedAt } } : {};
  const row = { ...rest, sharedWith: JSON.parse(sharedWith), body: JSON.parse(body), ...facets };
  LENGTHS.set(row, body.length);
  return row;
}
