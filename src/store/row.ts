import type { Instant } from '../lib/clock.ts';

/** Identifies one state of a row. Each change creates a new one, so "unchanged" is a `===` comparison. */
export interface Revision {
  /** Rows added later in a world have a higher place. A replacement keeps the place of the row. */
  readonly place: number;
  /** The length of the body as JSON, in characters. */
  readonly size: number;
  /** The approximate memory of the row, in bytes. */
  readonly weight: number;
}

/** The revision of a row that isn't stored yet. */
export const NEW: Revision = { place: 0, size: 0, weight: 0 };

/** Stands for every account in a list of accounts that an object is shared with. */
export const ANYONE = '*';

export function isSharedWith({ sharedWith }: Pick<Row, 'sharedWith'>, account: string): boolean {
  return sharedWith.includes(ANYONE) || sharedWith.includes(account);
}

/**
 * An object of a world: the members used for lookups, and a body that only its service understands. Rows are immutable;
 * a change replaces the row.
 * @typeParam Parent `string` if each row is part of an object, `null` otherwise
 */
export interface Row<Body = unknown, Parent extends string | null = string | null> {
  readonly collection: string;
  readonly id: string;
  readonly owner: string;
  /** The object that this one is part of, or null. */
  readonly parent: Parent;
  /** Additional ids for lookups, unique in the collection. */
  readonly aliases: readonly string[];
  /** Names for listing the row. Several rows may share a label. */
  readonly labels: readonly string[];
  /** Accounts that can see the object without owning it. `ANYONE` means every account. */
  readonly sharedWith: readonly string[];
  /** When time next changes the object, or null. */
  readonly dueAt: Instant | null;
  readonly body: Body;
  /** Members for sorting and filtering, in collections that are read in pages. */
  readonly facets?: Facets;
  /** The revision that was read. A changed row keeps it until the commit. */
  readonly revision: Revision;
}

/** The maximum number of characters that are searched in one member, so that one row can't slow down every search. */
export const MAX_SEARCHED = 4096;

export interface Facets {
  readonly name: string;
  readonly state: string | null;
  readonly createdAt: Instant;
  readonly modifiedAt: Instant;
}

export interface PageQuery {
  /** List the objects owned by or shared with this account. Null lists the objects of all accounts. */
  readonly account: string | null;
  /** Only objects that the account owns, or only those shared with it. */
  readonly whose?: 'own' | 'others';
  /** Members of the body and their required values; `parent`, `name` and `state` refer to the row's own members. */
  readonly where: readonly { readonly member: string; readonly value: string }[];
  /** Text that one of these members has to contain, ignoring case. */
  readonly search: { readonly members: readonly string[]; readonly text: string } | null;
  readonly order: { readonly by: 'id' | keyof Facets; readonly descending: boolean };
  readonly limit: number;
  readonly offset: number;
  /** The maximum length of a page's bodies as JSON, in characters; a page has at least one row. Default: unlimited. */
  readonly most?: number;
}

export interface Page<RowType extends Row = Row> {
  /** The total number of rows on all pages. */
  readonly count: number;
  readonly rows: readonly RowType[];
}

/** Selects rows due in `(after, to]`. */
export interface DueQuery {
  /** Only the parts of this object. */
  readonly parent?: string;
  readonly after: Instant;
  readonly to: Instant;
  readonly limit: number;
  /** Default: earliest first. */
  readonly latestFirst?: boolean;
}

export type Change =
  /** Adds the row if its revision is `NEW`, otherwise replaces the row with that revision. */
  | { readonly kind: 'put'; readonly row: Row }
  /** With a revision, the commit fails if the row has changed. Without one, removing a missing row is not an error. */
  | { readonly kind: 'remove'; readonly collection: string; readonly id: string; readonly revision?: Revision };

/** Receives the rows put by a commit (`puts`), and the rows it removed or replaced (`before`). */
export type Watcher = (changed: { readonly puts: readonly Row[]; readonly before: readonly Row[] }) => Promise<void>;

/**
 * Makes all changes or none, and returns the rows that were put, as stored. Each row may change only once, except that
 * removals can be repeated.
 * @throws EditConflict if a row has changed since it was read; Collision if an id or alias is taken
 */
export type Commit = (changes: readonly Change[]) => Promise<readonly Row[]>;

/** Returns the first rows whose bodies fit in `max` characters, but at least one row. */
export function limitSize<Sized extends Pick<Row, 'revision'>>(
  rows: readonly Sized[],
  max = Number.POSITIVE_INFINITY,
): readonly Sized[] {
  let characters = 0;
  const end = rows.findIndex(({ revision }, index) => {
    characters += revision.size;
    return characters > max && index > 0;
  });
  return end < 0 ? rows : rows.slice(0, end);
}
