import type { Instant } from '../core/clock.ts';
import type { Revision, Row, Size } from './collections.ts';
import { type Entry, type Table, usedRow } from './table.ts';

/** Makes the row that a world has in place of a shared one; the same object if they do not differ. */
export type OwnRow = (row: Row) => Row;

/**
 * A shared table, with the rows that differ in one world although they were not changed: rows that were used, and rows
 * with the world's own credentials. Such a row is made when it is first read, because most worlds read only a few rows.
 */
export class Overlay {
  readonly #below: Table;
  /** Creates the function that makes the world's own rows; null if the table has none. */
  readonly #own: (() => OwnRow) | null;
  #rows: Map<string, Entry> | null = null;
  /** Ids by the aliases that the table below does not have. */
  #aliases: ReadonlyMap<string, string> | null = null;

  constructor(below: Table, own: (() => OwnRow) | null) {
    this.#below = below;
    this.#own = own;
  }

  byId(id: string): Entry | undefined {
    const known = this.#rows?.get(id);
    if (known !== undefined) return known;
    const entry = this.#below.byId(id);
    if (entry === undefined || this.#own === null) return entry;
    const made = withRow(entry, this.#own()(entry.row));
    if (made !== entry) this.#keep(made);
    return made;
  }

  byAlias(alias: string): Entry | undefined {
    const id = this.#ownAliases().get(alias) ?? this.#below.byAlias(alias)?.row.id;
    const entry = id === undefined ? undefined : this.byId(id);
    return entry?.row.aliases.includes(alias) === true ? entry : undefined;
  }

  /** As `Table.size`. */
  size(owner: string | undefined, loadedAt: Revision): Size {
    return this.#below.size(owner, loadedAt);
  }

  /** Notes when a row was used. */
  use(id: string, at: Instant): void {
    const entry = this.byId(id);
    if (entry !== undefined) this.#keep({ ...entry, row: usedRow(entry.row, at) });
  }

  /** Copies all rows to a table that can be changed. */
  whole(): Table {
    const own = this.#own?.();
    return this.#below.copy(
      (entry) => this.#rows?.get(entry.row.id) ?? (own === undefined ? entry : withRow(entry, own(entry.row))),
    );
  }

  #keep(entry: Entry): void {
    this.#rows ??= new Map();
    this.#rows.set(entry.row.id, entry);
  }

  #ownAliases(): ReadonlyMap<string, string> {
    if (this.#aliases !== null) return this.#aliases;
    const own = this.#own?.();
    const rows = own === undefined ? [] : this.#below.rows.map(own);
    const found = rows.flatMap(({ id, aliases }) => aliases.map((alias) => [alias, id] as const));
    this.#aliases = new Map(found.filter(([alias]) => this.#below.byAlias(alias) === undefined));
    return this.#aliases;
  }
}

function withRow(entry: Entry, row: Row): Entry {
  return row === entry.row ? entry : { ...entry, row, size: JSON.stringify(row.body).length };
}
