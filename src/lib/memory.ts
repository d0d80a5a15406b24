import { getHeapStatistics } from 'node:v8';
import { LRUCache } from 'lru-cache';

/** The number of bytes in a megabyte, as options and messages count them. */
export const MEGABYTE = 1024 * 1024;

const STRING_BYTES = 24;
const MEMBER_BYTES = 16;
/** An empty object or list in V8. */
const OBJECT_BYTES = 56;

/** Estimates the bytes of a value (plain objects, lists, sets and maps, without cycles): up to 20 times its JSON. */
export function estimateBytes(root: unknown): number {
  const remaining: unknown[] = [root];
  let bytes = 0;
  while (remaining.length > 0) {
    const value = remaining.pop();
    bytes += MEMBER_BYTES;
    if (typeof value === 'string') bytes += STRING_BYTES + 2 * value.length;
    else if (Buffer.isBuffer(value)) bytes += value.length;
    else if (typeof value === 'object' && value !== null) {
      bytes += OBJECT_BYTES;
      const members = value instanceof Set || value instanceof Map ? value.values() : Object.values(value);
      for (const member of members) remaining.push(member);
    }
  }
  return bytes;
}

/** The approximate memory of an entry besides its value and name, in bytes. */
const ENTRY_BYTES = 150;

/** A cache shared by all worlds. The least recently used entry is evicted, whichever world it belongs to. */
export type SharedCache<Value extends NonNullable<unknown>> = LRUCache<string, Value>;

/** @param bytes the limit. A larger value is not kept. */
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

  /** Caches the last key: requests often repeat a text such as a token, and hashing it takes 2 % of a request. */
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

/** Returns a function that calls `create` until it succeeds, and then always returns that result. */
export function once<Value>(create: () => Promise<Value>): () => Promise<Value> {
  let pending: Promise<Value> | null = null;
  return () => {
    pending ??= create().catch((cause: unknown) => {
      pending = null;
      throw cause;
    });
    return pending;
  };
}

/** Limits the memory that several users share, in bytes. Nothing is evicted: a request beyond the limit is refused. */
export class Quota {
  readonly limit: number;
  #used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** Takes bytes and returns true; takes nothing and returns false if there is not enough room. */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.limit) return false;
    this.#used += bytes;
    return true;
  }

  /** Takes bytes that are in memory already, even beyond the limit. */
  forceTake(bytes: number): void {
    this.#used += bytes;
  }

  release(bytes: number): void {
    this.#used -= bytes;
  }
}

/** The memory that a server needs at peak load for code, caches and journals besides its state. */
const RESERVED_BYTES = 96 * MEGABYTE;

/** The share of the other memory that state may use. The rest is for running requests and uncollected garbage. */
const STATE_SHARE = 2 / 3;

/** Returns how large the state of a server may become before Node runs out of memory, in bytes; at least a megabyte. */
export function computeMaxStateBytes(): number {
  const availableBytes = getHeapStatistics().heap_size_limit - RESERVED_BYTES;
  return Math.max(MEGABYTE, Math.floor(availableBytes * STATE_SHARE));
}

/** How many times the size of its file a seed needs while it is read, as JSON and as YAML. */
const SEED_FACTORS = { json: 14, yaml: 40 };

/** Returns how large the file of a seed may be so that the heap can take it, in bytes. */
export function computeMaxSeedBytes(format: keyof typeof SEED_FACTORS): number {
  return Math.floor(computeMaxStateBytes() / SEED_FACTORS[format]);
}

/** The share of the heap that large responses may use together, so that they fit beside a full state. */
const ANSWER_SHARE = 1 / 8;

/** Returns how much memory large responses may use together, in bytes. */
export function computeMaxAnswerBytes(): number {
  return Math.floor(getHeapStatistics().heap_size_limit * ANSWER_SHARE);
}
