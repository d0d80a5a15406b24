import type { Fault } from './fault.ts';

/**
 * The finding about a fault that ended without having been injected: a test that relied on it proves nothing. Null if
 * it was injected.
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
      ? `the fault ${shadowedBy}, which takes precedence, was injected in its place`
      : seen === 0
        ? 'no request matched'
        : seen <= after
          ? `it lets the first ${after} matching requests pass, and only ${seen} came`
          : `its probability let all ${seen} matching requests pass`;
  return `${what} (${about === '' ? 'any request' : about}) was never injected: ${why}`;
}
