import { findNear } from '../../../src/conformance-entry.ts';

/**
 * The effect on a client that works with the mock's document, when it calls a service that follows the vendor's document:
 *
 * - `breaks-requests`: a request that is valid for the mock is refused, or has a different meaning.
 * - `breaks-answers`: a response can violate the mock's document, or lack something that it promises.
 * - `widens`: neither; the vendor's document allows more requests, or promises more about responses.
 * - `information`: requests and responses are the same.
 */
export const CLASSES = ['breaks-requests', 'breaks-answers', 'widens', 'information'] as const;
export type DifferenceClass = (typeof CLASSES)[number];

export interface Difference {
  /** Place and kind. Unique in a comparison, and stable between comparisons. */
  readonly id: string;
  readonly class: DifferenceClass;
  /** `GET /api/v1/users 200 body users[].name` */
  readonly where: string;
  readonly what: string;
  /** Why a baseline accepts it. */
  readonly reason?: string;
  /** The source of the reason. */
  readonly source?: string;
}

/** Whether a part of a document describes requests or responses. */
export type Side = 'request' | 'answer';

/** How the vendor's document changes the valid values: fewer, more, or different ones. */
export type Effect = 'narrows' | 'widens' | 'alters';

/** Returns the class of a difference: requests must not get narrower, and responses must not get wider. */
export function classOf(side: Side, effect: Effect): DifferenceClass {
  if (side === 'request') return effect === 'widens' ? 'widens' : 'breaks-requests';
  return effect === 'narrows' ? 'widens' : 'breaks-answers';
}

/** Reports a difference. */
export type Tell = (where: string, kind: string, found: DifferenceClass, what: string) => void;

/** Describes a part that only one document has. */
export function onlyIn(isTheirs: boolean): string {
  return `only in the ${isTheirs ? 'document' : 'mock'}`;
}

/** How many names are searched for the nearest one. */
const MAX_NAMES = 50;

/** Describes a name that the vendor's document lacks, with the nearest name that only it has. */
export function goneWords(name: string, onlyTheirs: readonly string[]): string {
  const near = findNear(name, onlyTheirs.slice(0, MAX_NAMES));
  return `${onlyIn(false)}${near === undefined ? '' : `; the nearest name in the document is \`${oneLine(near)}\``}`;
}

/** Yields the entries of both maps, paired by name. */
export function* pairsOf<Value>(
  theirs: ReadonlyMap<string, Value>,
  ours: ReadonlyMap<string, Value>,
): Generator<[name: string, theirs: Value | undefined, ours: Value | undefined]> {
  for (const [name, value] of theirs) yield [name, value, ours.get(name)];
  for (const [name, value] of ours) if (!theirs.has(name)) yield [name, undefined, value];
}

/** Describes two different values. */
export function bothValues(theirs: unknown, ours: unknown): string {
  return `${showJson(theirs)} in the document, ${showJson(ours)} in the mock`;
}

/** Compares two sets of names. Null if they are equal. */
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

/** Describes names that only one of the documents has. */
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

/** Returns a text from a user's document, anything else as JSON: an object's `toString` may not be a function. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : canonical(value);
}

const MAX_CHARACTERS = 200;

/** Shortens a text from a user's document and removes control characters, for a line on a terminal. */
export function oneLine(text: string, max = MAX_CHARACTERS): string {
  const cut = text.length > max ? `${text.slice(0, max)}…` : text;
  return cut.replaceAll(/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/gu, '�');
}

/** Everything beyond these limits counts as equal. A YAML document can contain itself. */
const MAX_DEPTH = 50;
const MAX_VALUES = 100_000;

/** Returns a value as JSON with sorted members. */
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
