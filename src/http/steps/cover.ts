import { cover as coverBy, type Question, type Seen } from '../../core/decide.ts';
import { type Decision, decisionOfVerdict } from '../../core/decision.ts';
import { Problem } from '../../core/problem.ts';
import type { InFlight } from '../in-flight.ts';
import { lookUp } from '../look-up.ts';
import { isLetPass, letPass } from './let-pass.ts';

/** Does the object exist for this caller, and do their rights cover it? */
export async function cover(flight: InFlight): Promise<void> {
  const { context, decision } = flight;
  const { caller, question } = context;
  if (question === null || caller === null || decision === null) return;
  const sighting = await lookUp(flight, question);
  if (sighting === null) return noteUse(flight, decision, question, null);
  const verdict = coverBy(question, caller, sighting);
  const covered = decisionOfVerdict(decision, question, caller, sighting, verdict, context.params);
  if (isLetPass(flight, question, verdict)) letPass(flight, covered);
  else {
    flight.decision = covered;
    flight.wouldBe = null;
  }
  if (sighting.seen !== 'object') {
    // Learning that the object does not exist uses the rights, too.
    noteUse(flight, decision, question, null);
    throw new Problem('not_found');
  }
  if (verdict.effect === 'deny' && flight.decision?.enforced !== false) throw new Problem('forbidden');
  noteUse(flight, decision, question, sighting);
  context.target = sighting.target;
}

/**
 * Remembers the use of the credential.
 *
 * @param sighting null if the call is about no object, or about one that is not there
 */
export function noteUse(flight: InFlight, decision: Decision, question: Question, sighting: Seen | null): void {
  const { context, decisionId } = flight;
  // A simulated request uses nothing.
  if (decisionId !== null || decision.principal === null) return;
  context.world.chronicle.uses.note(decision.principal, decision.operation, question, sighting, decision.request);
}
