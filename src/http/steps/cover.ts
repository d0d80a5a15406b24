import { cover as judge } from '../../core/decide.ts';
import { Problem } from '../../core/problem.ts';
import { decisionOfVerdict } from '../explain.ts';
import type { InFlight } from '../in-flight.ts';
import { sightingOf, targetOf } from '../sighting.ts';

/** Does the object exist for this caller, and does what they hold cover it? */
export async function cover(flight: InFlight): Promise<void> {
  const { route, context, decision } = flight;
  const { caller, question } = context;
  if (question === null || caller === null || decision === null) return;
  const sighting = await sightingOf(route, context, question);
  if (sighting === null) return;
  const judgement = judge(question, caller, sighting);
  flight.decision = decisionOfVerdict(
    decision,
    { question, caller, sighting },
    judgement,
    targetOf(context, question, sighting),
  );
  if (judgement.effect === 'deny') throw new Problem(sighting.seen === 'object' ? 'forbidden' : 'not_found');
  if (sighting.seen === 'object') context.target = sighting.target;
}
