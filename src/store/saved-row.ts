import { type Instant, isInstant } from '../lib/clock.ts';
import { isRecord, memberOf } from '../lib/members.ts';
import { DamagedData } from './errors.ts';
import { type Facets, NEW, type Row } from './row.ts';
import { listUsedRows } from './state.ts';
import type { LoggedState, ReadRow, RowName } from './world-log.ts';

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

/** The names of members of bodies that are times, in every collection. */
const TIME_NAME = /[a-z]At$|^created$|^modified$/;

const isText = (value: unknown) => typeof value === 'string';
const isTextList = (value: unknown) => Array.isArray(value) && value.every(isText);
const isTime = (value: unknown) => value === null || isInstant(value);

/** The form of each member, if it is there. A body belongs to its service, except for its times. */
const FORMS: Readonly<Record<keyof SavedRow, (value: unknown) => boolean>> = {
  collection: isText,
  id: isText,
  place: Number.isInteger,
  owner: isText,
  parent: isText,
  aliases: isTextList,
  labels: isTextList,
  sharedWith: isTextList,
  dueAt: isInstant,
  usedAt: isInstant,
  facets: (value) => {
    const { name, state, createdAt, modifiedAt }: { readonly [Name in keyof Facets]?: unknown } = Object(value);
    return isText(name) && (state === null || isText(state)) && isInstant(createdAt) && isInstant(modifiedAt);
  },
  body: (value) =>
    !isRecord(value) || Object.entries(value).every(([name, member]) => !TIME_NAME.test(name) || isTime(member)),
};

const REQUIRED: ReadonlySet<string> = new Set<keyof SavedRow>(['collection', 'id', 'place', 'body']);

/** Returns a row from its stored JSON. @throws DamagedData if a member is missing or has another form */
export function readRow(saved: unknown, record: string): ReadRow {
  for (const [name, hasForm] of Object.entries(FORMS)) {
    const member = memberOf(saved, name);
    const isValid = member === undefined ? !REQUIRED.has(name) : hasForm(member);
    if (!isValid) throw new DamagedData(record, `\`${name}\` is ${member === undefined ? 'missing' : 'not valid'}`);
  }
  const { collection, id, place, facets, usedAt = null, body, ...rest } = saved as SavedRow;
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

/** The maximum number of rows in a part. */
const MAX_ROWS = 500;
/** The maximum number of characters in the bodies of a part, unless a single row is longer. */
const MAX_CHARACTERS = 1024 * 1024;

/** Separates the lines of a part. JSON escapes line breaks in strings, so it is nowhere else. */
const LINE_END = ',\n';

/** JSON of limited size that belongs together. */
interface Chunk {
  readonly texts: string[];
  rows: number;
  characters: number;
}

const createChunk = (): Chunk => ({ texts: [], rows: 0, characters: 0 });

/** Returns false if the chunk would become too large. */
function tryAdd(chunk: Chunk, text: string, { rows, characters }: Pick<Chunk, 'rows' | 'characters'>): boolean {
  const isTooLarge = chunk.rows + rows > MAX_ROWS || chunk.characters + characters > MAX_CHARACTERS;
  if (chunk.rows > 0 && isTooLarge) return false;
  chunk.texts.push(text);
  chunk.rows += rows;
  chunk.characters += characters;
  return true;
}

/**
 * Splits the rows of a state into parts of limited size: JSON arrays with a line for each collection, oldest rows first.
 * Equal collections have equal lines, whatever else the state has.
 */
export function* splitIntoParts(state: LoggedState): Generator<string> {
  let part = createChunk();
  for (const line of splitIntoLines(state)) {
    const text = line.texts.join();
    if (tryAdd(part, text, line)) continue;
    yield `[${part.texts.join(LINE_END)}]`;
    part = createChunk();
    tryAdd(part, text, line);
  }
  if (part.rows > 0) yield `[${part.texts.join(LINE_END)}]`;
}

function* splitIntoLines(state: LoggedState): Generator<Chunk> {
  let line = createChunk();
  let collection = '';
  for (const { row, usedAt } of listUsedRows(state)) {
    const text = serializeRow(row, usedAt);
    const size = { rows: 1, characters: row.revision.size };
    if (row.collection === collection && tryAdd(line, text, size)) continue;
    if (line.rows > 0) yield line;
    line = createChunk();
    ({ collection } = row);
    tryAdd(line, text, size);
  }
  if (line.rows > 0) yield line;
}

/** Returns the lines of a part, without its brackets. @param place the part, for messages @throws DamagedData */
export function listLines(part: string, place: string): readonly string[] {
  if (!part.startsWith('[') || !part.endsWith(']')) throw new DamagedData(place, 'it is not a JSON array');
  return part.slice(1, -1).split(LINE_END);
}
