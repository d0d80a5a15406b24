import { type Budget, Held } from '../../core/held.ts';
import type { Row } from '../collections.ts';
import { rowOf, type StoredRow } from './objects.ts';

/** Of a row as it is stored: the row, the view that is made of it, and the JSON that is written of that. */
const COPIES = 6;
const ROW_BYTES = 500;
const NUMBER_BYTES = 500;

/** What was read of one collection. */
interface Remembered {
  readonly lists: Held<readonly Row[]>;
  readonly numbers: Held<number>;
}

/**
 * Lists that were read before, by collection and account, and numbers that were counted of them. A change of a row makes
 * another list of its owner's rows, without reading the others again, and forgets all else of the collection.
 */
export class RememberedLists {
  readonly #byCollection = new Map<string, Remembered>();
  readonly #budget: Budget;
  /** How long the bodies of rows are that are in a list, as JSON: to tell that again, they would have to be written again. */
  readonly #lengths = new WeakMap<Row, number>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** What an owner has. */
  ofOwner(collection: string, owner: string, read: () => readonly StoredRow[]): readonly Row[] {
    return this.list(collection, ownerList(owner), read);
  }

  /** @param name the same for the same `read` */
  list(collection: string, name: string, read: () => readonly StoredRow[]): readonly Row[] {
    const { lists } = this.#of(collection);
    const known = lists.find(name);
    if (known !== undefined) return known;
    const rows = read().map((stored) => this.#weighed(stored));
    return lists.keep(name, rows);
  }

  /** @param name the same for the same `count` */
  number(collection: string, name: string, count: () => number): number {
    const { numbers } = this.#of(collection);
    return numbers.find(name) ?? numbers.keep(name, count());
  }

  /** A row was put, or taken away: undefined. */
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
