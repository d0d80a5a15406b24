import { LRUCache } from 'lru-cache';

/** A place of a ring, with the entry that is in it now. */
interface Place<Entry> {
  readonly number: number;
  entry: Entry;
}

/** The places of all rings of a process. The oldest entry is evicted, whichever ring has it. */
export type Places<Entry> = LRUCache<number, Place<Entry>>;

/** @param bytes the limit. An entry that is larger than that is not kept. */
export function ringPlaces<Entry>(bytes: number): Places<Entry> {
  return new LRUCache({ maxSize: bytes });
}

/** The newest entries of one world, by number. */
export class Ring<Entry> {
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

  /** Adds the newest entry. @param number the next one, from 1 */
  add(number: number, entry: Entry, bytes: number): void {
    this.#newest = number;
    this.#places.set(this.#keyOf(number), { number, entry }, { size: bytes });
  }

  at(number: number): Entry | undefined {
    return this.#placeOf(number)?.entry;
  }

  /** Puts an entry that weighs no more in the place of one. */
  replace(number: number, entry: Entry): void {
    const place = this.#placeOf(number);
    if (place !== undefined) place.entry = entry;
  }

  /** Its entries with their numbers, newest first. */
  *newestFirst(): Generator<readonly [number: number, entry: Entry]> {
    const oldest = Math.max(this.#newest - this.#most, 0);
    for (let number = this.#newest; number > oldest; number -= 1) {
      const place = this.#placeOf(number);
      if (place !== undefined) yield [number, place.entry];
    }
  }

  clear(): void {
    for (const [number] of this.newestFirst()) this.#places.delete(this.#keyOf(number));
  }

  #placeOf(number: number): Place<Entry> | undefined {
    // The order is that of their additions, so reading is no use.
    const place = this.#places.peek(this.#keyOf(number));
    return place?.number === number ? place : undefined;
  }

  #keyOf(number: number): number {
    return this.#first + (number % this.#most);
  }
}
