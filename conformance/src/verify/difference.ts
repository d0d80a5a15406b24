import { findNear } from '../../../src/conformance-entry.ts';

/**
 * What a difference means for a client that works with our document, once it meets a service that keeps to the other
 * document:
 *
 * - `breaks-requests`: a request that is valid by our document is refused, or means something else.
 * - `breaks-answers`: an answer can be one that our document does not allow, or lacks what ours has.
 * - `widens`: neither; the other document allows more requests, or says more about its answers.
 * - `information`: no message differs.
 */
export const CLASSES = ['breaks-requests', 'breaks-answers', 'widens', 'information'] as const;
export type DifferenceClass = (typeof CLASSES)[number];

export interface Difference {
  /** Place and kind; unique in a comparison, and the same each time. */
  readonly id: string;
  readonly class: DifferenceClass;
  /** `GET /api/v1/users 200 body users[].name` */
  readonly where: string;
  readonly what: string;
  /** Why a baseline accepts it. */
  readonly reason?: string;
  /** What the reason is taken from. */
  readonly source?: string;
}

/** The messages that a part of a document describes. */
export type Side = 'request' | 'answer';

/** How the other document changes the valid values: fewer, more, or others. */
export type Effect = 'narrows' | 'widens' | 'alters';

/** A client must be able to send what is valid, and to read what is valid. */
export function classOf(side: Side, effect: Effect): DifferenceClass {
  if (side === 'request') return effect === 'widens' ? 'widens' : 'breaks-requests';
  return effect === 'narrows' ? 'widens' : 'breaks-answers';
}

/** Collects differences. */
export type Tell = (where: string, kind: string, found: DifferenceClass, what: string) => void;

/** The words for a part that one document lacks. */
export function onlyIn(isTheirs: boolean): string {
  return `only in the ${isTheirs ? 'document' : 'mock'}`;
}

/** Names that are compared for the nearest one. */
const MAX_NAMES = 50;

/** The words for a name that the document lacks, with the nearest of the names that only it has. */
export function goneWords(name: string, onlyTheirs: readonly string[]): string {
  const near = findNear(name, onlyTheirs.slice(0, MAX_NAMES));
  return `${onlyIn(false)}${near === undefined ? '' : `; the nearest name in the document is \`${oneLine(near)}\``}`;
}

/** What both have by the same name, and what only one has. */
export function* pairsOf<Value>(
  theirs: ReadonlyMap<string, Value>,
  ours: ReadonlyMap<string, Value>,
): Generator<[name: string, theirs: Value | undefined, ours: Value | undefined]> {
  for (const [name, value] of theirs) yield [name, value, ours.get(name)];
  for (const [name, value] of ours) if (!theirs.has(name)) yield [name, undefined, value];
}

/** The words for two values that differ. */
export function bothValues(theirs: unknown, ours: unknown): string {
  return `${showJson(theirs)} in the document, ${showJson(ours)} in the mock`;
}

/** The words for two sets of names, and the effect; null if they are equal. */
export function compareNames(
  theirs: ReadonlySet<string>,
  ours: ReadonlySet<string>,
): { readonly effect: Effect; readonly what: string } | null {
  const more = [...theirs].filter((name) => !ours.has(name)).sort();
  const less = [...ours].filter((name) => !theirs.has(name)).sort();
  if (more.length + less.length === 0) return null;
  return {
    effect: less.length === 0 ? 'widens' : more.length === 0 ? 'narrows' : 'alters',
    what: namesWords(more, less),
  };
}

/** The words for names that only one of the documents has. */
export function namesWords(onlyTheirs: readonly string[], onlyOurs: readonly string[]): string {
  return [
    ...(onlyTheirs.length > 0 ? [`${listed(onlyTheirs)} ${onlyIn(true)}`] : []),
    ...(onlyOurs.length > 0 ? [`${listed(onlyOurs)} ${onlyIn(false)}`] : []),
  ].join(', ');
}

function showJson(value: unknown): string {
  return value === undefined || value === null ? 'none' : oneLine(canonical(value));
}

const MAX_LISTED = 8;

function listed(names: readonly string[]): string {
  const more = names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : '';
  return `${names
    .slice(0, MAX_LISTED)
    .map((name) => `\`${oneLine(name)}\``)
    .join(', ')}${more}`;
}

/** A text of a user's document. Anything else in its place is as JSON: objects can have a `toString` that is no function. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : canonical(value);
}

const MAX_CHARACTERS = 200;

/** A text of a user's document, for a line on a terminal. */
export function oneLine(text: string, max = MAX_CHARACTERS): string {
  const cut = text.length > max ? `${text.slice(0, max)}…` : text;
  return cut.replaceAll(/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/gu, '�');
}

/** What is deeper, or comes later, is equal to everything. A YAML document can contain itself. */
const MAX_DEPTH = 50;
const MAX_VALUES = 100_000;

/** The JSON text of a value, with the members of objects in order. */
export function canonical(value: unknown): string {
  let values = 0;
  const write = (one: unknown, depth: number): string => {
    values += 1;
    if (typeof one !== 'object' || one === null) return JSON.stringify(one) ?? 'null';
    if (depth > MAX_DEPTH || values > MAX_VALUES) return '…';
    if (Array.isArray(one)) return `[${one.map((item) => write(item, depth + 1)).join(',')}]`;
    const members = Object.entries(one).sort(([name], [other]) => (name < other ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${write(member, depth + 1)}`).join(',')}}`;
  };
  return write(value, 0);
}
