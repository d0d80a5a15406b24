import { decisionOfProblem } from '../../core/decision.ts';
import { factsOf } from '../facts.ts';
import { hinted, hintsOfGrant, hintsOfRefusal, withHints } from '../hints.ts';
import type { InFlight } from '../in-flight.ts';

/** Runs the operation. If the handler refuses in words of its own, such as a page, that is a decision, too. */
export async function handle(flight: InFlight): Promise<void> {
  // Which type of context a handler takes follows from its document, and `validate` has checked the request against
  // that.
  const outcome = await flight.route.handler(flight.context as never);
  flight.outcome = outcome;
  flight.isDone = outcome.refusal === undefined;
  if (outcome.principal !== undefined) flight.hints = hintsOfGrant(flight, outcome.principal);
  if (outcome.refusal === undefined) return;
  const decision = decisionOfProblem(factsOf(flight), outcome.refusal);
  flight.hints = hintsOfRefusal(flight, outcome.refusal, decision);
  flight.decision = hinted(decision, flight.hints);
  if (decision === null) flight.outcome = withHints(outcome, flight.hints, flight.server);
}
