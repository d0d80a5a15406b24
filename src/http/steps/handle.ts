import { decisionOfProblem } from '../../core/decision.ts';
import type { Outcome } from '../../core/outcome.ts';
import { factsOf } from '../facts.ts';
import type { InFlightRequest } from '../flight.ts';
import { addHintHeader, addHints, hintsOfGrant, hintsOfRefusal } from '../hints.ts';

/** Runs the operation. A refusal that the handler renders itself, such as a page, is also a decision. */
export async function handle(inFlight: InFlightRequest): Promise<void> {
  // A handler's type of context follows from its document, and `validateRequest` has checked the request against it.
  const outcome: Outcome = await inFlight.route.handler(inFlight.context as never);
  inFlight.outcome = outcome;
  inFlight.isDone = outcome.refusal === undefined;
  if (outcome.principal !== undefined) inFlight.hints = hintsOfGrant(inFlight, outcome.principal);
  if (outcome.refusal === undefined) return;
  const decision = decisionOfProblem(factsOf(inFlight), outcome.refusal, inFlight.server.reasons);
  inFlight.hints = hintsOfRefusal(inFlight, outcome.refusal, decision);
  inFlight.decision = addHints(decision, inFlight.hints);
  if (decision === null) inFlight.outcome = addHintHeader(outcome, inFlight.hints, inFlight.server);
}
