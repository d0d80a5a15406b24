import type { Instant } from '../core/clock.ts';
import type { Turns } from './turns.ts';

/**
 * Identifies the state of a row or a list that was read. Every change of a world has a higher revision than the change
 * before, and none is used twice in the life of a world's id. A restored row has the revision that it had in that
 * state. A list that was reset, restored or created again gets a revision above the highest so far.
 */
export type Revision = number;

/** The revision of a row that is not stored yet. */
export const NEW: Revision = 0;

/** Among the accounts that an object is shared with, it stands for all accounts. */
export const EVERYBODY = '*';

/** Is the object shared with this account, or with everybody? */
export function isSharedWith({ sharedWith }: Pick<Row, 'sharedWith'>, account: string): boolean {
  return sharedWith.includes(EVERYBODY) || sharedWith.includes(account);
}

/**
 * An object of a vendor's API, or any other object of a world: the members by which it is found, and a body that only
 * its service understands. Rows are never changed in place; a change replaces the row. The store does not know the type
 * of bodies; the handle of a collection (`collection.ts`) does, and services read and write their rows through it.
 *
 * @typeParam Parent `string` if each row is a part of an object, `null` if none is
 */
export interface Row<Body = unknown, Parent extends string | null = string | null> {
  readonly collection: string;
  readonly id: string;
  /** The account that the object belongs to. */
  readonly owner: string;
  /** The object that this one is a part of; null if none. */
  readonly parent: Parent;
  /** Further ids by which the row is found, unique in the collection. */
  readonly aliases: readonly string[];
  /** Names by which the row is listed; several rows may have the same label. */
  readonly labels: readonly string[];
  /** Accounts that may see the object although they do not own it; `EVERYBODY` for every account. */
  readonly sharedWith: readonly string[];
  /** When the object next changes with time; null if never. */
  readonly dueAt: Instant | null;
  readonly body: Body;
  /** The members by which lists are sorted and filtered, for collections that are read in pages. */
  readonly facets?: Facets;
  /** The revision that was read; a changed row keeps the revision of the row that it was made from. */
  readonly revision: Revision;
  /** When the row was last used (`note`); null if never. */
  readonly usedAt: Instant | null;
}

/** The most characters of a text that are searched, so that no single row can make all searches slow. */
export const MOST_SEARCHED = 4096;

export interface Facets {
  readonly name: string;
  readonly state: string | null;
  readonly createdAt: Instant;
  readonly modifiedAt: Instant;
  /** The text that is searched; default: the name. Only its first 4096 characters are searched. */
  readonly text?: string;
}

/** Selects rows of one collection by owner, parent, label or visibility; without any of these, all rows. */
export interface ListQuery {
  readonly collection: string;
  readonly owner?: string;
  readonly parent?: string;
  readonly label?: string;
  /** Objects that this account may see: its own, shared and public ones. */
  readonly visibleTo?: string;
  /** The most rows, from the oldest on; default: all. */
  readonly limit?: number;
}

/** @typeParam Its the type of the rows */
export interface List<Its extends Row = Row> {
  /** Oldest first. */
  readonly rows: readonly Its[];
  /** The revision of the owner's list if the query has an owner, otherwise of the collection. */
  readonly revision: Revision;
}

/** The number of rows of a list. */
export interface Size {
  readonly count: number;
  readonly revision: Revision;
}

/** Selects, sorts and limits the rows of a page. */
export interface PageQuery {
  readonly collection: string;
  /** The account whose own and shared objects are listed; null for the objects of all accounts. */
  readonly account: string | null;
  /** Only what the account owns, or only what others share with it. */
  readonly whose?: 'own' | 'others';
  /**
   * Members of the body, each with its required value; `parent`, `name` and `state` stand for the row's own members.
   */
  readonly where: readonly { readonly member: string; readonly value: string }[];
  /** A part of the text of one of these members, regardless of case. */
  readonly search: { readonly members: readonly string[]; readonly text: string } | null;
  readonly order: { readonly by: 'id' | Exclude<keyof Facets, 'text'>; readonly descending: boolean };
  readonly limit: number;
  readonly offset: number;
  /**
   * The most characters that the bodies of a page have as JSON; a page always has at least one row. Default: no such
   * limit.
   */
  readonly most?: number;
}

export interface Page<Its extends Row = Row> {
  /** The number of rows on all pages together. */
  readonly count: number;
  readonly rows: readonly Its[];
}

/** Selects rows that are due in `(after, to]`. */
export interface DueQuery {
  readonly collection: string;
  /** Only the parts of this object. */
  readonly parent?: string;
  readonly after: Instant;
  readonly to: Instant;
  readonly limit: number;
  /** Default: earliest first. */
  readonly latestFirst?: boolean;
}

/** One of the changes of a commit. */
export type Change =
  /** The row is added if its revision is `NEW`; otherwise it replaces the row of that revision. */
  | { readonly kind: 'put'; readonly row: Row }
  /**
   * With a revision, the commit fails if the row has changed. Without one, a row that does not exist needs no removal.
   */
  | { readonly kind: 'remove'; readonly collection: string; readonly id: string; readonly revision?: Revision };

/** A row or list that a commit does not change, but depends on: the commit fails if it has changed. */
export type Expectation =
  /** `NEW` expects that there is no such row. */
  | { readonly collection: string; readonly id: string; readonly revision: Revision }
  /** The rows of an owner in a collection, or all of them. */
  | { readonly collection: string; readonly owner?: string; readonly revision: Revision };

/** Receives the rows that a commit has put (`puts`), and the rows that it has removed or replaced (`before`). */
export type Watcher = (changed: { readonly puts: readonly Row[]; readonly before: readonly Row[] }) => Promise<void>;

/**
 * The rows of a world: the state that an adapter stores. Every call is atomic. A change that depends on rows that were
 * read uses `updating` (`updating.ts`).
 *
 * @typeParam Its the type of the rows
 */
export interface Collections<Its extends Row = Row> {
  byId(collection: string, id: string): Promise<Its | null>;
  byAlias(collection: string, alias: string): Promise<Its | null>;
  list(query: ListQuery): Promise<List<Its>>;
  /**
   * The place of each row of a collection, by id. A new row has a higher place than all rows before it, and keeps it. A
   * page of a list starts after a place, even if the row of this place was removed.
   */
  places(collection: string): Promise<ReadonlyMap<string, number>>;
  /** Takes the same time for any number of rows. @param owner default: all owners */
  size(collection: string, owner?: string): Promise<Size>;
  /**
   * One page of the objects that an account may see. If it is sorted and filtered by facets, the time does not grow
   * with the number of rows.
   */
  page(query: PageQuery): Promise<Page<Its>>;
  due(query: DueQuery): Promise<readonly Its[]>;
  /** The number of rows of each collection; empty collections are left out. */
  counts(): Promise<Readonly<Record<string, number>>>;
  /**
   * Makes all of the changes, or none. No two may change the same row, except that a removal may be repeated.
   *
   * @param expects rows and lists that the changes depend on
   * @returns the revision that every changed row and list has now
   * @throws Changed if a row or a list is no longer as it was read
   * @throws Collision if the id of a new row is taken, or an alias
   */
  commit(changes: readonly Change[], expects?: readonly Expectation[]): Promise<Revision>;
  /**
   * Notes when a row was used. Later reads show it at once; it may reach the disk up to a second later. It is not a
   * change: the row keeps its revision. If there is no such row, the call does nothing.
   */
  note(collection: string, id: string, at: Instant): Promise<void>;
  /** From now on each commit calls `watcher` before it returns. `load` does not call it. */
  watch(watcher: Watcher): void;
  /** Caches values made from a row, its body or a list, because none of these ever changes. */
  readonly made: WeakMap<object, unknown>;
  /** The turns of updates that had a conflict (`updating`). */
  readonly turns: Turns;
  /** All rows at one moment, oldest first. */
  dump(): Promise<readonly Its[]>;
  /** Replaces all rows by these, in one step. */
  load(rows: readonly Row[]): Promise<void>;
}
