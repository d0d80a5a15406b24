import { decisionOfProblem } from '../../core/decision.ts';
import { factsOf } from '../facts.ts';
import type { InFlight } from '../in-flight.ts';

/** Do it. What a handler refuses in words of its own, such as a page, is a decision too. */
export async function handle(flight: InFlight): Promise<void> {
  const outcome = await flight.route.handler(flight.context);
  flight.outcome = outcome;
  if (outcome.refusal !== undefined) flight.decision = decisionOfProblem(factsOf(flight), outcome.refusal);
}
