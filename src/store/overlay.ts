import type { Instant } from '../core/clock.ts';
import type { Revision, Row, Size } from './collections.ts';
import { type Entry, type Table, usedRow } from './table.ts';

/** Makes the row that a world has in place of a shared one; the same object if they do not differ. */
export type OwnRow = (row: Row) => Row;

/** The rows that a world has in place of shared ones. */
export interface OwnRowsOfWorld {
  /** Creates the function that makes them. */
  readonly rows: () => OwnRow;
  /** The end of the world's own client ids; empty if they are the shared ones. */
  readonly suffix: string;
}

/**
 * A shared table, with the rows that differ in one world although they were not changed: rows that were used, and rows
 * with the world's own credentials. Such a row is made when it is first read, because most worlds read only a few rows.
 */
export class Overlay {
  readonly #below: Table;
  readonly #own: OwnRowsOfWorld | null;
  #rows: Map<string, Entry> | null = null;
  /** Ids by the aliases that the table below does not have: they take as much memory as everything else here. */
  #aliases: ReadonlyMap<string, string> | null = null;

  /** @param own null: the rows differ by their uses alone */
  constructor(below: Table, own: OwnRowsOfWorld | null) {
    this.#below = below;
    this.#own = own;
  }

  byId(id: string): Entry | undefined {
    const known = this.#rows?.get(id);
    if (known !== undefined) return known;
    const entry = this.#below.byId(id);
    if (entry === undefined || this.#own === null) return entry;
    const made = withRow(entry, this.#own.rows()(entry.row));
    if (made !== entry) this.#keep(made);
    return made;
  }

  byAlias(alias: string): Entry | undefined {
    const { suffix = '' } = this.#own ?? {};
    const isOwnClient = suffix !== '' && alias.endsWith(suffix);
    // The shared row is known by the client id without the suffix, so no other row has to be made.
    const shared = isOwnClient ? [alias.slice(0, -suffix.length), alias] : [alias];
    for (const one of shared) {
      const entry = this.#withAlias(alias, this.#below.byAlias(one)?.row.id);
      if (entry !== undefined) return entry;
    }
    return isOwnClient ? undefined : this.#withAlias(alias, this.#ownAliases().get(alias));
  }

  #withAlias(alias: string, id: string | undefined): Entry | undefined {
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
    const own = this.#own?.rows();
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
    const own = this.#own?.rows();
    const rows = own === undefined ? [] : this.#below.rows.map(own);
    const found = rows.flatMap(({ id, aliases }) => aliases.map((alias) => [alias, id] as const));
    this.#aliases = new Map(found.filter(([alias]) => this.#below.byAlias(alias) === undefined));
    return this.#aliases;
  }
}

function withRow(entry: Entry, row: Row): Entry {
  return row === entry.row ? entry : { ...entry, row, size: JSON.stringify(row.body).length };
}
