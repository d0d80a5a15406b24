import { findNear } from '../../../src/conformance-entry.ts';

/**
 * How a difference affects a client that was tested with the mock and calls a service that follows the vendor's document:
 *
 * - `breaks-requests`: a request that is valid for the mock is refused, or has a different meaning.
 * - `breaks-answers`: a response can violate the mock's document, or lack something that it promises.
 * - `widens`: neither; the vendor's document allows more requests, or promises more about responses.
 * - `information`: requests and responses are the same.
 */
export const CLASSES = ['breaks-requests', 'breaks-answers', 'widens', 'information'] as const;
export type DifferenceClass = (typeof CLASSES)[number];

/** A difference between the vendor's document and the mock's. */
export interface Difference {
  /** `where` and the kind of difference. Unique in a comparison, and stable between comparisons. */
  readonly id: string;
  readonly class: DifferenceClass;
  /** Such as `GET /api/v1/users 200 body users[].name`. */
  readonly where: string;
  /** A description, without a full stop. */
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

/** A client breaks if requests become narrower or responses become wider. */
export function classOfEffect(side: Side, effect: Effect): DifferenceClass {
  if (side === 'request') return effect === 'widens' ? 'widens' : 'breaks-requests';
  return effect === 'narrows' ? 'widens' : 'breaks-answers';
}

/** Reports a difference. */
export type AddDifference = (where: string, kind: string, differenceClass: DifferenceClass, what: string) => void;

/** Describes a part that only one document has. */
export function onlyIn(isTheirs: boolean): string {
  return `only in the ${isTheirs ? 'document' : 'mock'}`;
}

/** The search for the nearest name is slow, so it only considers this many names. */
const MAX_CANDIDATES = 50;

/** Describes a name that the vendor's document lacks, with the nearest name that only it has. */
export function describeMissingName(name: string, onlyTheirs: readonly string[]): string {
  const near = findNear(name, onlyTheirs.slice(0, MAX_CANDIDATES));
  return `${onlyIn(false)}${near === undefined ? '' : `; the nearest name in the document is \`${toSafeLine(near)}\``}`;
}

/** Yields the entries of both maps, paired by name. */
export function* pairByName<Value>(
  theirs: ReadonlyMap<string, Value>,
  ours: ReadonlyMap<string, Value>,
): Generator<[name: string, theirs: Value | undefined, ours: Value | undefined]> {
  for (const [name, value] of theirs) yield [name, value, ours.get(name)];
  for (const [name, value] of ours) if (!theirs.has(name)) yield [name, undefined, value];
}

/** Describes two different values. */
export function describeValues(theirs: unknown, ours: unknown): string {
  return `${describeValue(theirs)} in the document, ${describeValue(ours)} in the mock`;
}

/** Compares two sets of names; null if they are equal. */
export function compareNames(
  theirs: ReadonlySet<string>,
  ours: ReadonlySet<string>,
): { readonly effect: Effect; readonly what: string } | null {
  const added = [...theirs].filter((name) => !ours.has(name)).sort();
  const removed = [...ours].filter((name) => !theirs.has(name)).sort();
  if (added.length + removed.length === 0) return null;
  const what = describeNames(added, removed);
  if (removed.length === 0) return { effect: 'widens', what };
  return { effect: added.length === 0 ? 'narrows' : 'alters', what };
}

/** Describes names that only one of the documents has. */
export function describeNames(onlyTheirs: readonly string[], onlyOurs: readonly string[]): string {
  return [
    ...(onlyTheirs.length > 0 ? [`${listNames(onlyTheirs)} ${onlyIn(true)}`] : []),
    ...(onlyOurs.length > 0 ? [`${listNames(onlyOurs)} ${onlyIn(false)}`] : []),
  ].join(', ');
}

function describeValue(value: unknown): string {
  return value === undefined || value === null ? 'none' : toSafeLine(canonicalJson(value));
}

const MAX_LISTED = 8;

function listNames(names: readonly string[]): string {
  const more = names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : '';
  return `${names
    .slice(0, MAX_LISTED)
    .map((name) => `\`${toSafeLine(name)}\``)
    .join(', ')}${more}`;
}

/** Returns text unchanged and anything else as JSON. Unlike `String`, it can't throw: `toString` may be a user's data. */
export function textOrJson(value: unknown): string {
  return typeof value === 'string' ? value : canonicalJson(value);
}

const MAX_LINE_LENGTH = 200;

/** Makes a text from a user's document safe to print on one line: shortens it, and replaces control characters. */
export function toSafeLine(text: string, max = MAX_LINE_LENGTH): string {
  const cut = text.length > max ? `${text.slice(0, max)}…` : text;
  return cut.replaceAll(/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/gu, '�');
}

/** Values beyond these limits count as equal. The limits are needed because a YAML document can contain itself. */
const MAX_DEPTH = 50;
const MAX_VALUES = 100_000;

/** Returns a value as JSON with sorted members. */
export function canonicalJson(value: unknown): string {
  let values = 0;
  const write = (item: unknown, depth: number): string => {
    values += 1;
    if (typeof item !== 'object' || item === null) return JSON.stringify(item) ?? 'null';
    if (depth > MAX_DEPTH || values > MAX_VALUES) return '…';
    if (Array.isArray(item)) return `[${item.map((entry) => write(entry, depth + 1)).join(',')}]`;
    const members = Object.entries(item).sort(([name], [other]) => (name < other ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${write(member, depth + 1)}`).join(',')}}`;
  };
  return write(value, 0);
}
