import type { Instant } from '../core/clock.ts';

/**
 * An object of a vendor's API: the members by which objects are found, and a body that only its service understands.
 * Rows are never changed in place; a change replaces the row. The store does not know the type of bodies; a service
 * reads and writes its rows through the handle of their collection (`collection.ts`), which does.
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
  /** A second id by which it is found, unique in the collection; null if none. */
  readonly alias: string | null;
  /** Accounts that may see it although they do not own it; `*` for everybody. */
  readonly sharedWith: readonly string[];
  /** When it next changes by itself; null if never. */
  readonly dueAt: Instant | null;
  readonly body: Body;
  /** What lists are sorted and filtered by, for collections that are read in pages. */
  readonly facets?: Facets;
}

export interface Facets {
  readonly name: string;
  readonly state: string | null;
  readonly createdAt: Instant;
  readonly modifiedAt: Instant;
  /** The text that a search looks into; default: the name. Only its first 4096 characters count. */
  readonly text?: string;
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
}

export interface Page<Its extends Row = Row> {
  /** The number of rows on all pages together. */
  readonly count: number;
  readonly rows: readonly Its[];
}

/** One of several changes that are made together. */
export type Change =
  | { readonly kind: 'put'; readonly row: Row }
  | { readonly kind: 'remove'; readonly collection: string; readonly id: string };

/** @typeParam Its the type of the rows */
export interface Collections<Its extends Row = Row> {
  byId(collection: string, id: string): Promise<Its | null>;
  byAlias(collection: string, alias: string): Promise<Its | null>;
  /** The parts of an object, oldest first. */
  ofParent(collection: string, parent: string): Promise<readonly Its[]>;
  /** What an account owns, oldest first. The same array as long as nothing in the collection changes. */
  ofOwner(collection: string, owner: string): Promise<readonly Its[]>;
  /**
   * What an account may see: its own objects, what is shared with it, and what is public; oldest first. The same array,
   * as above.
   */
  visibleTo(collection: string, account: string): Promise<readonly Its[]>;
  /**
   * Adds a row.
   *
   * @param limit the most rows one owner may have
   * @throws Collision if the id or the alias is taken
   * @throws LimitReached
   */
  insert(row: Its, limit: number | null): Promise<void>;
  /**
   * Reads a row and replaces it with what `change` makes of it, in one step; null deletes it. If `change` throws, the
   * error is passed on and nothing is stored.
   *
   * @returns the new row
   * @throws NotFound
   */
  change(collection: string, id: string, change: (row: Its) => Its | null): Promise<Its | null>;
  /** Does the same for every part of an object, all in one step; without parts nothing changes. */
  changeParts(collection: string, parent: string, change: (row: Its) => Its | null): Promise<readonly Its[]>;
  /** Makes all of the changes, or none. Removing what is no longer there succeeds. */
  commit(changes: readonly Change[]): Promise<void>;
  /**
   * One page of what an account may see. If sorted and filtered by facets, the time does not grow with the number of
   * rows.
   */
  page(query: PageQuery): Promise<Page<Its>>;
  /** Rows that change by themselves in `(from, to]`: the first `limit`, earliest first. */
  dueBetween(collection: string, from: Instant, to: Instant, limit: number): Promise<readonly Its[]>;
  /** Deletes rows whose `dueAt` has passed. */
  sweep(collection: string, at: Instant): Promise<void>;
}
