import { LRUCache } from 'lru-cache';

/** The shared places of all rings of a process. The oldest entry is evicted first, whichever ring it belongs to. */
export type EntryCache<Entry extends NonNullable<unknown>> = LRUCache<number, Entry>;

/** @param bytes the total limit. A larger entry is not kept. */
export function createEntryCache<Entry extends NonNullable<unknown>>(bytes: number): EntryCache<Entry> {
  return new LRUCache({ maxSize: bytes });
}

export type NumberedEntry<Entry> = readonly [number: number, entry: Entry];

/** The newest entries of one world, by number. */
export class Ring<Entry extends NonNullable<unknown>> {
  static #nextKey = 0;
  readonly #places: EntryCache<Entry>;
  readonly #max: number;
  /** The key of the ring's first place. Rings of the process use distinct keys. */
  readonly #firstKey: number;
  /** The entries' numbers, by slot. Grows with the entries, because most worlds have few. */
  readonly #numbers: number[] = [];
  #added = 0;

  constructor(places: EntryCache<Entry>, max: number) {
    this.#places = places;
    this.#max = max;
    this.#firstKey = Ring.#nextKey;
    Ring.#nextKey += max;
  }

  get size(): number {
    return [...this.newestFirst()].length;
  }

  /** Adds the newest entry in the oldest's slot. @param number higher than all earlier ones */
  add(number: number, entry: Entry, bytes: number): void {
    const slot = this.#added % this.#max;
    this.#added += 1;
    this.#numbers[slot] = number;
    this.#places.set(this.#firstKey + slot, entry, { size: bytes });
  }

  find(number: number): Entry | undefined {
    // `peek` does not count as a use, so entries stay in insertion order.
    return this.#places.peek(this.#keyOf(number));
  }

  *newestFirst(): Generator<NumberedEntry<Entry>> {
    for (let index = this.#added - 1; index >= this.#oldest; index -= 1) {
      const entry = this.#places.peek(this.#firstKey + (index % this.#max));
      if (entry !== undefined) yield [this.#numberAt(index), entry];
    }
  }

  clear(): void {
    for (const slot of this.#numbers.keys()) this.#places.delete(this.#firstKey + slot);
    this.#numbers.length = 0;
    this.#added = 0;
  }

  /** The index of the oldest entry whose slot was not reused. Indexes count all added entries. */
  get #oldest(): number {
    return Math.max(this.#added - this.#max, 0);
  }

  #numberAt(index: number): number {
    return this.#numbers[index % this.#max] ?? 0;
  }

  /** Returns the key for a number; -1, which no place has, if the number was not added or is too old. */
  #keyOf(number: number): number {
    let [low, high] = [this.#oldest, this.#added];
    while (low < high) {
      const middle = low + ((high - low) >> 1);
      if (this.#numberAt(middle) < number) low = middle + 1;
      else high = middle;
    }
    return low < this.#added && this.#numberAt(low) === number ? this.#firstKey + (low % this.#max) : -1;
  }
}

/** Per world, of refusals and of others. Kept entries burden the garbage collector: 5000 double a request's cost. */
export const MAX_ENTRIES = 2000;

/** The shared places of all rings of a process, separate for refusals. */
export type PriorityCache<Entry extends NonNullable<unknown>> = Readonly<
  Record<'refusals' | 'others', EntryCache<Entry>>
>;

/** The newest refusals and the newest other entries of one world: thousands of grants evict no refusal. */
export class PriorityRing<Entry extends NonNullable<unknown>> {
  readonly #refusals: Ring<Entry>;
  readonly #others: Ring<Entry>;

  constructor(places: PriorityCache<Entry>) {
    this.#refusals = new Ring(places.refusals, MAX_ENTRIES);
    this.#others = new Ring(places.others, MAX_ENTRIES);
  }

  get size(): number {
    return this.#refusals.size + this.#others.size;
  }

  /** @param number higher than all earlier numbers */
  add(number: number, entry: Entry, isRefusal: boolean, bytes: number): void {
    (isRefusal ? this.#refusals : this.#others).add(number, entry, bytes);
  }

  find(number: number): Entry | undefined {
    return this.#refusals.find(number) ?? this.#others.find(number);
  }

  *newestFirst(): Generator<NumberedEntry<Entry>> {
    const others = this.#others.newestFirst();
    let next = others.next();
    for (const refusal of this.#refusals.newestFirst()) {
      for (; !next.done && next.value[0] > refusal[0]; next = others.next()) yield next.value;
      yield refusal;
    }
    for (; !next.done; next = others.next()) yield next.value;
  }

  clear(): void {
    this.#refusals.clear();
    this.#others.clear();
  }
}

export function createPriorityCache<Entry extends NonNullable<unknown>>(
  limits: Readonly<Record<'refusals' | 'others', number>>,
): PriorityCache<Entry> {
  return { refusals: createEntryCache(limits.refusals), others: createEntryCache(limits.others) };
}
