import type { Instant } from '../../core/clock.ts';
import { type Budget, bytesOf, Held } from '../../core/held.ts';
import type { Collections, List, ListQuery, Row, Size } from '../collections.ts';
import { changedBy } from '../row-name.ts';

const ROW_BYTES = 200;
const SIZE_BYTES = 100;

/** Longer lists are read again when one of their rows was used. */
const MOST_RENEWED = 500;

/** Something that was read, and a promise of it: whoever asks again gets that promise, and none is made. */
interface Kept<Value> {
  readonly value: Value;
  readonly promise: Promise<Value>;
}

type KeptByName<Value> = Held<Kept<Value>>;

/** What was read of one collection. */
class Memory {
  readonly rows: KeptByName<Row | null>;
  readonly aliases: KeptByName<Row | null>;
  /** What owners have. */
  readonly ofOwners: KeptByName<List>;
  /** Other lists. */
  readonly lists: KeptByName<List>;
  readonly sizes: KeptByName<Size>;
  /** How often it was forgotten: what was read before the last time is not kept. */
  forgotten = 0;

  constructor(budget: Budget, weights: Weights) {
    const weigh = ({ value }: Kept<Row | null>) => (value === null ? SIZE_BYTES : weights.of(value));
    this.rows = new Held(budget, weigh);
    this.aliases = new Held(budget, weigh);
    const weighList = ({ value: { rows } }: Kept<List>) =>
      rows.reduce((bytes, row) => bytes + weights.of(row), SIZE_BYTES);
    this.ofOwners = new Held(budget, weighList);
    this.lists = new Held(budget, weighList);
    this.sizes = new Held(budget, () => SIZE_BYTES);
  }

  forget(): void {
    this.forgotten += 1;
    for (const held of [this.rows, this.aliases, this.ofOwners, this.lists, this.sizes]) held.clear();
  }

  /** A row was used. What shows it shows that, too; whether it is in other lists is not known. */
  note(id: string, at: Instant): void {
    // What is being read now may be as it was before.
    this.forgotten += 1;
    const row = this.rows.find(id)?.value ?? null;
    this.lists.clear();
    if (row === null) {
      this.forget();
      return;
    }
    const used = { ...row, usedAt: at };
    this.rows.keep(id, keptOf(used));
    for (const alias of row.aliases) if (this.aliases.has(alias)) this.aliases.keep(alias, keptOf(used));
    const list = this.ofOwners.find(row.owner)?.value;
    if (list === undefined) return;
    const rows = () => list.rows.map((one) => (one.id === id ? used : one));
    if (list.rows.length > MOST_RENEWED) this.ofOwners.forget(row.owner);
    else this.ofOwners.keep(row.owner, keptOf({ ...list, rows: rows() }));
  }
}

function keptOf<Value>(value: Value): Kept<Value> {
  return { value, promise: Promise.resolve(value) };
}

/** How many bytes a row takes. Its body is weighed once, because a use makes a new row with the same body. */
class Weights {
  readonly #known = new WeakMap<object, number>();

  of({ body }: Row): number {
    if (typeof body !== 'object' || body === null) return ROW_BYTES + bytesOf(body);
    let bytes = this.#known.get(body);
    if (bytes === undefined) {
      bytes = bytesOf(body);
      this.#known.set(body, bytes);
    }
    return ROW_BYTES + bytes;
  }
}

/** Rows that were read, and are remembered until they change. */
export interface RememberedCollections extends Collections {
  /** Forgets what was read of these collections, or everything. */
  forget(collections?: readonly string[]): void;
}

/**
 * Remembers what was read from a store: reading a list of twenty costs more than making the rest of its answer.
 *
 * @param inner the store, which everybody else in this process uses through this, too; others may write to it as well
 */
export function rememberingCollections(inner: Collections, budget: Budget): RememberedCollections {
  const memories = new Map<string, Memory>();
  const weights = new Weights();
  let seen = {};
  const memoryOf = (collection: string): Memory => {
    const known = memories.get(collection);
    if (known !== undefined) return known;
    const memory = new Memory(budget, weights);
    memories.set(collection, memory);
    return memory;
  };
  const forget = (collections: readonly string[] = [...memories.keys()]) => {
    seen = {};
    for (const collection of collections) memories.get(collection)?.forget();
  };

  /** Reads what is not remembered, and remembers it. @param held where it is kept */
  const reading = async <Value>(
    memory: Memory,
    held: KeptByName<Value>,
    name: string,
    reads: Promise<Value>,
  ): Promise<Value> => {
    const { forgotten } = memory;
    const value = await reads;
    // Something may have been written while it was read.
    if (memory.forgotten === forgotten) held.keep(name, keptOf(value));
    return value;
  };

  return {
    byId: (collection, id) => {
      const memory = memoryOf(collection);
      const kept = memory.rows.find(id);
      return kept?.promise ?? reading(memory, memory.rows, id, inner.byId(collection, id));
    },
    byAlias: (collection, alias) => {
      const memory = memoryOf(collection);
      const kept = memory.aliases.find(alias);
      return kept?.promise ?? reading(memory, memory.aliases, alias, inner.byAlias(collection, alias));
    },
    list: (query) => {
      const memory = memoryOf(query.collection);
      const { owner, limit } = query;
      const isOfOwner = owner !== undefined && limit === undefined;
      const [held, name] = isOfOwner ? [memory.ofOwners, owner] : [memory.lists, nameOf(query)];
      return held.find(name)?.promise ?? reading(memory, held, name, inner.list(query));
    },
    places: (collection) => inner.places(collection),
    size: (collection, owner) => {
      const memory = memoryOf(collection);
      const name = owner === undefined ? 'all' : `of ${owner}`;
      return memory.sizes.find(name)?.promise ?? reading(memory, memory.sizes, name, inner.size(collection, owner));
    },
    get seen() {
      return seen;
    },
    page: (query) => inner.page(query),
    due: (query) => inner.due(query),
    counts: () => inner.counts(),
    commit: async (changes, expects) => {
      const touched = changes.map((change) => changedBy(change).collection);
      try {
        return await inner.commit(changes, expects);
      } catch (cause) {
        // What was remembered may be the cause.
        for (const { collection } of expects ?? []) touched.push(collection);
        throw cause;
      } finally {
        seen = {};
        for (const collection of touched) memoryOf(collection).forget();
      }
    },
    note: async (collection, id, at) => {
      await inner.note(collection, id, at);
      seen = {};
      memories.get(collection)?.note(id, at);
    },
    turns: inner.turns,
    dump: () => inner.dump(),
    load: async (rows) => {
      try {
        await inner.load(rows);
      } finally {
        forget();
      }
    },
    forget,
  };
}

function nameOf({ owner, parent, label, visibleTo, limit }: ListQuery): string {
  // Every request asks for one of these two.
  if (visibleTo !== undefined && limit === undefined) return `for ${visibleTo}`;
  if (parent === undefined && label === undefined && owner === undefined && limit === undefined) return 'all';
  return JSON.stringify([owner, parent, label, visibleTo, limit]);
}
