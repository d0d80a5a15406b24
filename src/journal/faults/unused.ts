import type { Fault } from './fault.ts';

/** Describes a fault that ended without being injected, for the log: a test that relied on it proves nothing. */
export function describeUnused({ id, match, ...fault }: Fault): string | null {
  if (fault.fired > 0) return null;
  const criteria = Object.entries(match).filter(([member, value]) => member !== 'body' && value !== undefined);
  const requests = criteria.map(([member, value]) => `${member} \`${String(value)}\``).join(', ');
  return `the fault ${id} (${requests === '' ? 'any request' : requests}) was never injected: ${describeReason(fault)}`;
}

function describeReason({ seen, after, shadowedBy }: Pick<Fault, 'seen' | 'after' | 'shadowedBy'>): string {
  if (shadowedBy !== null) return `the fault ${shadowedBy}, which takes precedence, was injected instead`;
  if (seen === 0) return 'no request matched';
  if (seen <= after) return `it skips the first ${after} matching requests, and only ${seen} arrived`;
  return `its probability skipped all ${seen} matching requests`;
}
