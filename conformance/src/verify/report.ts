import { formatCount } from '../../../src/conformance-entry.ts';
import type { BaselineResult } from './baseline.ts';
import { CLASSES, type Difference } from './difference.ts';
import type { Compared } from './documents.ts';

/** A difference with its place, split into parts. `POST /things body owner.name` has the part `body` and the name `name`. */
interface PlacedDifference {
  readonly difference: Difference;
  readonly kind: string;
  /** Such as `body` or `query`; empty for other places. */
  readonly part: string;
  /** The name of a member or parameter, or a status; empty for a whole body, operation or path. */
  readonly name: string;
  /** The place of the object or operation that has the name. */
  readonly parent: string;
}

/**
 * Formats the differences by class. Equal differences share a line if they have the same name in several places, as in a
 * shared schema, or several names in one place.
 *
 * @param isAll use a line for every place instead
 */
export function formatDifferences(differences: readonly Difference[], isAll: boolean): string[] {
  return CLASSES.flatMap((name) => {
    const group = differences.filter((one) => one.class === name);
    if (group.length === 0) return [];
    const lines = isAll ? group.map(formatLine) : groupEqual(group.map(parsePlace)).map(formatGroup);
    return [`${name}:`, ...lines.map((line) => `${INDENT}${line}`)];
  });
}

function groupEqual(differences: readonly PlacedDifference[]): readonly Group<PlacedDifference>[] {
  const byName = groupBy(differences, ({ part, name, kind, difference }) => [part, name, kind, difference.what]);
  const merged = groupBy(byName, (group) => {
    const [{ part, name, kind, difference }] = group;
    // Unrelated names can be "only in the document", so also compare the places.
    const isOnlyInOne = difference.what.startsWith('only in the ');
    return [part, name === '', kind, difference.what, isOnlyInOne && group.map(({ parent }) => parent).sort()];
  });
  return merged.map(([first, ...others]) => [...first, ...others.flat()]);
}

type Group<Value> = readonly [Value, ...Value[]];

function groupBy<Value>(values: readonly Value[], keyOf: (value: Value) => readonly unknown[]): Group<Value>[] {
  const groups = new Map<string, [Value, ...Value[]]>();
  for (const value of values) {
    const key = JSON.stringify(keyOf(value));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return [...groups.values()];
}

function formatLine({ id, what }: Difference): string {
  return `${id}: ${what}`;
}

/** `METHOD PATH STATUS` */
const STATUS_PLACE = /^(\S+ \S+) ([1-5](?:\d\d|XX)|default)$/i;
/** `METHOD PATH STATUS? PART NAME?` */
const PART_PLACE = /^(\S+ \S+(?: (?:[1-5](?:\d\d|XX)|default))?) (body|query|path|header|cookie)(?: (.+))?$/is;

function parsePlace(difference: Difference): PlacedDifference {
  const { id, where } = difference;
  const kind = id.slice(where.length + ': '.length);
  const [, operation, status = ''] = STATUS_PLACE.exec(where) ?? [];
  if (operation !== undefined) return { difference, kind, part: '', name: status, parent: operation };
  const [, message, part = '', place = ''] = PART_PLACE.exec(where) ?? [];
  if (message === undefined) return { difference, kind, part, name: '', parent: where };
  if (part !== 'body' || place === '') return { difference, kind, part, name: place, parent: message };
  const dot = place.lastIndexOf('.');
  const owner = place.slice(0, Math.max(dot, 0));
  return { difference, kind, part, name: place.slice(dot + 1), parent: `${message} body ${owner}`.trim() };
}

const INDENT = '  ';
/** Lines fit on a screen of 160 columns. */
const MAX_LINE_LENGTH = 160 - INDENT.length;

function formatGroup(group: Group<PlacedDifference>): string {
  const [{ difference, kind, part }, ...others] = group;
  if (others.length === 0) return formatLine(difference);
  const names = [...new Set(group.map(({ name }) => name))];
  // The shortest places are the best examples.
  const places = [...new Set(group.map(({ parent }) => parent))].sort((one, other) => one.length - other.length);
  const middle = `: ${kind}: ${difference.what} (${group.length} times, `;
  const room = MAX_LINE_LENGTH - part.length - middle.length - ' as in )'.length;
  const shownNames = joinFitting(names, room - (places[0] ?? '').length, ' and 99 more'.length);
  const subject =
    `${part} ${shownNames.text}${shownNames.omitted === 0 ? '' : ` and ${shownNames.omitted} more`}`.trim();
  const shownPlaces = joinFitting(places, room + part.length + 1 - subject.length);
  return `${subject}${middle}${shownPlaces.omitted === 0 ? 'in' : 'as in'} ${shownPlaces.text})`.replace(/^: /, '');
}

interface JoinedTexts {
  readonly text: string;
  readonly omitted: number;
}

/** Joins as many texts as fit, and at least one. @param reserved the length of a note about omitted texts */
function joinFitting(texts: readonly string[], max: number, reserved = 0): JoinedTexts {
  const all = texts.join(', ');
  if (all.length <= max) return { text: all, omitted: 0 };
  let count = 1;
  while (texts.slice(0, count + 1).join(', ').length <= max - reserved) count += 1;
  return { text: texts.slice(0, count).join(', '), omitted: texts.length - count };
}

/** Formats what to change in the baseline. */
export function formatBaselineNotes({ stale, unexplained }: BaselineResult): string[] {
  const entries = unexplained === 1 ? 'baseline entry has' : 'baseline entries have';
  return [
    ...stale.map((id) => `no longer differs: ${id}`),
    ...(unexplained === 0 ? [] : [`${unexplained} ${entries} no reason and will not be accepted. Fill in \`reason\`.`]),
  ];
}

/** Formats the last line, with all counts. */
export function formatCounts(
  { operations, otherPaths, missingPaths }: Compared,
  { open, accepted }: BaselineResult,
  document: string,
): string {
  const classes = CLASSES.map((name) => ({ name, count: open.filter((one) => one.class === name).length }));
  const parts = classes.filter(({ count }) => count > 0).map(({ name, count }) => `${count} ${name}`);
  return [
    `${formatCount(operations, 'operation')} compared with ${document}`,
    `${formatCount(open.length, 'difference')}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`,
    ...(accepted.length === 0 ? [] : [`${accepted.length} accepted`]),
    ...(otherPaths === 0 ? [] : [`${formatCount(otherPaths, 'path')} only in the document, not compared`]),
    ...(missingPaths === 0 ? [] : [`${formatCount(missingPaths, 'path')} only in the mock, not compared`]),
  ].join(', ');
}
