import type { Instant } from '../core/clock.ts';
import type { Revision, Row, Size } from './collections.ts';
import { COPIED_BYTES, type Entry, usedRow } from './entry.ts';
import type { Table } from './table.ts';

/** Makes the row that a world has in place of a shared one; the same object if they do not differ. */
export type OwnRow = (row: Row) => Row;

/** Is there room for so many more bytes? */
export type MayKeep = (bytes: number) => boolean;

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
  readonly #mayKeep: MayKeep;
  #bytes = 0;

  /**
   * @param own null: the rows differ by their uses alone
   * @param mayKeep what does not fit is made again each time that it is read
   */
  constructor(below: Table, own: OwnRowsOfWorld | null, mayKeep: MayKeep) {
    this.#below = below;
    this.#own = own;
    this.#mayKeep = mayKeep;
  }

  /** The approximate memory of its own rows, in bytes. */
  get ownBytes(): number {
    return this.#bytes;
  }

  /** The approximate memory that the table has at most that `whole` makes, in bytes. */
  get wholeBytes(): number {
    return this.#below.bytes;
  }

  byId(id: string): Entry | undefined {
    const known = this.#rows?.get(id);
    if (known !== undefined) return known;
    const entry = this.#below.byId(id);
    if (entry === undefined || this.#own === null) return entry;
    const made = withRow(entry, this.#own.rows()(entry.row));
    if (made !== entry && this.#mayKeep(made.bytes)) this.#keep(made, made.bytes);
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

  /** Notes when a row was used, whether there is room for it or not. */
  use(id: string, at: Instant): void {
    const entry = this.byId(id);
    if (entry === undefined) return;
    const isShared = entry === this.#below.byId(id);
    this.#keep({ ...entry, row: usedRow(entry.row, at) }, isShared ? COPIED_BYTES : entry.bytes);
  }

  /** Copies all rows to a table that can be changed. */
  whole(): Table {
    const own = this.#own?.rows();
    return this.#below.copy(
      (entry) => this.#rows?.get(entry.row.id) ?? (own === undefined ? entry : withRow(entry, own(entry.row))),
    );
  }

  #keep(entry: Entry, bytes: number): void {
    this.#rows ??= new Map();
    if (!this.#rows.has(entry.row.id)) this.#bytes += bytes;
    this.#rows.set(entry.row.id, entry);
  }

  #ownAliases(): ReadonlyMap<string, string> {
    if (this.#aliases !== null) return this.#aliases;
    const own = this.#own?.rows();
    const rows = own === undefined ? [] : this.#below.rows.map(own);
    const found = rows.flatMap(({ id, aliases }) => aliases.map((alias) => [alias, id] as const));
    const made = new Map(found.filter(([alias]) => this.#below.byAlias(alias) === undefined));
    const bytes = made.size * COPIED_BYTES;
    if (!this.#mayKeep(bytes)) return made;
    this.#bytes += bytes;
    this.#aliases = made;
    return made;
  }
}

function withRow(entry: Entry, row: Row): Entry {
  return row === entry.row ? entry : { ...entry, row, size: JSON.stringify(row.body).length };
}
