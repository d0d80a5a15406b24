import type { Revision, Row } from './collections.ts';
import { type Entry, entryOf } from './entry.ts';
import { Collision } from './errors.ts';
import { type MayKeep, Overlay, type OwnRowsOfWorld } from './overlay.ts';
import type { Revisions } from './revisions.ts';
import type { Share } from './state-account.ts';
import { Table } from './table.ts';

/** The rows of a world at one moment. They never change, so that any number of worlds can start from them. */
export interface FrozenRows {
  readonly tables: ReadonlyMap<string, Table>;
  /** Higher than the places of all rows. */
  readonly nextPlace: number;
  /** The highest revision of any row. */
  readonly revision: Revision;
}

/** Frozen rows in which some rows have a world's own credentials. */
export class OwnRows implements FrozenRows {
  readonly below: FrozenRows;
  readonly #isOwn: (collection: string) => boolean;
  readonly #own: OwnRowsOfWorld;

  /** @param isOwn whether a collection has such rows */
  constructor(below: FrozenRows, isOwn: (collection: string) => boolean, own: OwnRowsOfWorld) {
    this.below = below;
    this.#isOwn = isOwn;
    this.#own = own;
  }

  /** All tables; the own rows are made in each call. */
  get tables(): ReadonlyMap<string, Table> {
    const all = [...this.below.tables];
    return new Map(all.map(([name, table]) => [name, this.overlay(name, () => true)?.whole() ?? table]));
  }

  get nextPlace(): number {
    return this.below.nextPlace;
  }

  get revision(): Revision {
    return this.below.revision;
  }

  /** The table of a collection with own rows; undefined for other collections. */
  overlay(collection: string, mayKeep: MayKeep): Overlay | undefined {
    const table = this.#isOwn(collection) ? this.below.tables.get(collection) : undefined;
    return table && new Overlay(table, this.#own, mayKeep);
  }
}

/** The rows of an empty world. */
export const NO_ROWS: FrozenRows = { tables: new Map(), nextPlace: 1, revision: 0 };

/** The length of all bodies as JSON, in characters. */
export function sizeOf({ tables }: FrozenRows): number {
  let characters = 0;
  for (const table of tables.values()) characters += table.characters;
  return characters;
}

/** All rows, oldest first. */
export function rowsIn(rows: FrozenRows): readonly Row[] {
  return entriesIn(rows).map(({ row }) => row);
}

/** All rows with their places, oldest first. */
export function entriesIn({ tables }: Pick<FrozenRows, 'tables'>): readonly Entry[] {
  return [...tables.values()].flatMap((table) => table.entries()).sort((one, other) => one.place - other.place);
}

/**
 * Freezes rows, which must be oldest first, so that worlds can start from them.
 *
 * @throws Collision if two rows have the same id, or the same alias
 */
export function frozenRows(rows: readonly Row[], revisions: Revisions): FrozenRows {
  const revision = revisions.next();
  const tables = new Map<string, Table>();
  for (const [index, row] of rows.entries()) {
    const table = tables.get(row.collection) ?? new Table(revision);
    tables.set(row.collection, table);
    if (table.byId(row.id) !== undefined) throw new Collision();
    for (const alias of row.aliases) if (table.byAlias(alias) !== undefined) throw new Collision();
    const entry = entryOf(row, index + 1, revision);
    table.put(entry.row, entry);
  }
  return { tables, nextPlace: rows.length + 1, revision };
}

/** The approximate memory of rows without those of a world's own, in bytes. */
export function weightOf(rows: Pick<FrozenRows, 'tables'>): number {
  let bytes = 0;
  for (const table of tablesIn(rows).values()) bytes += table.bytes;
  return bytes;
}

/** The memory that all worlds have together that start from these rows. */
export function sharesOf(rows: Pick<FrozenRows, 'tables'>): readonly Share[] {
  return [...tablesIn(rows).values()].map(({ share }) => share);
}

function tablesIn(rows: Pick<FrozenRows, 'tables'>): ReadonlyMap<string, Table> {
  return rows instanceof OwnRows ? rows.below.tables : rows.tables;
}
