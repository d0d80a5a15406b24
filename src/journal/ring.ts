import { LRUCache } from 'lru-cache';

/** The places of all rings of a process. The entry that was put first is evicted first, whichever ring has it. */
export type Places<Entry extends NonNullable<unknown>> = LRUCache<number, Entry>;

/** @param bytes the limit. An entry that is larger than that is not kept. */
export function ringPlaces<Entry extends NonNullable<unknown>>(bytes: number): Places<Entry> {
  return new LRUCache({ maxSize: bytes });
}

/** An entry with its number. */
export type Numbered<Entry> = readonly [number: number, entry: Entry];

/** The newest entries of one world, by number. */
export class Ring<Entry extends NonNullable<unknown>> {
  static #taken = 0;
  readonly #places: Places<Entry>;
  readonly #most: number;
  /** The key of its first place; no other ring of the process has its places. */
  readonly #first: number;
  /** The numbers of its entries, by slot. Grows with the entries: most worlds have few. */
  readonly #numbers: number[] = [];
  /** How many entries were added so far. */
  #added = 0;

  /** @param most the largest number of entries */
  constructor(places: Places<Entry>, most: number) {
    this.#places = places;
    this.#most = most;
    this.#first = Ring.#taken;
    Ring.#taken += most;
  }

  /** How many entries it has. */
  get size(): number {
    return [...this.newestFirst()].length;
  }

  /** Adds the newest entry, in the slot of the one that has become too old. @param number above all before; gaps are fine */
  add(number: number, entry: Entry, bytes: number): void {
    const slot = this.#added % this.#most;
    this.#added += 1;
    this.#numbers[slot] = number;
    this.#places.set(this.#first + slot, entry, { size: bytes });
  }

  at(number: number): Entry | undefined {
    // `peek` does not count as a use, so entries stay in the order in which they were added.
    return this.#places.peek(this.#keyOf(number));
  }

  /** Puts an entry in the place of one that is still there. */
  replace(number: number, entry: Entry, bytes: number): void {
    const key = this.#keyOf(number);
    if (this.#places.has(key)) this.#places.set(key, entry, { size: bytes });
  }

  /** Its entries with their numbers, newest first. */
  *newestFirst(): Generator<Numbered<Entry>> {
    for (let index = this.#added - 1; index >= this.#oldest; index -= 1) {
      const entry = this.#places.peek(this.#first + (index % this.#most));
      if (entry !== undefined) yield [this.#numberAt(index), entry];
    }
  }

  clear(): void {
    for (const slot of this.#numbers.keys()) this.#places.delete(this.#first + slot);
    this.#numbers.length = 0;
    this.#added = 0;
  }

  /** The index of the oldest entry whose slot no later one has. Indexes count all entries that were added. */
  get #oldest(): number {
    return Math.max(this.#added - this.#most, 0);
  }

  #numberAt(index: number): number {
    return this.#numbers[index % this.#most] ?? 0;
  }

  /** The key of the place of a number; -1, which no place has, if it was not added or is too old. */
  #keyOf(number: number): number {
    let [low, high] = [this.#oldest, this.#added];
    while (low < high) {
      const middle = low + ((high - low) >> 1);
      if (this.#numberAt(middle) < number) low = middle + 1;
      else high = middle;
    }
    return low < this.#added && this.#numberAt(low) === number ? this.#first + (low % this.#most) : -1;
  }
}
