import type { Instant } from '../time/clock.ts';
import { type Facets, NEW, type Row } from './collections.ts';
import { DamagedData } from './errors.ts';
import { listUsedRows, type State, type UsedRow } from './state.ts';

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

/** A row that was read from a log. */
export interface ReadRow extends UsedRow {
  readonly place: number;
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
  } satisfies Loose<SavedRow>);
}

type Loose<Members> = { readonly [Name in keyof Members]: Members[Name] | undefined };

function omitEmpty(texts: readonly string[]): readonly string[] | undefined {
  return texts.length === 0 ? undefined : texts;
}

/** Parses stored JSON. @throws DamagedData */
export function parseStoredJson<Value>(text: string, collection: string, id: string): Value {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DamagedData(collection, id, cause);
  }
}

/** @throws DamagedData */
export function readRow(saved: unknown): ReadRow {
  const { collection, id, place, facets, usedAt = null, body, ...rest } = Object(saved) as SavedRow;
  if (typeof collection !== 'string' || typeof id !== 'string' || !Number.isInteger(place) || body === undefined) {
    throw new DamagedData('rows', String(id), 'a row lacks members');
  }
  const { owner = '', parent = null, aliases = NONE, labels = NONE, sharedWith = NONE, dueAt = null } = rest;
  const row = { collection, id, owner, parent, aliases, labels, sharedWith, dueAt, body, revision: NEW };
  return { row: facets === undefined ? row : { ...row, facets }, place, usedAt };
}

/** Parses the rows in a part of a state. @param of the owner of the part, for messages @throws DamagedData */
export function readPart(part: string, of: string): readonly ReadRow[] {
  return parseStoredJson<readonly unknown[]>(part, 'rows', of).map(readRow);
}

const NONE: readonly string[] = [];

/** The maximum number of rows in a part, and of characters in their bodies unless a single row is longer. */
const MAX_ROWS = 500;
const MAX_CHARACTERS = 1024 * 1024;

/** Splits the rows of a state into parts of limited size, each a JSON array. Rows of a collection are oldest first. */
export function* splitIntoParts(state: Pick<State, 'collections' | 'uses'>): Generator<string> {
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
