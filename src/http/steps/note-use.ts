import type { Question, Seen } from '../../core/decide.ts';
import type { Decision } from '../../core/decision.ts';
import type { InFlight } from '../in-flight.ts';

/**
 * Remembers what the credential was used for.
 *
 * @param sighting null if the call is about no object, or about one that is not there
 */
export function noteUse(flight: InFlight, decision: Decision, question: Question, sighting: Seen | null): void {
  const { context, decisionId } = flight;
  // A simulated request uses nothing.
  if (decisionId !== null || decision.principal === null) return;
  context.world.chronicle.uses.note(decision.principal, decision.operation, question, sighting, decision.request);
}
