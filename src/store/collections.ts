import type { Instant } from '../core/clock.ts';

/**
 * An object of a vendor's API: the members that objects are found by, and a body that only its service understands.
 * Rows are never changed in place; a change puts another row.
 */
export interface Row {
  readonly collection: string;
  readonly id: string;
  /** The account it belongs to. */
  readonly owner: string;
  /** The object that it is a part of; null for none. */
  readonly parent: string | null;
  /** A second id that it is found by, unique in the collection; null for none. */
  readonly alias: string | null;
  /** Accounts that may see it although it is not theirs; `*` for everybody. */
  readonly sharedWith: readonly string[];
  /** When it next changes by itself; null for never. */
  readonly dueAt: Instant | null;
  readonly body: unknown;
}

export interface Collections {
  byId(collection: string, id: string): Promise<Row | null>;
  byAlias(collection: string, alias: string): Promise<Row | null>;
  /** The parts of an object, oldest first. */
  ofParent(collection: string, parent: string): Promise<readonly Row[]>;
  /** What an account owns, oldest first. The same array as long as nothing of the collection changes. */
  ofOwner(collection: string, owner: string): Promise<readonly Row[]>;
  /** What an account may see: its own, what is shared with it, and what is public; oldest first. The same array, as above. */
  visibleTo(collection: string, account: string): Promise<readonly Row[]>;
  /**
   * Adds a row.
   *
   * @param limit most rows of one owner
   * @throws Collision when the id is taken
   * @throws LimitReached
   */
  insert(row: Row, limit: number | null): Promise<void>;
  /**
   * Reads a row, and puts what `change` makes of it in its place, in one step; null deletes it. What `change` throws is
   * thrown, and nothing is stored.
   *
   * @returns the new row
   * @throws NotFound
   */
  change(collection: string, id: string, change: (row: Row) => Row | null): Promise<Row | null>;
  /** The same for every part of an object, all in one step; no parts, no change. */
  changeParts(collection: string, parent: string, change: (row: Row) => Row | null): Promise<readonly Row[]>;
  /** Rows that changed by themselves in `(from, to]`, earliest first. */
  dueBetween(collection: string, from: Instant, to: Instant): Promise<readonly Row[]>;
  /** Deletes rows whose `dueAt` has passed. */
  sweep(collection: string, at: Instant): Promise<void>;
}
