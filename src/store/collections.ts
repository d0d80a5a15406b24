import type { Instant } from '../core/clock.ts';

/**
 * An object of a vendor's API: the members that objects are found by, and a body that only its service understands.
 * Rows are never changed in place; a change puts another row. To the store bodies are unknown; a service reads and writes
 * its rows through the handle of their collection (`collection.ts`), which knows them.
 *
 * @typeParam Parent `string` where each is a part of something, `null` where none is
 */
export interface Row<Body = unknown, Parent extends string | null = string | null> {
  readonly collection: string;
  readonly id: string;
  /** The account it belongs to. */
  readonly owner: string;
  /** The object that it is a part of; null for none. */
  readonly parent: Parent;
  /** A second id that it is found by, unique in the collection; null for none. */
  readonly alias: string | null;
  /** Accounts that may see it although it is not theirs; `*` for everybody. */
  readonly sharedWith: readonly string[];
  /** When it next changes by itself; null for never. */
  readonly dueAt: Instant | null;
  readonly body: Body;
  /** What lists are ordered and narrowed by, of collections that are read page by page. */
  readonly facets?: Facets;
}

export interface Facets {
  readonly name: string;
  readonly state: string | null;
  readonly createdAt: Instant;
  readonly modifiedAt: Instant;
  /** Everything that a search may look into; default: the name. Only its first 4096 characters count. */
  readonly text?: string;
}

/** What a page is asked for by. */
export interface PageQuery {
  readonly collection: string;
  /** Whose objects, and what is shared with them; null for everybody's. */
  readonly account: string | null;
  /** Only what they own, or only what others share with them. */
  readonly whose?: 'own' | 'others';
  /** Members of the body, each with what it must be; `parent`, `name` and `state` stand for what rows are found by. */
  readonly where: readonly { readonly member: string; readonly value: string }[];
  /** A part of one of these members, without regard to case. */
  readonly search: { readonly members: readonly string[]; readonly text: string } | null;
  readonly order: { readonly by: 'id' | Exclude<keyof Facets, 'text'>; readonly descending: boolean };
  readonly limit: number;
  readonly offset: number;
}

export interface Page<Its extends Row = Row> {
  /** Of all pages together. */
  readonly count: number;
  readonly rows: readonly Its[];
}

/** One of several changes that are made together. */
export type Change =
  | { readonly kind: 'put'; readonly row: Row }
  | { readonly kind: 'remove'; readonly collection: string; readonly id: string };

/** @typeParam Its what rows are taken for */
export interface Collections<Its extends Row = Row> {
  byId(collection: string, id: string): Promise<Its | null>;
  byAlias(collection: string, alias: string): Promise<Its | null>;
  /** The parts of an object, oldest first. */
  ofParent(collection: string, parent: string): Promise<readonly Its[]>;
  /** What an account owns, oldest first. The same array as long as nothing of the collection changes. */
  ofOwner(collection: string, owner: string): Promise<readonly Its[]>;
  /** What an account may see: its own, what is shared with it, and what is public; oldest first. The same array, as above. */
  visibleTo(collection: string, account: string): Promise<readonly Its[]>;
  /**
   * Adds a row.
   *
   * @param limit most rows of one owner
   * @throws Collision when the id or the alias is taken
   * @throws LimitReached
   */
  insert(row: Its, limit: number | null): Promise<void>;
  /**
   * Reads a row, and puts what `change` makes of it in its place, in one step; null deletes it. What `change` throws is
   * thrown, and nothing is stored.
   *
   * @returns the new row
   * @throws NotFound
   */
  change(collection: string, id: string, change: (row: Its) => Its | null): Promise<Its | null>;
  /** The same for every part of an object, all in one step; no parts, no change. */
  changeParts(collection: string, parent: string, change: (row: Its) => Its | null): Promise<readonly Its[]>;
  /** Makes all of the changes, or none. What is not there any more counts as removed. */
  commit(changes: readonly Change[]): Promise<void>;
  /** One page of what an account may see. Flat in the number of rows, where it is ordered and narrowed by facets. */
  page(query: PageQuery): Promise<Page<Its>>;
  /** Rows that change by themselves in `(from, to]`: the first `limit` of them, earliest first. */
  dueBetween(collection: string, from: Instant, to: Instant, limit: number): Promise<readonly Its[]>;
  /** Deletes rows whose `dueAt` has passed. */
  sweep(collection: string, at: Instant): Promise<void>;
}
