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
  readonly #max: number;
  /** The key of its first place; no other ring of the process has its places. */
  readonly #first: number;
  /** The numbers of its entries, by slot. Grows with the entries: most worlds have few. */
  readonly #numbers: number[] = [];
  /** How many entries were added so far. */
  #added = 0;

  /** @param max the largest number of entries */
  constructor(places: Places<Entry>, max: number) {
    this.#places = places;
    this.#max = max;
    this.#first = Ring.#taken;
    Ring.#taken += max;
  }

  /** How many entries it has. */
  get size(): number {
    return [...this.newestFirst()].length;
  }

  /**
   * Adds the newest entry, in the slot of the one that has become too old.
   *
   * @param number above all before; gaps are fine
   * @returns the key of its place
   */
  add(number: number, entry: Entry, bytes: number): number {
    const slot = this.#added % this.#max;
    this.#added += 1;
    this.#numbers[slot] = number;
    const key = this.#first + slot;
    this.#places.set(key, entry, { size: bytes });
    return key;
  }

  at(number: number): Entry | undefined {
    // `peek` does not count as a use, so entries stay in the order in which they were added.
    return this.#places.peek(this.#keyOf(number));
  }

  /** Puts an entry in the place of one that is still there. @returns the key of that place; null if it is not there */
  replace(number: number, entry: Entry, bytes: number): number | null {
    const key = this.#keyOf(number);
    if (!this.#places.has(key)) return null;
    this.#places.set(key, entry, { size: bytes });
    return key;
  }

  /** Its entries with their numbers, newest first. */
  *newestFirst(): Generator<Numbered<Entry>> {
    for (let index = this.#added - 1; index >= this.#oldest; index -= 1) {
      const entry = this.#places.peek(this.#first + (index % this.#max));
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
    return Math.max(this.#added - this.#max, 0);
  }

  #numberAt(index: number): number {
    return this.#numbers[index % this.#max] ?? 0;
  }

  /** The key of the place of a number; -1, which no place has, if it was not added or is too old. */
  #keyOf(number: number): number {
    let [low, high] = [this.#oldest, this.#added];
    while (low < high) {
      const middle = low + ((high - low) >> 1);
      if (this.#numberAt(middle) < number) low = middle + 1;
      else high = middle;
    }
    return low < this.#added && this.#numberAt(low) === number ? this.#first + (low % this.#max) : -1;
  }
}

/**
 * The largest number of refusals of a world, and of its other entries; the same for requests and decisions, because
 * requests refer to decisions. Each entry survives garbage collections: 5000 would double the cost of a request.
 */
export const MAX_ENTRIES = 2000;

/** The places of all rings of a process, apart for refusals. */
export interface PriorityPlaces<Entry extends NonNullable<unknown>> {
  readonly refusals: Places<Entry>;
  readonly others: Places<Entry>;
  /** Notes the size of what one of the others can lose. */
  noteParts(key: number, entry: Entry, size: number): void;
  /** Lets the oldest others lose their parts until all fits. */
  makeRoom(): void;
}

/** The newest refusals of one world, and its newest other entries: thousands of grants push no refusal out. */
export class PriorityRing<Entry extends NonNullable<unknown>> {
  readonly #refusals: Ring<Entry>;
  readonly #others: Ring<Entry>;
  readonly #places: PriorityPlaces<Entry>;

  constructor(places: PriorityPlaces<Entry>) {
    this.#places = places;
    this.#refusals = new Ring(places.refusals, MAX_ENTRIES);
    this.#others = new Ring(places.others, MAX_ENTRIES);
  }

  get size(): number {
    return this.#refusals.size + this.#others.size;
  }

  /**
   * Adds the newest entry.
   *
   * @param number above all before
   * @param bytes its size without what it can lose
   * @param parts the size of that
   */
  add(number: number, entry: Entry, isRefusal: boolean, bytes: number, parts = 0): void {
    if (isRefusal) this.#refusals.add(number, entry, bytes + parts);
    else {
      const key = this.#others.add(number, entry, bytes);
      this.#places.noteParts(key, entry, parts);
    }
    this.#places.makeRoom();
  }

  at(number: number): Entry | undefined {
    return this.#refusals.at(number) ?? this.#others.at(number);
  }

  /** Puts an entry in the place of one that is still there. */
  replace(number: number, entry: Entry, bytes: number, parts = 0): void {
    // The number is in one of them.
    this.#refusals.replace(number, entry, bytes + parts);
    const key = this.#others.replace(number, entry, bytes);
    if (key !== null) this.#places.noteParts(key, entry, parts);
    this.#places.makeRoom();
  }

  /** Its entries with their numbers, newest first. */
  *newestFirst(): Generator<Numbered<Entry>> {
    const others = this.#others.newestFirst();
    let other = others.next();
    for (const refusal of this.#refusals.newestFirst()) {
      for (; !other.done && other.value[0] > refusal[0]; other = others.next()) yield other.value;
      yield refusal;
    }
    for (; !other.done; other = others.next()) yield other.value;
  }

  clear(): void {
    this.#refusals.clear();
    this.#others.clear();
  }
}

/** The limits of places, in bytes. */
interface PlaceLimits {
  readonly refusals: number;
  /** For other entries without the parts that they can lose. These parts have what is left of `all`. */
  readonly others: number;
  readonly all: number;
}

/**
 * Places in which the parts that others than refusals can lose go first, those of the oldest entries before.
 *
 * @param dropParts takes its parts from an entry. Changes the entry: to copy it takes memory
 */
export function priorityPlaces<Entry extends NonNullable<unknown>>(
  limits: PlaceLimits,
  dropParts: (entry: Entry) => void = () => {},
): PriorityPlaces<Entry> {
  // Limited below, where what is evicted loses its parts.
  const parts = new LRUCache<number, Entry>({ maxSize: Number.MAX_SAFE_INTEGER });
  const refusals = ringPlaces<Entry>(limits.refusals);
  const others = new LRUCache<number, Entry>({
    maxSize: limits.others,
    // Not where another entry takes the place: its parts are noted.
    noDisposeOnSet: true,
    dispose: (_entry, key) => parts.delete(key),
  });
  return {
    refusals,
    others,
    noteParts(key, entry, size) {
      if (size > 0) parts.set(key, entry, { size });
      else parts.delete(key);
    },
    makeRoom() {
      while (parts.calculatedSize > limits.all - refusals.calculatedSize - others.calculatedSize) {
        const oldest = parts.pop();
        if (oldest !== undefined) dropParts(oldest);
      }
    },
  };
}
