import { type Numbered, type Places, Ring } from './ring.ts';

/**
 * The largest number of refusals of a world, and of its other entries; the same for requests and decisions, because
 * requests refer to decisions. Each entry survives garbage collections: 5000 would double the cost of a request.
 */
export const MAX_ENTRIES = 2000;

/** The places of all rings of a process, apart for refusals. */
export interface PriorityPlaces<Entry extends NonNullable<unknown>> {
  readonly refusals: Places<Entry>;
  readonly others: Places<Entry>;
}

/** The newest refusals of one world, and its newest other entries: thousands of grants push no refusal out. */
export class PriorityRing<Entry extends NonNullable<unknown>> {
  readonly #refusals: Ring<Entry>;
  readonly #others: Ring<Entry>;

  constructor({ refusals, others }: PriorityPlaces<Entry>) {
    this.#refusals = new Ring(refusals, MAX_ENTRIES);
    this.#others = new Ring(others, MAX_ENTRIES);
  }

  get size(): number {
    return this.#refusals.size + this.#others.size;
  }

  /** Adds the newest entry. @param number above all before */
  add(number: number, entry: Entry, bytes: number, isRefusal: boolean): void {
    (isRefusal ? this.#refusals : this.#others).add(number, entry, bytes);
  }

  at(number: number): Entry | undefined {
    return this.#refusals.at(number) ?? this.#others.at(number);
  }

  /** Puts an entry in the place of one that is still there. */
  replace(number: number, entry: Entry, bytes: number): void {
    // The number is in one of them.
    this.#refusals.replace(number, entry, bytes);
    this.#others.replace(number, entry, bytes);
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
