import type { Instant } from '../core/clock.ts';
import type { Turns } from './turns.ts';

/**
 * Says which state of a row or a list was read. Every change of a world has a higher one than the change before, and
 * none is used twice in the life of a world's id. A row that is restored has the one at which it was the same; a list of
 * what was reset, restored or made again goes on above the highest.
 */
export type Revision = number;

/** The revision of a row that is not stored yet. */
export const NEW: Revision = 0;

/**
 * An object of a vendor's API, or anything else that a world remembers: the members by which it is found, and a body
 * that only its service understands. Rows are never changed in place; a change replaces the row. The store does not know
 * the type of bodies; a service reads and writes its rows through the handle of their collection (`collection.ts`),
 * which does.
 *
 * @typeParam Parent `string` if each is a part of something, `null` if none is
 */
export interface Row<Body = unknown, Parent extends string | null = string | null> {
  readonly collection: string;
  readonly id: string;
  /** The account it belongs to. */
  readonly owner: string;
  /** The object that it is a part of; null if none. */
  readonly parent: Parent;
  /** Further ids by which it is found, unique in the collection. */
  readonly aliases: readonly string[];
  /** Names by which it is listed, which other rows may have too. */
  readonly labels: readonly string[];
  /** Accounts that may see it although they do not own it; `*` for everybody. */
  readonly sharedWith: readonly string[];
  /** When it next changes by itself; null if never. */
  readonly dueAt: Instant | null;
  readonly body: Body;
  /** The members by which lists are sorted and filtered, for collections that are read in pages. */
  readonly facets?: Facets;
  /** The state of it that was read; a changed row has that of the row that it was made from. */
  readonly revision: Revision;
  /** When it was last used, as `note` says; null if never. */
  readonly usedAt: Instant | null;
}

/** How many characters of a text are searched, so that no single row can make all searches slow. */
export const MOST_SEARCHED = 4096;

export interface Facets {
  readonly name: string;
  readonly state: string | null;
  readonly createdAt: Instant;
  readonly modifiedAt: Instant;
  /** The text that a search looks into; default: the name. Only its first 4096 characters count. */
  readonly text?: string;
}

/** Rows of one collection: those of an owner, the parts of an object, and so on. Without any of these, all of them. */
export interface ListQuery {
  readonly collection: string;
  readonly owner?: string;
  readonly parent?: string;
  readonly label?: string;
  /** Objects that this account may see: its own, shared and public ones. */
  readonly visibleTo?: string;
  /** The first so many; default: all. */
  readonly limit?: number;
}

/** @typeParam Its the type of the rows */
export interface List<Its extends Row = Row> {
  /** Oldest first. */
  readonly rows: readonly Its[];
  /** For the list of an owner: of that list. For others: of the collection. */
  readonly revision: Revision;
}

/** How many rows a list has. */
export interface Size {
  readonly count: number;
  readonly revision: Revision;
}

/** Which rows of a page are wanted. */
export interface PageQuery {
  readonly collection: string;
  /** The account whose objects, and those shared with it, are listed; null for everybody's. */
  readonly account: string | null;
  /** Only what the account owns, or only what others share with it. */
  readonly whose?: 'own' | 'others';
  /**
   * Members of the body, each with its required value; `parent`, `name` and `state` stand for the row's own members.
   */
  readonly where: readonly { readonly member: string; readonly value: string }[];
  /** Part of the text of one of these members, regardless of case. */
  readonly search: { readonly members: readonly string[]; readonly text: string } | null;
  readonly order: { readonly by: 'id' | Exclude<keyof Facets, 'text'>; readonly descending: boolean };
  readonly limit: number;
  readonly offset: number;
  /**
   * A page ends where the texts of its bodies would have more characters than this, but has one row at least. Default: no
   * such limit.
   */
  readonly most?: number;
}

export interface Page<Its extends Row = Row> {
  /** The number of rows on all pages together. */
  readonly count: number;
  readonly rows: readonly Its[];
}

/** Rows that change by themselves in `(after, to]`. */
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

/** One of several changes that are made together. */
export type Change =
  /** The row is added if its revision is `NEW`; otherwise it replaces the row of that revision. */
  | { readonly kind: 'put'; readonly row: Row }
  /** Only if it is still so: the revision that was read. What is no longer there needs no removal. */
  | { readonly kind: 'remove'; readonly collection: string; readonly id: string; readonly revision?: Revision };

/** A row or list that was read, is not changed, and must still be the same. */
export type Expectation =
  /** `NEW`: there is no such row. */
  | { readonly collection: string; readonly id: string; readonly revision: Revision }
  /** The rows of an owner in a collection, or all of them. */
  | { readonly collection: string; readonly owner?: string; readonly revision: Revision };

/** Is told of the rows that a commit has put, and of those that it has removed or replaced. */
export type Watcher = (changed: { readonly puts: readonly Row[]; readonly before: readonly Row[] }) => Promise<void>;

/**
 * The rows of a world: all that an adapter has to keep. Every call is atomic. What depends on something that was read
 * goes through `updating` (`updating.ts`).
 *
 * @typeParam Its the type of the rows
 */
export interface Collections<Its extends Row = Row> {
  byId(collection: string, id: string): Promise<Its | null>;
  byAlias(collection: string, alias: string): Promise<Its | null>;
  list(query: ListQuery): Promise<List<Its>>;
  /**
   * The place of each row of a collection, by id: it rises with age, and a row keeps its own. A list of pages begins after
   * one, even if its row was removed.
   */
  places(collection: string): Promise<ReadonlyMap<string, number>>;
  /** Takes the same time whatever the number. @param owner default: everybody */
  size(collection: string, owner?: string): Promise<Size>;
  /**
   * One page of what an account may see. If sorted and filtered by facets, the time does not grow with the number of
   * rows.
   */
  page(query: PageQuery): Promise<Page<Its>>;
  due(query: DueQuery): Promise<readonly Its[]>;
  /** How many rows each collection has; empty ones are left out. */
  counts(): Promise<Readonly<Record<string, number>>>;
  /**
   * Makes all of the changes, or none. Each is of another row; only a removal may be there twice.
   *
   * @param expects what else they depend on
   * @returns the revision that every changed row and list has now
   * @throws Changed if anything is no longer as it was read
   * @throws Collision if the id of a new row is taken, or an alias
   */
  commit(changes: readonly Change[], expects?: readonly Expectation[]): Promise<Revision>;
  /**
   * Notes that a row was used. Later reads show it at once; it may reach the disk up to a second later. It is not a
   * change: the row keeps its revision. A row that is not there is not noted.
   */
  note(collection: string, id: string, at: Instant): Promise<void>;
  /** From now on each commit is told before it is done. It is no commit that everything is replaced. */
  watch(told: Watcher): void;
  /** Values made from a row, its body or a list, for as long as that is remembered: none of these ever changes. */
  readonly made: WeakMap<object, unknown>;
  /** Those of updates that had a conflict (`updating`). */
  readonly turns: Turns;
  /** Every row, oldest first, as they were at one moment. */
  dump(): Promise<readonly Its[]>;
  /** Replaces everything by these rows, in one step. */
  load(rows: readonly Row[]): Promise<void>;
}
