import type { Instant } from '../time/clock.ts';

/**
 * Identifies the state of a row: each change gives the row another one, and "unchanged since it was read" is `===`. It
 * says what the store knows of the row beside its members.
 */
export interface Revision {
  /** A later row of any collection of the world has a higher place; a row that is replaced keeps its place. */
  readonly place: number;
  /** The length of the body as JSON, in characters. */
  readonly size: number;
  /** The approximate memory of the row, in bytes. */
  readonly weight: number;
}

/** The revision of a row that is not stored yet. */
export const NEW: Revision = { place: 0, size: 0, weight: 0 };

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
  /** The revision that was read. A change keeps the revision of the row that it was made from. */
  readonly revision: Revision;
}

/** The most characters of a text that are searched, so that no single row can make all searches slow. */
export const MAX_SEARCHED = 4096;

export interface Facets {
  readonly name: string;
  readonly state: string | null;
  readonly createdAt: Instant;
  readonly modifiedAt: Instant;
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
  readonly order: { readonly by: 'id' | keyof Facets; readonly descending: boolean };
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

/** Receives the rows that a commit has put (`puts`), and the rows that it has removed or replaced (`before`). */
export type Watcher = (changed: { readonly puts: readonly Row[]; readonly before: readonly Row[] }) => Promise<void>;

/**
 * Makes all of the changes, or none. No two may change the same row, except that a removal may be repeated.
 *
 * @returns the rows that were put, as they are stored now
 * @throws Changed if a row is no longer as it was read
 * @throws Collision if the id of a new row is taken, or an alias
 */
export type Commit = (changes: readonly Change[]) => Promise<readonly Row[]>;

/**
 * The rows of a world. Every call is atomic. A change that depends on rows that were read uses `updating`.
 *
 * @typeParam Its the type of the rows
 */
export interface Collections<Its extends Row = Row> {
  byId(collection: string, id: string): Promise<Its | null>;
  byAlias(collection: string, alias: string): Promise<Its | null>;
  /** The rows of a list, oldest first. Without a limit it is the same array until one of them changes. */
  list(query: ListQuery): Promise<readonly Its[]>;
  /** The number of rows; takes the same time for any number. @param owner default: all owners */
  count(collection: string, owner?: string): Promise<number>;
  /**
   * One page of the objects that an account may see. If it is sorted and filtered by facets, the time does not grow
   * with the number of rows.
   */
  page(query: PageQuery): Promise<Page<Its>>;
  due(query: DueQuery): Promise<readonly Its[]>;
  /** The number of rows of each collection; empty collections are left out. */
  counts(): Promise<Readonly<Record<string, number>>>;
  /** As `Commit`, when no update has the world's turn. */
  commit: Commit;
  /**
   * Reads, decides and commits while nobody else changes the world. Only the commit that `work` is given makes changes
   * meanwhile; any other one waits for the end of `work`, so `work` must not wait for it.
   */
  updating<Result>(work: (commit: Commit) => Promise<Result>): Promise<Result>;
  /**
   * Notes when a row was used. Later reads show it at once; it may reach the disk up to a second later. It is not a
   * change: the row keeps its revision. If there is no such row, the call does nothing.
   */
  note(collection: string, id: string, at: Instant): Promise<void>;
  /** When each row of a collection was last used, by id; rows that never were are left out. */
  uses(collection: string): Promise<ReadonlyMap<string, Instant>>;
  /** From now on each commit calls `watcher` before it returns. `load` does not call it. */
  watch(watcher: Watcher): void;
  /** Caches values made from a body or a list, because none of these ever changes. */
  readonly made: WeakMap<object, unknown>;
}
