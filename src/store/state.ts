import type { Instant } from '../time/clock.ts';
import type { Row } from './collections.ts';
import { Collision } from './errors.ts';
import { byPlace } from './indexes.ts';
import { Rows } from './rows.ts';
import type { StateMemory, Weighed } from './state-memory.ts';
import { keptRow, storedRow } from './stored-row.ts';

/** When rows were last used, by collection and id. */
export type Uses = ReadonlyMap<string, ReadonlyMap<string, Instant>>;

/** The state of a world at one moment. It never changes, so any number of worlds can begin with it. */
export interface State extends Weighed {
  readonly collections: ReadonlyMap<string, Rows>;
  readonly uses: Uses;
  /** Higher than the places of all rows. */
  readonly nextPlace: number;
  /** Makes what the world has in place of the rows of a collection, with credentials of its own; null: the same rows. */
  readonly own: ((collection: string) => ((row: Row) => Row) | null) | null;
  readonly parts: readonly Weighed[];
}

export function stateWith({ collections, uses, nextPlace }: Pick<State, 'collections' | 'uses' | 'nextPlace'>): State {
  return { collections, uses, nextPlace, own: null, weight: 0, parts: [...collections.values()] };
}

/** A row, and when it was last used. */
export interface UsedRow {
  readonly row: Row;
  /** Null if never. */
  readonly usedAt: Instant | null;
}

/** All rows, those of each collection oldest first. */
export function* usedRowsIn({ collections, uses }: Pick<State, 'collections' | 'uses'>): Generator<UsedRow> {
  for (const [name, { all }] of collections) {
    const its = uses.get(name);
    for (const row of all) yield { row, usedAt: its?.get(row.id) ?? null };
  }
}

interface Added {
  readonly usedAt: Instant | null;
  readonly place: number;
  readonly isOurs: boolean;
}

/** Makes a state row by row. */
export class StateBuilder {
  readonly #collections = new Map<string, Rows>();
  readonly #uses = new Map<string, Map<string, Instant>>();
  readonly #memory: StateMemory | null;
  #nextPlace = 1;
  #weight = 0;

  /** @param memory counts the rows until `release`; null: they are counted elsewhere */
  constructor(memory: StateMemory | null = null) {
    this.#memory = memory;
  }

  /**
   * Adds a row.
   *
   * @param place behind all others of its collection; default: behind all rows
   * @param isOurs nobody else has its body, which is as JSON has it
   * @throws Collision if another one has its id, or one of its aliases
   * @throws Unwritable if there is no room for it
   */
  add(given: Row, { usedAt = null, place = this.#nextPlace, isOurs = false }: Partial<Added> = {}): void {
    const rows = this.#collections.get(given.collection) ?? new Rows();
    if (rows.byId(given.id) !== undefined) throw new Collision();
    for (const alias of given.aliases) if (rows.byAlias(alias) !== undefined) throw new Collision();
    const row = isOurs ? keptRow(given, place, rows.names) : storedRow(given, place, rows.names);
    this.#memory?.reserve(row.revision.weight);
    this.#weight += row.revision.weight;
    this.#collections.set(given.collection, rows);
    rows.put(row);
    this.#nextPlace = Math.max(this.#nextPlace, place + 1);
    if (usedAt !== null) this.#noteUse(row, usedAt);
  }

  get state(): State {
    return stateWith({ collections: this.#collections, uses: this.#uses, nextPlace: this.#nextPlace });
  }

  /** The state is counted elsewhere by now, or not needed any more. */
  release(): void {
    this.#memory?.unreserve(this.#weight);
    this.#weight = 0;
  }

  #noteUse({ collection, id }: Row, at: Instant): void {
    const uses = this.#uses.get(collection) ?? new Map();
    this.#uses.set(collection, uses.set(id, at));
  }
}

/**
 * The state that has these rows, which must be oldest first.
 *
 * @throws Collision if two rows have the same id, or the same alias
 */
export function stateOf(rows: Iterable<Row>): State {
  const builder = new StateBuilder();
  for (const row of rows) builder.add(row);
  return builder.state;
}

/** The state of an empty world. */
export const NO_ROWS: State = stateOf([]);

/** The length of all bodies as JSON, in characters. */
export function sizeOf({ collections }: Pick<State, 'collections'>): number {
  let characters = 0;
  for (const { size } of collections.values()) characters += size;
  return characters;
}

/** All rows, oldest first. */
export function rowsIn({ collections }: Pick<State, 'collections'>): readonly Row[] {
  return [...collections.values()].flatMap(({ all }) => all).sort(byPlace);
}

/** A state in which the world's own rows are made. */
export function wholeOf(state: State): State {
  const made = [...state.collections].map(([name, rows]) => {
    const change = state.own?.(name) ?? null;
    return [name, change === null ? rows : rows.map(change)] as const;
  });
  return stateWith({ ...state, collections: new Map(made) });
}
