import { LRUCache } from 'lru-cache';

/** The places of all rings of a process. The entry that was put first is evicted first, whichever ring has it. */
export type Places<Entry extends NonNullable<unknown>> = LRUCache<number, Entry>;

/** @param bytes the limit. An entry that is larger than that is not kept. */
export function ringPlaces<Entry extends NonNullable<unknown>>(bytes: number): Places<Entry> {
  return new LRUCache({ maxSize: bytes });
}

/** The newest entries of one world, by number. */
export class Ring<Entry extends NonNullable<unknown>> {
  static #taken = 0;
  readonly #places: Places<Entry>;
  readonly #most: number;
  /** The key of its first place; no other ring of the process has its places. */
  readonly #first: number;
  #newest = 0;

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

  /** Adds the newest entry, in the place of the one that has become too old. @param number the next one, from 1 */
  add(number: number, entry: Entry, bytes: number): void {
    this.#newest = number;
    this.#places.set(this.#keyOf(number), entry, { size: bytes });
  }

  at(number: number): Entry | undefined {
    if (number > this.#newest || number <= this.#newest - this.#most) return undefined;
    // `peek` does not count as a use, so entries stay in the order in which they were added.
    return this.#places.peek(this.#keyOf(number));
  }

  /** Puts an entry in the place of one that is still there. */
  replace(number: number, entry: Entry, bytes: number): void {
    if (this.at(number) !== undefined) this.#places.set(this.#keyOf(number), entry, { size: bytes });
  }

  /** Its entries with their numbers, newest first. */
  *newestFirst(): Generator<readonly [number: number, entry: Entry]> {
    const oldest = Math.max(this.#newest - this.#most, 0);
    for (let number = this.#newest; number > oldest; number -= 1) {
      const entry = this.at(number);
      if (entry !== undefined) yield [number, entry];
    }
  }

  clear(): void {
    for (const [number] of this.newestFirst()) this.#places.delete(this.#keyOf(number));
  }

  #keyOf(number: number): number {
    return this.#first + (number % this.#most);
  }
}
