import { type Budget, Held } from '../../core/held.ts';
import type { Row } from '../collections.ts';
import { rowOf, type StoredRow } from './objects.ts';

/** For a stored row: the row, the view made from it, and the JSON written from that. */
const COPIES = 6;
const ROW_BYTES = 500;
const NUMBER_BYTES = 500;

/** What was read of one collection. */
interface Remembered {
  readonly lists: Held<readonly Row[]>;
  readonly numbers: Held<number>;
}

/**
 * Lists that have been read, by collection and account, and counts of their rows. A changed row leads to a new list of
 * its owner's rows, without reading the others again; everything else about the collection is forgotten.
 */
export class RememberedLists {
  readonly #byCollection = new Map<string, Remembered>();
  readonly #budget: Budget;
  /** The length of a listed row's body as JSON: otherwise it would have to be written again to find out. */
  readonly #lengths = new WeakMap<Row, number>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** What an owner has. */
  ofOwner(collection: string, owner: string, read: () => readonly StoredRow[]): readonly Row[] {
    return this.list(collection, ownerList(owner), read);
  }

  /** @param name one name for each `read` */
  list(collection: string, name: string, read: () => readonly StoredRow[]): readonly Row[] {
    const { lists } = this.#of(collection);
    const known = lists.find(name);
    if (known !== undefined) return known;
    const rows = read().map((stored) => this.#weighed(stored));
    return lists.keep(name, rows);
  }

  /** @param name one name for each `count` */
  number(collection: string, name: string, count: () => number): number {
    const { numbers } = this.#of(collection);
    return numbers.find(name) ?? numbers.keep(name, count());
  }

  /** A row was put, or removed: undefined. */
  changed(collection: string, owner: string, id: string, stored: StoredRow | undefined): void {
    const lists = this.#byCollection.get(collection)?.lists;
    const before = lists?.find(ownerList(owner));
    this.forget(collection);
    if (lists === undefined || before === undefined) return;
    const row = stored === undefined ? [] : [this.#weighed(stored)];
    const at = before.findIndex((one) => one.id === id);
    lists.keep(ownerList(owner), at < 0 ? [...before, ...row] : before.toSpliced(at, 1, ...row));
  }

  forget(collection: string): void {
    const remembered = this.#byCollection.get(collection);
    remembered?.lists.clear();
    remembered?.numbers.clear();
  }

  clear(): void {
    for (const collection of this.#byCollection.keys()) this.forget(collection);
    this.#byCollection.clear();
  }

  #of(collection: string): Remembered {
    const known = this.#byCollection.get(collection);
    if (known !== undefined) return known;
    const remembered = {
      lists: new Held<readonly Row[]>(this.#budget, (rows) => this.#bytesOf(rows)),
      numbers: new Held<number>(this.#budget, () => NUMBER_BYTES),
    };
    this.#byCollection.set(collection, remembered);
    return remembered;
  }

  #weighed(stored: StoredRow): Row {
    const row = rowOf(stored);
    this.#lengths.set(row, stored.body.length);
    return row;
  }

  #bytesOf(rows: readonly Row[]): number {
    return rows.reduce((bytes, row) => bytes + ROW_BYTES + COPIES * (this.#lengths.get(row) ?? 0), 0);
  }
}

function ownerList(owner: string): string {
  return `of ${owner}`;
}
