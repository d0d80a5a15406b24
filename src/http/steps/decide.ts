import { completeDenial, decide as judge } from '../../core/decide.ts';
import { Problem } from '../../core/problem.ts';
import { decisionOfVerdict, factsOf } from '../explain.ts';
import type { InFlight } from '../in-flight.ts';
import { sightingOf, targetOf } from '../sighting.ts';

/** May they do this at all? A refusal looks the object up all the same, so that it can say what would turn it. */
export async function decide(flight: InFlight): Promise<void> {
  const { route, context } = flight;
  const { caller } = context;
  if (route.rule === null || caller === null) return;
  const question = { rule: route.rule, law: route.law, org: context.params['org'] };
  context.question = question;
  const judgement = judge(question, caller);
  if (judgement.effect === 'allow') {
    flight.decision = decisionOfVerdict(factsOf(flight), { question, caller, sighting: null }, judgement, undefined);
    return;
  }
  const sighting = await sightingOf(route, context, question);
  const target = sighting === null ? undefined : targetOf(context, question, sighting);
  const refused = completeDenial(judgement, question, caller, sighting);
  flight.decision = decisionOfVerdict(factsOf(flight), { question, caller, sighting }, refused, target);
  throw new Problem('forbidden');
}
