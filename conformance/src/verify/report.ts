import { countOf } from '../../../src/conformance-entry.ts';
import type { Verdict } from './baseline.ts';
import { CLASSES, type Difference } from './difference.ts';
import type { Compared } from './documents.ts';

/** A difference with the parts of its place. `POST /things body owner.name` is the name `name` in the part `body`. */
interface Placed {
  readonly difference: Difference;
  readonly kind: string;
  /** Such as `body` or `query`; empty for other places. */
  readonly part: string;
  /** The name of a member or parameter, or a status; empty for a whole body, operation or path. */
  readonly name: string;
  readonly within: string;
}

/**
 * Formats the differences by class. The same difference in several places, such as in a shared schema, and names with the
 * same difference share a line.
 *
 * @param isAll prints a line for every place instead
 */
export function groupsOf(differences: readonly Difference[], isAll: boolean): string[] {
  return CLASSES.flatMap((name) => {
    const group = differences.filter((one) => one.class === name);
    if (group.length === 0) return [];
    const lines = isAll ? group.map(lineOf) : alikeOf(group.map(placedOf)).map(linesOf);
    return [`${name}:`, ...lines.map((line) => `${INDENT}${line}`)];
  });
}

function alikeOf(differences: readonly Placed[]): readonly Group<Placed>[] {
  const byName = grouped(differences, ({ part, name, kind, difference }) => [part, name, kind, difference.what]);
  const alike = grouped(byName, (group) => {
    const [{ part, name, kind, difference }] = group;
    // "only in the ..." is the same for unrelated names, so only join names in the same places.
    const isBare = difference.what.startsWith('only in the ');
    return [part, name === '', kind, difference.what, isBare && group.map(({ within }) => within).sort()];
  });
  return alike.map(([first, ...others]) => [...first, ...others.flat()]);
}

type Group<Value> = readonly [Value, ...Value[]];

function grouped<Value>(values: readonly Value[], keyOf: (value: Value) => readonly unknown[]): Group<Value>[] {
  const groups = new Map<string, [Value, ...Value[]]>();
  for (const value of values) {
    const key = JSON.stringify(keyOf(value));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return [...groups.values()];
}

function lineOf({ id, what }: Difference): string {
  return `${id}: ${what}`;
}

const STATUS = /^(\S+ \S+) ([1-5](?:\d\d|XX)|default)$/i;
const PART = /^(\S+ \S+(?: (?:[1-5](?:\d\d|XX)|default))?) (body|query|path|header|cookie)(?: (.+))?$/is;

function placedOf(difference: Difference): Placed {
  const { id, where } = difference;
  const kind = id.slice(where.length + ': '.length);
  const [, operation, status = ''] = STATUS.exec(where) ?? [];
  if (operation !== undefined) return { difference, kind, part: '', name: status, within: operation };
  const [, message, part = '', place = ''] = PART.exec(where) ?? [];
  if (message === undefined) return { difference, kind, part, name: '', within: where };
  const at = part === 'body' ? place.lastIndexOf('.') + 1 : 0;
  const owner = place.slice(0, Math.max(at - 1, 0));
  const within = part === 'body' && place !== '' ? `${message} body ${owner}`.trim() : message;
  return { difference, kind, part, name: place.slice(at), within };
}

const INDENT = '  ';
/** The width of a line, so that it fits on a screen. */
const MAX_CHARACTERS = 160 - INDENT.length;

function linesOf(group: Group<Placed>): string {
  const [{ difference, kind, part }, ...others] = group;
  if (others.length === 0) return lineOf(difference);
  const names = [...new Set(group.map(({ name }) => name))];
  // The shortest places are the best examples.
  const places = [...new Set(group.map(({ within }) => within))].sort((one, other) => one.length - other.length);
  const middle = `: ${kind}: ${difference.what} (${group.length} times, `;
  const room = MAX_CHARACTERS - part.length - middle.length - ' as in )'.length;
  const subject = fitting(names, room - (places[0] ?? '').length, ' and 99 more'.length);
  const about = `${part} ${subject.text}${subject.more === 0 ? '' : ` and ${subject.more} more`}`.trim();
  const shown = fitting(places, room + part.length + 1 - about.length);
  return `${about}${middle}${shown.more === 0 ? 'in' : 'as in'} ${shown.text})`.replace(/^: /, '');
}

interface Fitting {
  readonly text: string;
  /** The number of omitted texts. */
  readonly more: number;
}

/** Joins the first texts that fit, at least one. @param reserved space for a note about omitted texts */
function fitting(texts: readonly string[], max: number, reserved = 0): Fitting {
  const all = texts.join(', ');
  if (all.length <= max) return { text: all, more: 0 };
  let count = 1;
  while (texts.slice(0, count + 1).join(', ').length <= max - reserved) count += 1;
  return { text: texts.slice(0, count).join(', '), more: texts.length - count };
}

/** Formats notes about the baseline. */
export function notesOf({ stale, unexplained }: Verdict): string[] {
  const entries = unexplained === 1 ? 'baseline entry has' : 'baseline entries have';
  return [
    ...stale.map((id) => `no longer differs: ${id}`),
    ...(unexplained === 0 ? [] : [`${unexplained} ${entries} no reason and will not be accepted. Fill in \`reason\`.`]),
  ];
}

/** Formats the last line, with all counts. */
export function countsOf(
  { operations, otherPaths, missingPaths }: Compared,
  { open, accepted }: Verdict,
  document: string,
): string {
  const classes = CLASSES.map((name) => ({ name, count: open.filter((one) => one.class === name).length }));
  const parts = classes.filter(({ count }) => count > 0).map(({ name, count }) => `${count} ${name}`);
  return [
    `${countOf(operations, 'operation')} compared with ${document}`,
    `${countOf(open.length, 'difference')}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`,
    ...(accepted.length === 0 ? [] : [`${accepted.length} accepted`]),
    ...(otherPaths === 0 ? [] : [`${countOf(otherPaths, 'path')} only in the document, not compared`]),
    ...(missingPaths === 0 ? [] : [`${countOf(missingPaths, 'path')} only in the mock, not compared`]),
  ].join(', ');
}
