import type { Fault } from './fault.ts';

/** What to say of faults that were removed and never struck: a test that relied on one of them proves nothing. */
export function unusedFaults(removed: readonly Fault[]): readonly string[] {
  return removed.filter(({ fired }) => fired === 0).map(sentenceOf);
}

function sentenceOf({ id, match, seen, after, drill }: Fault): string {
  const what = drill === null ? `the fault ${id}` : `the fault ${id} of the drill \`${drill}\``;
  const members = Object.entries(match).filter(([name, value]) => name !== 'body' && value !== undefined);
  const about = members.map(([name, value]) => `${name} \`${String(value)}\``).join(', ');
  const why = seen === 0 ? 'no request was like that' : `it let ${seen} of ${after} requests pass first`;
  return `${what} (${about === '' ? 'any request' : about}) never struck: ${why}`;
}
