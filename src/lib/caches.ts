import { LRUCache } from 'lru-cache';

/** The approximate memory of an entry besides its value and name, in bytes. */
const ENTRY_BYTES = 150;

/**
 * A cache shared by all worlds of a process. The least recently used entry is evicted, whichever world it belongs to.
 */
export type SharedCache<Value extends NonNullable<unknown>> = LRUCache<string, Value>;

/**
 * Creates a cache for all worlds of a process.
 *
 * @param bytes the limit. A larger value is not kept.
 * @param estimateSize estimates the bytes of a value
 */
export function createSharedCache<Value extends NonNullable<unknown>>(
  bytes: number,
  estimateSize: (value: Value) => number = () => 0,
): SharedCache<Value> {
  return new LRUCache({
    maxSize: bytes,
    sizeCalculation: (value, name) => ENTRY_BYTES + 2 * name.length + estimateSize(value),
  });
}

/** The entries of one world in a shared cache, by name. */
export class WorldCache<Value extends NonNullable<unknown>> {
  static #generations = 0;
  readonly #shared: SharedCache<Value>;
  /** Prefix of the names in the shared cache. `clear` changes it, so that old entries are never found, and age out. */
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

  /** Returns the value with this name, and counts as a use. */
  get(name: string): Value | undefined {
    return this.#shared.get(this.#keyOf(name));
  }

  set(name: string, value: Value): void {
    this.#shared.set(this.#keyOf(name), value);
  }

  delete(name: string): void {
    this.#shared.delete(this.#keyOf(name));
  }

  /** Returns all values of this world. Scans the entries of all worlds. */
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

  /**
   * Caches the last key: consecutive requests often repeat a text such as a token, and hashing it takes 2 % of a
   * request.
   */
  #keyOf(name: string): string {
    if (name !== this.#lastName) {
      this.#lastName = name;
      this.#lastKey = this.#generation + name;
    }
    return this.#lastKey;
  }
}

/** Caches the results of a pure function of an immutable object while the object is in use. */
export function memoize<Source extends object, Result extends object>(make: (from: Source) => Result) {
  const results = new WeakMap<Source, Result>();
  return (from: Source): Result => {
    const cached = results.get(from);
    if (cached !== undefined) return cached;
    const result = make(from);
    results.set(from, result);
    return result;
  };
}
