import { cover as coverBy } from '../../core/decide.ts';
import { decisionOfVerdict } from '../../core/decision.ts';
import { Problem } from '../../core/problem.ts';
import type { InFlight } from '../in-flight.ts';
import { lookUp } from '../look-up.ts';

/** Does the object exist for this caller, and does what they hold cover it? */
export async function cover(flight: InFlight): Promise<void> {
  const { context, decision } = flight;
  const { caller, question } = context;
  if (question === null || caller === null || decision === null) return;
  const sighting = await lookUp(flight, question);
  if (sighting === null) return;
  const verdict = coverBy(question, caller, sighting);
  flight.decision = decisionOfVerdict(decision, question, caller, sighting, verdict, context.params);
  if (verdict.effect === 'deny') throw new Problem(sighting.seen === 'object' ? 'forbidden' : 'not_found');
  if (sighting.seen === 'object') context.target = sighting.target;
}
