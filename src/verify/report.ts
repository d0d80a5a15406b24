import { countOf } from '../core/count.ts';
import type { Verdict } from './baseline.ts';
import { CLASSES, type Difference } from './difference.ts';
import type { Compared } from './documents.ts';

/**
 * The differences by class, with a line for each: or one for the same difference in several places, such as a member of a
 * schema that many operations share.
 *
 * @param isAll a line for every place
 */
export function groupsOf(differences: readonly Difference[], isAll: boolean): string[] {
  return CLASSES.flatMap((name) => {
    const group = differences.filter((one) => one.class === name);
    if (group.length === 0) return [];
    const lines = isAll ? group.map(lineOf) : sameOf(group).map(linesOf);
    return [`${name}:`, ...lines.map((line) => `  ${line}`)];
  });
}

function sameOf(differences: readonly Difference[]): readonly (readonly Difference[])[] {
  const groups = new Map<string, Difference[]>();
  for (const difference of differences) {
    const key = JSON.stringify([placeOf(difference), difference.what]);
    groups.set(key, [...(groups.get(key) ?? []), difference]);
  }
  return [...groups.values()];
}

/** The id is the place and the kind. */
function lineOf({ id, what }: Difference): string {
  return `${id}: ${what}`;
}

function linesOf([first, ...others]: readonly Difference[]): string {
  if (first === undefined) return '';
  if (others.length === 0) return lineOf(first);
  return `${placeOf(first)}: ${first.what} (${others.length + 1} times, first in ${first.where})`;
}

/** The end of a place that says what differs, with the kind: `body timeout: format`, `query limit: parameter`, `404: status`. */
function placeOf({ id, where }: Difference): string {
  const kind = id.slice(where.length + ': '.length);
  const body = / body (.*)$/s.exec(where);
  if (body !== null) return `body ${(body[1] ?? '').split('.').at(-1)}: ${kind}`;
  const [, end] = / ((?:query|path|header|cookie) \S+|[1-5](?:\d\d|XX)|default|body)$/.exec(where) ?? [];
  return end === undefined ? kind : `${end}: ${kind}`;
}

/** What a baseline says that a user should know. */
export function notesOf({ stale, unexplained }: Verdict): string[] {
  const entries = unexplained === 1 ? 'entry of the baseline has' : 'entries of the baseline have';
  return [
    ...stale.map((id) => `no longer differs: ${id}`),
    ...(unexplained === 0
      ? []
      : [`${unexplained} ${entries} no reason, and so they are not accepted. Write why into \`reason\`.`]),
  ];
}

/** The last line: all numbers. */
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
    ...(missingPaths === 0
      ? []
      : [`${countOf(missingPaths, 'path')} only in the mock, of which this part says nothing`]),
  ].join(', ');
}
