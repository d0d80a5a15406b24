import { rfc3339 } from '../../lib/clock.ts';
import type { Decision } from '../decision.ts';

/** Maximum size of the header: Node's clients accept 16 kB for all headers together. */
const MAX_HEADER_LENGTH = 4096;

/**
 * Returns the value of `x-mock-decision`: compact JSON in ASCII, up to 4 kB.
 *
 * @param see where the console shows a denial; null: leave it out
 */
export function createDecisionHeader(decision: Decision, see: string | null = null): string {
  const { id, effect, reason, basis, rights = {} } = decision;
  const { missing, missingAnyOf, pending } = rights;
  const certainty = basis?.certainty;
  if (effect === 'allow' && pending === undefined) {
    return certainty === undefined
      ? `{"id":"${id}","effect":"allow"}`
      : `{"id":"${id}","effect":"allow","certainty":"${certainty}"}`;
  }
  // JSON omits undefined members.
  const always = { id, effect, reason: reason ?? undefined, certainty };
  const pendingChange = pending && { ...pending, effectiveAt: rfc3339(pending.effectiveAt) };
  const page = see === null ? {} : { see };
  const header = JSON.stringify({ ...always, missing, missingAnyOf, pending: pendingChange, ...page });
  return header.length <= MAX_HEADER_LENGTH ? header : JSON.stringify({ ...always, ...page });
}
