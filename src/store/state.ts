import type { Instant } from '../lib/clock.ts';
import { Collision } from './errors.ts';
import { byPlace } from './indexes.ts';
import type { Row } from './row.ts';
import { Rows } from './rows.ts';
import type { SharedData, StateMemory } from './state-memory.ts';
import { createStoredRow, createStoredRowWithoutCopy } from './weight.ts';

/** The immutable state of a world at one moment. Any number of worlds can start with it. */
export interface State extends SharedData {
  readonly collections: ReadonlyMap<string, Rows>;
  /** When rows were last used, by collection and id. */
  readonly uses: ReadonlyMap<string, ReadonlyMap<string, Instant>>;
  /** Higher than the place of every row. */
  readonly nextPlace: number;
  /** Returns a function that gives the rows of a collection the world's own credentials; null keeps the rows. */
  readonly own: ((collection: string) => ((row: Row) => Row) | null) | null;
  readonly parts: readonly SharedData[];
}

export function buildState({ collections, uses, nextPlace }: Pick<State, 'collections' | 'uses' | 'nextPlace'>): State {
  return { collections, uses, nextPlace, own: null, weight: 0, parts: [...collections.values()] };
}

export interface UsedRow {
  readonly row: Row;
  /** Null if never. */
  readonly usedAt: Instant | null;
}

export function* listUsedRows({ collections, uses }: Pick<State, 'collections' | 'uses'>): Generator<UsedRow> {
  for (const [name, { all }] of collections) {
    const usesById = uses.get(name);
    for (const row of all) yield { row, usedAt: usesById?.get(row.id) ?? null };
  }
}

export class StateBuilder {
  readonly #collections = new Map<string, Rows>();
  readonly #uses = new Map<string, Map<string, Instant>>();
  readonly #memory: StateMemory | null;
  #nextPlace = 1;
  #weight = 0;

  /** @param memory counts the rows until `release`; null if they are counted elsewhere */
  constructor(memory: StateMemory | null = null) {
    this.#memory = memory;
  }

  /** @param isOurs skips copying the body, which no other code has @throws Collision; WriteFailure without memory */
  add(
    original: Row,
    {
      usedAt = null,
      place = this.#nextPlace,
      isOurs = false,
    }: { readonly usedAt?: Instant | null; readonly place?: number; readonly isOurs?: boolean } = {},
  ): void {
    const rows = this.#collections.get(original.collection) ?? new Rows();
    if (rows.byId(original.id) !== undefined) throw new Collision();
    for (const alias of original.aliases) if (rows.byAlias(alias) !== undefined) throw new Collision();
    const row = isOurs
      ? createStoredRowWithoutCopy(original, place, rows.names)
      : createStoredRow(original, place, rows.names);
    this.#memory?.reserve(row.revision.weight);
    this.#weight += row.revision.weight;
    this.#collections.set(original.collection, rows);
    rows.put(row);
    this.#nextPlace = Math.max(this.#nextPlace, place + 1);
    if (usedAt === null) return;
    const uses = this.#uses.get(row.collection) ?? new Map();
    this.#uses.set(row.collection, uses.set(row.id, usedAt));
  }

  get state(): State {
    return buildState({ collections: this.#collections, uses: this.#uses, nextPlace: this.#nextPlace });
  }

  /** Stops counting the rows: the state is counted elsewhere now, or no longer needed. */
  release(): void {
    this.#memory?.unreserve(this.#weight);
    this.#weight = 0;
  }
}

/** Creates a state from rows, which must be oldest first. @throws Collision if two rows share an id or an alias */
export function createState(rows: Iterable<Row>): State {
  const builder = new StateBuilder();
  for (const row of rows) builder.add(row);
  return builder.state;
}

export const NO_ROWS: State = createState([]);

/** Returns the total length of all bodies as JSON, in characters. */
export function sizeOf({ collections }: Pick<State, 'collections'>): number {
  let characters = 0;
  for (const { size } of collections.values()) characters += size;
  return characters;
}

/** Returns all rows, oldest first. */
export function listRows({ collections }: Pick<State, 'collections'>): readonly Row[] {
  return [...collections.values()].flatMap(({ all }) => all).sort(byPlace);
}

/** Returns the state with the world's own rows created. */
export function completeState(state: State): State {
  const collections = [...state.collections].map(([name, rows]) => {
    const change = state.own?.(name) ?? null;
    return [name, change === null ? rows : rows.map(change)] as const;
  });
  return buildState({ ...state, collections: new Map(collections) });
}
