import type { Fault } from './fault.ts';

/**
 * The finding about a fault that ended without being injected: a test that relied on it proves nothing. Null if it
 * was injected.
 */
export function unusedSentence(fault: Fault): string | null {
  return fault.fired === 0 ? sentenceOf(fault) : null;
}

function sentenceOf({ id, match, seen, after, drill, shadowedBy }: Fault): string {
  const what = drill === null ? `the fault ${id}` : `the fault ${id} of the drill \`${drill}\``;
  const members = Object.entries(match).filter(([name, value]) => name !== 'body' && value !== undefined);
  const about = members.map(([name, value]) => `${name} \`${String(value)}\``).join(', ');
  const why =
    shadowedBy !== null
      ? `the fault ${shadowedBy}, which comes before it, struck in its place`
      : seen === 0
        ? 'no request was like that'
        : `it let ${seen} of ${after} requests pass first`;
  return `${what} (${about === '' ? 'any request' : about}) never struck: ${why}`;
}
