import { own } from './members.ts';
import { Quota } from './quota.ts';

/** An entry that counts against a budget. */
export interface Weighed {
  readonly bytes: number;
  /** Its neighbours in the order of use of all entries of the budget. */
  older: Weighed | null;
  newer: Weighed | null;
  /** Evicts it: its cache forgets it, and removes it from the budget. */
  leave(): void;
}

/**
 * A number of bytes that several caches share. The least recently used entry of any cache is evicted. The bytes are
 * estimates: they only need to grow as memory does.
 */
export class Budget {
  readonly bytes: number;
  #used = 0;
  #oldest: Weighed | null = null;
  #newest: Weighed | null = null;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  get used(): number {
    return this.#used;
  }

  /** @internal for holders */
  add(entry: Weighed): void {
    this.#used += entry.bytes;
    this.#append(entry);
    while (this.#used > this.bytes && this.#oldest !== null) this.#oldest.leave();
  }

  /** @internal for holders */
  remove(entry: Weighed): void {
    this.#used -= entry.bytes;
    this.#unlink(entry);
    // An evicted entry would keep its neighbours alive until it is collected, and each of these the next.
    entry.older = null;
    entry.newer = null;
  }

  /** @internal for holders */
  use(entry: Weighed): void {
    if (this.#newest === entry) return;
    this.#unlink(entry);
    this.#append(entry);
  }

  #append(entry: Weighed): void {
    entry.older = this.#newest;
    entry.newer = null;
    if (this.#newest === null) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  #unlink({ older, newer }: Weighed): void {
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
  }
}

/** The overhead of an entry, besides its value and its name. */
const ENTRY_BYTES = 150;

/** One value of a cache. */
class Entry<Value> implements Weighed {
  readonly bytes: number;
  readonly name: string;
  readonly value: Value;
  older: Weighed | null = null;
  newer: Weighed | null = null;
  /** Its neighbours in the insertion order of its cache. */
  before: Entry<Value> | null = null;
  after: Entry<Value> | null = null;
  readonly #holder: { forget(name: string): void };

  constructor(holder: { forget(name: string): void }, name: string, bytes: number, value: Value) {
    this.#holder = holder;
    this.name = name;
    this.bytes = bytes;
    this.value = value;
  }

  leave(): void {
    this.#holder.forget(this.name);
  }
}

/** A cache of values by name, bounded by a budget. */
export class BoundedCache<Value> {
  /** Made with the first value: worlds have several caches, and many stay empty. */
  #entries: Map<string, Entry<Value>> | null = null;
  /** The ends of the insertion order. A map finds its first entry slowly once others were deleted. */
  #first: Entry<Value> | null = null;
  #last: Entry<Value> | null = null;
  readonly #budget: Budget;
  readonly #weigh: (value: Value) => number;
  readonly #most: number;

  /**
   * @param sizeOf estimates the bytes of a value
   * @param most the largest number of values; the oldest is evicted
   */
  constructor(budget: Budget, sizeOf: (value: Value) => number, most = Number.POSITIVE_INFINITY) {
    this.#budget = budget;
    this.#weigh = sizeOf;
    this.#most = most;
  }

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  has(name: string): boolean {
    return this.#entries?.has(name) === true;
  }

  /** The value with this name. Finding it counts as a use. */
  find(name: string): Value | undefined {
    const entry = this.#entries?.get(name);
    if (entry === undefined) return undefined;
    this.#budget.use(entry);
    return entry.value;
  }

  /** Keeps a value and returns it. Values larger than the whole budget are not kept. */
  keep(name: string, value: Value): Value {
    if (this.has(name)) this.forget(name);
    const bytes = ENTRY_BYTES + 2 * name.length + this.#weigh(value);
    if (bytes > this.#budget.bytes) return value;
    const entry = new Entry(this, name, bytes, value);
    this.#entries ??= new Map();
    this.#entries.set(name, entry);
    entry.before = this.#last;
    if (this.#last === null) this.#first = entry;
    else this.#last.after = entry;
    this.#last = entry;
    if (this.#entries.size > this.#most && this.#first !== null) this.forget(this.#first.name);
    this.#budget.add(entry);
    return value;
  }

  forget(name: string): void {
    const entry = this.#entries?.get(name);
    if (entry === undefined) return;
    this.#entries?.delete(name);
    const { before, after } = entry;
    if (before === null) this.#first = after;
    else before.after = after;
    if (after === null) this.#last = before;
    else after.before = before;
    entry.before = null;
    entry.after = null;
    this.#budget.remove(entry);
  }

  clear(): void {
    for (const entry of this.#entries?.values() ?? []) this.#budget.remove(entry);
    this.#entries = null;
    this.#first = null;
    this.#last = null;
  }

  /** The values, in reverse insertion order. */
  newestFirst(): Value[] {
    const values: Value[] = [];
    for (let entry = this.#last; entry !== null; entry = entry.before) values.push(entry.value);
    return values;
  }
}

const STRING_BYTES = 24;
const MEMBER_BYTES = 16;
/** An empty object or list, as V8 makes it. */
const OBJECT_BYTES = 56;

/**
 * Estimates the bytes of a value in memory, which can be 20 times its text. The value must consist of plain objects,
 * lists, sets and maps, without cycles.
 */
export function bytesOf(root: unknown): number {
  const waiting: unknown[] = [root];
  let bytes = 0;
  while (waiting.length > 0) {
    const value = waiting.pop();
    bytes += MEMBER_BYTES;
    if (typeof value === 'string') bytes += STRING_BYTES + 2 * value.length;
    else if (Buffer.isBuffer(value)) bytes += value.length;
    else if (typeof value === 'object' && value !== null) {
      bytes += OBJECT_BYTES;
      const members = value instanceof Set || value instanceof Map ? value.values() : Object.values(value);
      for (const one of members) waiting.push(one);
    }
  }
  return bytes;
}

/** In bytes. */
export const MEGABYTE = 1024 * 1024;

/** The caches of a process, in bytes. Everything else is bounded by the size of the store. */
const SHARES = {
  /** views made from rows */
  views: 12 * MEGABYTE,
  /** verified tokens */
  tokens: 6 * MEGABYTE,
  decisions: 6 * MEGABYTE,
  /** requests with their answers */
  requests: 16 * MEGABYTE,
  findings: MEGABYTE / 4,
  /** how clients treat their tokens */
  tokenUsage: MEGABYTE / 4,
  /** when credentials were deleted */
  deleted: MEGABYTE / 4,
  /** fingerprints of the worlds' secrets, to hide them */
  secrets: 4 * MEGABYTE,
  /** uses of credentials */
  uses: 4 * MEGABYTE,
  /** worlds as their seeds make them, for copies */
  templates: 4 * MEGABYTE,
} as const;

/** Limits for data that users store in a process, in bytes: more is refused. */
const QUOTAS = {
  /** faults of all worlds */
  faults: 8 * MEGABYTE,
  /** conditions of all waiting verifications */
  verifications: 4 * MEGABYTE,
  /** worlds and snapshots */
  state: 256 * MEGABYTE,
} as const;

export type Budgets = Readonly<Record<keyof typeof SHARES, Budget> & Record<keyof typeof QUOTAS, Quota>>;

type Sizes = Partial<Record<keyof typeof SHARES | keyof typeof QUOTAS, number>>;

/** The budgets of one process. */
export function newBudgets(sizes: Sizes = {}): Budgets {
  const budgets = Object.entries(SHARES).map(([name, bytes]) => [name, new Budget(own(sizes, name) ?? bytes)]);
  const quotas = Object.entries(QUOTAS).map(([name, bytes]) => [name, new Quota(own(sizes, name) ?? bytes)]);
  // One for each name.
  return Object.fromEntries([...budgets, ...quotas]) as Budgets;
}
