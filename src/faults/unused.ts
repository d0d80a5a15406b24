import type { Fault } from './fault.ts';

/**
 * Returns the finding about a fault that was never injected before it ended, so a test that relied on it proves
 * nothing. Null if it was injected.
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
      ? `the fault ${shadowedBy}, which takes precedence, was injected instead`
      : seen === 0
        ? 'no request matched'
        : seen <= after
          ? `it skips the first ${after} matching requests, and only ${seen} arrived`
          : `its probability skipped all ${seen} matching requests`;
  return `${what} (${about === '' ? 'any request' : about}) was never injected: ${why}`;
}
