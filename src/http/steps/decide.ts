import { completeDenial, decide as decideBy } from '../../core/decide.ts';
import { decisionOfVerdict } from '../../core/decision.ts';
import { Problem } from '../../core/problem.ts';
import { factsOf } from '../facts.ts';
import type { InFlight } from '../in-flight.ts';
import { lookUp } from '../look-up.ts';
import { isLetPass, letPass } from './let-pass.ts';
import { withOther } from './with-other.ts';

/** May the caller do this at all? A refusal still looks up the object, so that it can explain how to fix it. */
export async function decide(flight: InFlight): Promise<void> {
  const { route, context } = flight;
  const { caller } = context;
  if (route.rule === null || caller === null) return;
  const question = { rule: route.rule, law: route.law, org: context.params['org'] };
  context.question = question;
  const verdict = decideBy(question, caller);
  if (verdict.effect === 'allow') {
    flight.decision = decisionOfVerdict(factsOf(flight), question, caller, null, verdict, context.params);
    return;
  }
  if (isLetPass(flight, question, verdict)) {
    // `cover` looks up the object later, and refuses the request if it does not exist.
    letPass(flight, decisionOfVerdict(factsOf(flight), question, caller, null, verdict, context.params));
    return;
  }
  const sighting = await lookUp(flight, question);
  const denial = completeDenial(verdict, question, caller, sighting);
  const refusal = decisionOfVerdict(factsOf(flight), question, caller, sighting, denial, context.params);
  flight.decision = await withOther(flight, refusal);
  throw new Problem('forbidden');
}
