import { hash } from 'node:crypto';
import type { Instant } from '../lib/clock.ts';
import { Collision, DamagedData } from './errors.ts';
import type { Row } from './row.ts';
import { Rows } from './rows.ts';
import { describeRow, listLines, parseStoredJson, readPart, readRow } from './saved-row.ts';
import { buildState, type State, StateBuilder } from './state.ts';
import type { StateMemory } from './state-memory.ts';
import { createStoredRowWithoutCopy } from './weight.ts';
import type { ChangedRow, RowOfWorld } from './world-log.ts';

/** The rows in a line of a part, usually all rows of a collection. */
export interface ReadLine {
  readonly number: number;
  readonly state: State;
}

/**
 * Reads the worlds of a storage. Worlds of one seed have equal lines, except for their own credentials: equal lines are
 * parsed once and share their rows, so that worlds take no more memory after a restart than before it.
 */
export class RowReader {
  readonly #memory: StateMemory;
  #bytes = 0;
  /** By digest, because all lines together are larger than the rows that they share. */
  readonly #lines = new Map<string, ReadLine>();
  /** Collections with rows in several lines, by name and lines. */
  readonly #joined = new Map<string, Rows>();
  /** The member names of changed rows, by collection. */
  readonly #names = new Map<string, Set<string>>();
  readonly #texts = new Map<string, string>();

  /** @param memory limits the rows that are read */
  constructor(memory: StateMemory) {
    this.#memory = memory;
  }

  /** Returns the same string for equal texts. */
  shareText(text: string): string {
    const shared = this.#texts.get(text) ?? text;
    this.#texts.set(shared, shared);
    return shared;
  }

  /** Parses a part of a world's initial rows. @throws DamagedData; TooMuchData */
  readLines(part: string, world: string): readonly ReadLine[] {
    return listLines(part, describeInitialRows(world)).map((line) => {
      const digest = hash('sha256', line, 'base64');
      const read = this.#lines.get(digest) ?? { number: this.#lines.size, state: this.#parseLine(line, world) };
      this.#lines.set(digest, read);
      return read;
    });
  }

  /** Returns the initial state of a world, from all its lines in order. @throws DamagedData */
  joinLines(lines: readonly ReadLine[], world: string): State {
    const linesByCollection = new Map<string, ReadLine[]>();
    const uses = new Map<string, ReadonlyMap<string, Instant>>();
    for (const line of lines) {
      for (const name of line.state.collections.keys()) {
        const others = linesByCollection.get(name);
        if (others === undefined) linesByCollection.set(name, [line]);
        else others.push(line);
      }
      for (const [name, used] of line.state.uses) {
        const others = uses.get(name);
        uses.set(name, others === undefined ? used : new Map([...others, ...used]));
      }
    }
    const collections = new Map<string, Rows>();
    for (const [name, its] of linesByCollection) collections.set(name, this.#joinRows(name, its, world));
    return buildState({ collections, uses, nextPlace: Math.max(1, ...lines.map(({ state }) => state.nextPlace)) });
  }

  /** Parses a row that has changed since; null marks an initial row as removed. @throws DamagedData; TooMuchData */
  readChange({ world, collection, id }: RowOfWorld, text: string | null): ChangedRow {
    if (text === null) return { collection, id, row: null, usedAt: null };
    const record = describeRow(world, { collection, id });
    const { row, place, usedAt } = readRow(parseStoredJson(text, record), record);
    if (row.collection !== collection || row.id !== id) throw new DamagedData(record, 'it has another name');
    const names = this.#names.get(collection) ?? new Set();
    this.#names.set(collection, names);
    const stored = createStoredRowWithoutCopy(row, place, names);
    this.#count(stored.revision.weight);
    return { collection, id, row: stored, usedAt };
  }

  #parseLine(line: string, world: string): State {
    const builder = new StateBuilder();
    for (const { row, ...its } of readPart(`[${line}]`, describeInitialRows(world))) {
      try {
        builder.add(row, { ...its, isOurs: true });
      } catch (cause) {
        throw cause instanceof Collision ? createCollisionDamage(world, row) : cause;
      }
    }
    const { state } = builder;
    for (const { weight } of state.collections.values()) this.#count(weight);
    return state;
  }

  #joinRows(collection: string, lines: readonly ReadLine[], world: string): Rows {
    const all = lines.flatMap(({ state }) => state.collections.get(collection) ?? []);
    const [only] = all;
    if (only !== undefined && all.length === 1) return only;
    const key = `${collection} ${lines.map(({ number }) => number).join()}`;
    const known = this.#joined.get(key);
    if (known !== undefined) return known;
    const joined = new Rows(all.flatMap((rows) => rows.all));
    const isRepeated = joined.count < all.reduce((count, rows) => count + rows.count, 0);
    if (isRepeated) throw new DamagedData(describeInitialRows(world), 'two rows have the same id');
    assertNoCollision(joined, world);
    this.#joined.set(key, joined);
    return joined;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#memory.assertStartFits(this.#bytes);
  }
}

/** @throws DamagedData if two rows share an alias */
export function assertNoCollision(rows: Rows, world: string): void {
  const row = rows.findCollision();
  if (row !== undefined) throw createCollisionDamage(world, row);
}

function createCollisionDamage(world: string, row: Row): DamagedData {
  return new DamagedData(describeRow(world, row), 'another row has its alias');
}

/** Names the initial rows of a world in messages. */
export function describeInitialRows(world: string): string {
  return `the initial rows of the world \`${world}\``;
}
