import type { Budget, Weighed } from '../core/bounded-cache.ts';

/** A place in a ring. Kept minimal, because every request takes one. */
class Slot<Entry> implements Weighed {
  bytes = 0;
  older: Weighed | null = null;
  newer: Weighed | null = null;
  /** Of its entry; 0 for none. */
  number = 0;
  entry: Entry | undefined;
  readonly #ring: Ring<Entry>;

  constructor(ring: Ring<Entry>) {
    this.#ring = ring;
  }

  leave(): void {
    this.#ring.forget(this.number);
  }
}

/**
 * The newest entries of one world, by number, within a budget that several rings share. It grows with its entries, and a
 * place that was left is used again: what lives on costs more to collect than to write.
 */
export class Ring<Entry> {
  /** By number modulo the length of the ring. */
  readonly #places: Slot<Entry>[] = [];
  readonly #budget: Budget;
  readonly #most: number;
  #newest = 0;
  #size = 0;

  /** @param most the largest number of entries */
  constructor(budget: Budget, most: number) {
    this.#budget = budget;
    this.#most = most;
  }

  /** How many entries it has. */
  get size(): number {
    return this.#size;
  }

  /** Adds the newest entry. @param number the next one, from 1 */
  add(number: number, entry: Entry, bytes: number): void {
    this.forget(number - this.#most);
    this.#newest = number;
    if (bytes > this.#budget.bytes) return;
    const at = number % this.#most;
    const place = this.#places[at] ?? new Slot(this);
    this.#places[at] = place;
    place.number = number;
    place.entry = entry;
    place.bytes = bytes;
    this.#size += 1;
    this.#budget.add(place);
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
      const entry = this.at(number);
      if (entry !== undefined) yield [number, entry];
    }
  }

  forget(number: number): void {
    const place = this.#placeOf(number);
    if (place === undefined) return;
    this.#budget.remove(place);
    place.number = 0;
    place.entry = undefined;
    this.#size -= 1;
  }

  clear(): void {
    for (const [number] of this.newestFirst()) this.forget(number);
    // A world without entries has no places.
    this.#places.length = 0;
  }

  #placeOf(number: number): Slot<Entry> | undefined {
    const place = number < 1 ? undefined : this.#places[number % this.#most];
    return place?.number === number ? place : undefined;
  }
}
