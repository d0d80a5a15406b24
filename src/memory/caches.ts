import { LRUCache } from 'lru-cache';

/** The overhead of an entry, besides its value and its name. */
const ENTRY_BYTES = 150;

/** A cache that all worlds of a process share. What was used least recently is evicted, whichever world it is of. */
export type SharedCache<Value extends NonNullable<unknown>> = LRUCache<string, Value>;

/**
 * @param bytes the limit. A value that is larger than that is not kept.
 * @param sizeOf estimates the bytes of a value
 */
export function sharedCache<Value extends NonNullable<unknown>>(
  bytes: number,
  sizeOf: (value: Value) => number = () => 0,
): SharedCache<Value> {
  return new LRUCache({
    maxSize: bytes,
    sizeCalculation: (value, name) => ENTRY_BYTES + 2 * name.length + sizeOf(value),
  });
}

/** The entries of one world in a shared cache, by name. */
export class WorldCache<Value extends NonNullable<unknown>> {
  static #generations = 0;
  readonly #shared: SharedCache<Value>;
  /** The beginning of its names in the shared cache. It is used once: what was cleared is not found again, and ages out. */
  #generation = WorldCache.#nextGeneration();
  #lastName = '';
  #lastKey = this.#generation;

  constructor(shared: SharedCache<Value>) {
    this.#shared = shared;
  }

  static #nextGeneration(): string {
    WorldCache.#generations += 1;
    return `${WorldCache.#generations} `;
  }

  has(name: string): boolean {
    return this.#shared.has(this.#keyOf(name));
  }

  /** The value with this name. Finding it counts as a use. */
  get(name: string): Value | undefined {
    return this.#shared.get(this.#keyOf(name));
  }

  set(name: string, value: Value): void {
    this.#shared.set(this.#keyOf(name), value);
  }

  delete(name: string): void {
    this.#shared.delete(this.#keyOf(name));
  }

  /** All its values. It looks at the entries of all worlds. */
  values(): Value[] {
    const values: Value[] = [];
    this.#shared.forEach((value, name) => {
      if (name.startsWith(this.#generation)) values.push(value);
    });
    return values;
  }

  clear(): void {
    this.#generation = WorldCache.#nextGeneration();
    this.#lastName = '';
    this.#lastKey = this.#generation;
  }

  /** A text that comes with each request, such as a token, is equal to the last one; to hash it again takes 2 % of a request. */
  #keyOf(name: string): string {
    if (name !== this.#lastName) {
      this.#lastName = name;
      this.#lastKey = this.#generation + name;
    }
    return this.#lastKey;
  }
}

/** Makes a pure function of an immutable object keep each result for as long as the object is in use. */
export function memoize<From extends object, Result extends object>(make: (from: From) => Result) {
  const made = new WeakMap<From, Result>();
  return (from: From): Result => {
    const known = made.get(from);
    if (known !== undefined) return known;
    const result = make(from);
    made.set(from, result);
    return result;
  };
}
