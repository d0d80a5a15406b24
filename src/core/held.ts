/** One value of a holder, linked in the order of use of everything that shares its budget. */
interface Entry<Value> {
  readonly holder: Held<Value>;
  readonly name: string;
  readonly bytes: number;
  readonly value: Value;
  older: Entry<unknown> | null;
  newer: Entry<unknown> | null;
}

/**
 * A number of bytes that several holders share. The least recently used value makes room, whichever holder it belongs
 * to. The bytes are estimates: what counts is that they grow as memory does.
 */
export class Budget {
  readonly bytes: number;
  #used = 0;
  #oldest: Entry<unknown> | null = null;
  #newest: Entry<unknown> | null = null;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  get used(): number {
    return this.#used;
  }

  /** @internal for holders */
  add(entry: Entry<unknown>): void {
    this.#used += entry.bytes;
    this.#append(entry);
    while (this.#used > this.bytes && this.#oldest !== null) this.#oldest.holder.forget(this.#oldest.name);
  }

  /** @internal for holders */
  remove(entry: Entry<unknown>): void {
    this.#used -= entry.bytes;
    this.#unlink(entry);
  }

  /** @internal for holders */
  use(entry: Entry<unknown>): void {
    if (this.#newest === entry) return;
    this.#unlink(entry);
    this.#append(entry);
  }

  #append(entry: Entry<unknown>): void {
    entry.older = this.#newest;
    entry.newer = null;
    if (this.#newest === null) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  #unlink({ older, newer }: Entry<unknown>): void {
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
  }
}

/** What an entry costs in addition to its value and its name. */
const ENTRY_BYTES = 150;

/** Values remembered by name for as long as their budget has room. */
export class Held<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #budget: Budget;
  readonly #weigh: (value: Value) => number;
  readonly #most: number;

  /**
   * @param weigh about how many bytes a value takes
   * @param most the largest number of values, whatever they weigh; the oldest makes room
   */
  constructor(budget: Budget, weigh: (value: Value) => number, most = Number.POSITIVE_INFINITY) {
    this.#budget = budget;
    this.#weigh = weigh;
    this.#most = most;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value with this name. Finding it counts as a use. */
  find(name: string): Value | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    // A budget moves entries about, and never looks at their values.
    this.#budget.use(entry as Entry<unknown>);
    return entry.value;
  }

  /** Keeps a value and returns it. A value larger than the whole budget is not kept. */
  keep(name: string, value: Value): Value {
    if (this.#entries.has(name)) this.forget(name);
    const bytes = ENTRY_BYTES + 2 * name.length + this.#weigh(value);
    if (bytes > this.#budget.bytes) return value;
    const entry: Entry<Value> = { holder: this, name, bytes, value, older: null, newer: null };
    this.#entries.set(name, entry);
    // There is one: there are more than `most`. The budget looks at no value.
    if (this.#entries.size > this.#most) this.#drop(this.#entries.values().next().value as Entry<Value>);
    this.#budget.add(entry as Entry<unknown>);
    return value;
  }

  forget(name: string): void {
    const entry = this.#entries.get(name);
    if (entry !== undefined) this.#drop(entry);
  }

  #drop(entry: Entry<Value>): void {
    this.#entries.delete(entry.name);
    // A budget never looks at values.
    this.#budget.remove(entry as Entry<unknown>);
  }

  clear(): void {
    // A budget never looks at values.
    for (const entry of this.#entries.values()) this.#budget.remove(entry as Entry<unknown>);
    this.#entries.clear();
  }

  /** The values, beginning with the one kept last. */
  newestFirst(): Value[] {
    return Array.from(this.#entries.values(), ({ value }) => value).reverse();
  }
}

const STRING_BYTES = 24;
const MEMBER_BYTES = 16;

/** Estimates how many bytes a value takes. It must be made of plain objects, lists, sets and maps, without cycles. */
export function bytesOf(root: unknown): number {
  const waiting: unknown[] = [root];
  let bytes = 0;
  while (waiting.length > 0) {
    const value = waiting.pop();
    bytes += MEMBER_BYTES;
    if (typeof value === 'string') bytes += STRING_BYTES + 2 * value.length;
    else if (Array.isArray(value)) for (const one of value) waiting.push(one);
    else if (value instanceof Set || value instanceof Map) for (const one of value.values()) waiting.push(one);
    else if (Buffer.isBuffer(value)) bytes += value.length;
    else if (typeof value === 'object' && value !== null) {
      for (const one of Object.values(value)) waiting.push(one);
    }
  }
  return bytes;
}

const MEGABYTE = 1024 * 1024;

/** What a process may remember, in bytes. Anything not listed here is bounded by what the store holds. */
const SHARES = {
  /** rows that have been read */
  rows: 24 * MEGABYTE,
  /** views made from those rows */
  views: 12 * MEGABYTE,
  /** tokens that have been verified */
  tokens: 6 * MEGABYTE,
  decisions: 6 * MEGABYTE,
  findings: MEGABYTE / 4,
  /** worlds as their seeds make them, to be copied */
  images: 4 * MEGABYTE,
} as const;

export type Budgets = Readonly<Record<keyof typeof SHARES, Budget>>;

/** The budgets of one process. */
export function newBudgets(shares: Partial<Record<keyof typeof SHARES, number>> = {}): Budgets {
  const all = Object.entries({ ...SHARES, ...shares }).map(([name, bytes]) => [name, new Budget(bytes)]);
  // It has a budget for each share.
  return Object.fromEntries(all) as Budgets;
}
