import { countOf } from '../core/count.ts';
import type { Verdict } from './baseline.ts';
import type { Difference, DifferenceClass } from './difference.ts';
import type { Compared } from './documents.ts';

const CLASSES: readonly DifferenceClass[] = ['breaks-requests', 'breaks-answers', 'widens'];

/** A line for each difference, grouped by class. */
export function groupsOf(differences: readonly Difference[]): string[] {
  return CLASSES.flatMap((name) => {
    const group = differences.filter((one) => one.class === name);
    // The id is the place and the kind.
    return group.length === 0 ? [] : [`${name}:`, ...group.map(({ id, what }) => `  ${id}: ${what}`)];
  });
}

/** What a baseline says that a user should know. */
export function notesOf({ stale, unexplained }: Verdict): string[] {
  const entries = unexplained === 1 ? 'entry of the baseline has' : 'entries of the baseline have';
  return [
    ...stale.map(({ id }) => `no longer differs: ${id}`),
    ...(unexplained === 0
      ? []
      : [`${unexplained} ${entries} no reason, and so they are not accepted. Write why into \`reason\`.`]),
  ];
}

/** The last line: all numbers. */
export function countsOf({ operations, otherPaths }: Compared, { open, accepted }: Verdict, document: string): string {
  const classes = CLASSES.map((name) => ({ name, count: open.filter((one) => one.class === name).length }));
  const parts = classes.filter(({ count }) => count > 0).map(({ name, count }) => `${count} ${name}`);
  return [
    `${countOf(operations, 'operation')} compared with ${document}`,
    `${countOf(open.length, 'difference')}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`,
    ...(accepted.length === 0 ? [] : [`${accepted.length} accepted`]),
    ...(otherPaths === 0 ? [] : [`${countOf(otherPaths, 'path')} only in the document, not compared`]),
  ].join(', ');
}
