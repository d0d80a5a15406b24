import { decisionOfProblem } from '../../core/decision.ts';
import { factsOf } from '../facts.ts';
import { addHintHeader, addHints, hintsOfGrant, hintsOfRefusal } from '../hints.ts';
import type { InFlight } from '../in-flight.ts';

/** Runs the operation. A refusal that the handler renders itself, such as a page, is also a decision. */
export async function handle(flight: InFlight): Promise<void> {
  // A handler's type of context follows from its document, and `validate` has checked the request against it.
  const outcome = await flight.route.handler(flight.context as never);
  flight.outcome = outcome;
  flight.isDone = outcome.refusal === undefined;
  if (outcome.principal !== undefined) flight.hints = hintsOfGrant(flight, outcome.principal);
  if (outcome.refusal === undefined) return;
  const decision = decisionOfProblem(factsOf(flight), outcome.refusal);
  flight.hints = hintsOfRefusal(flight, outcome.refusal, decision);
  flight.decision = addHints(decision, flight.hints);
  if (decision === null) flight.outcome = addHintHeader(outcome, flight.hints, flight.server);
}
