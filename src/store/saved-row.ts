import type { Instant } from '../lib/clock.ts';
import { DamagedData } from './errors.ts';
import { type Facets, NEW, type Row } from './row.ts';
import { listUsedRows } from './state.ts';
import type { ChangedRow, LoggedState, ReadRow, RowName, RowOfWorld } from './world-log.ts';

/** A row as stored JSON. Empty members are left out. */
interface SavedRow {
  readonly collection: string;
  readonly id: string;
  readonly place: number;
  readonly owner?: string;
  readonly parent?: string;
  readonly aliases?: readonly string[];
  readonly labels?: readonly string[];
  readonly sharedWith?: readonly string[];
  readonly dueAt?: Instant;
  readonly facets?: Facets;
  readonly usedAt?: Instant;
  readonly body: unknown;
}

export function serializeRow(row: Row, usedAt: Instant | null = null): string {
  const { collection, id, owner, parent, aliases, labels, sharedWith, dueAt, facets, body } = row;
  const { place } = row.revision;
  // JSON omits undefined members. One object literal is much faster than adding members one by one.
  return JSON.stringify({
    collection,
    id,
    place,
    owner: owner === '' ? undefined : owner,
    parent: parent ?? undefined,
    aliases: omitEmpty(aliases),
    labels: omitEmpty(labels),
    sharedWith: omitEmpty(sharedWith),
    dueAt: dueAt ?? undefined,
    facets,
    usedAt: usedAt ?? undefined,
    body,
  } satisfies { readonly [Name in keyof SavedRow]: SavedRow[Name] | undefined });
}

function omitEmpty(strings: readonly string[]): readonly string[] | undefined {
  return strings.length === 0 ? undefined : strings;
}

/** Parses stored JSON. @param place the record, for messages @throws DamagedData */
export function parseStoredJson<Value>(text: string, place: string): Value {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DamagedData(place, cause);
  }
}

export function describeRow(world: string, { collection, id }: RowName): string {
  return `the row \`${id}\` of \`${collection}\` in the world \`${world}\``;
}

/** Returns a changed row of a world from its JSON; null marks an initial row as removed. @throws DamagedData */
export function readChangedRow({ world, collection, id }: RowOfWorld, text: string | null): ChangedRow {
  if (text === null) return { collection, id, read: null };
  const place = describeRow(world, { collection, id });
  return { collection, id, read: readRow(parseStoredJson(text, place), place) };
}

/** Returns a row from its stored JSON. @throws DamagedData if members are missing */
function readRow(saved: unknown, record: string): ReadRow {
  const { collection, id, place, facets, usedAt = null, body, ...rest } = Object(saved) as SavedRow;
  if (typeof collection !== 'string' || typeof id !== 'string' || !Number.isInteger(place) || body === undefined) {
    throw new DamagedData(record, 'a row lacks members');
  }
  const {
    owner = '',
    parent = null,
    aliases = NO_STRINGS,
    labels = NO_STRINGS,
    sharedWith = NO_STRINGS,
    dueAt = null,
  } = rest;
  const row = { collection, id, owner, parent, aliases, labels, sharedWith, dueAt, body, revision: NEW };
  return { row: facets === undefined ? row : { ...row, facets }, place, usedAt };
}

/** Parses the rows in a part of a state. @param place the part, for messages @throws DamagedData */
export function readPart(part: string, place: string): readonly ReadRow[] {
  return parseStoredJson<readonly unknown[]>(part, place).map((row) => readRow(row, place));
}

const NO_STRINGS: readonly string[] = [];

const MAX_ROWS = 500;
/** The maximum number of characters in the bodies of a part, unless a single row is longer. */
const MAX_CHARACTERS = 1024 * 1024;

/** Splits the rows of a state into parts of limited size, each a JSON array. Rows of a collection are oldest first. */
export function* splitIntoParts(state: LoggedState): Generator<string> {
  let part: string[] = [];
  let characters = 0;
  for (const { row, usedAt } of listUsedRows(state)) {
    if (part.length === MAX_ROWS || (part.length > 0 && characters + row.revision.size > MAX_CHARACTERS)) {
      yield `[${part.join()}]`;
      part = [];
      characters = 0;
    }
    part.push(serializeRow(row, usedAt));
    characters += row.revision.size;
  }
  if (part.length > 0) yield `[${part.join()}]`;
}
