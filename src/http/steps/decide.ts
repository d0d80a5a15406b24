import {
  type AccessRequest,
  type Caller,
  completeDenial,
  decide as decideBy,
  namesInPath,
  type Verdict,
} from '../../core/decide.ts';
import { decisionOfVerdict } from '../../core/decision.ts';
import { Problem } from '../../core/problem.ts';
import { factsOf } from '../facts.ts';
import type { InFlightRequest } from '../flight.ts';
import { lookUp } from '../look-up.ts';
import { isLetPass, letPass } from './let-pass.ts';
import { withOther } from './with-other.ts';

/** May the caller do this at all? A refusal still looks up the object, so that it can explain how to fix it. */
export async function decide(inFlight: InFlightRequest): Promise<void> {
  const { route, context } = inFlight;
  const { caller } = context;
  if (route.rule === null || caller === null) return;
  const { rule, ruleset } = route;
  const accessRequest = { rule, ruleset, org: context.params['org'], names: namesInPath(rule, context.params) };
  context.accessRequest = accessRequest;
  const verdict = decideBy(accessRequest, caller);
  if (verdict.effect === 'allow') {
    inFlight.decision = decisionOfVerdict(factsOf(inFlight), accessRequest, caller, null, verdict, context.params);
    return;
  }
  if (isLetPass(inFlight, accessRequest, verdict)) {
    // `checkResource` looks up the object later, and refuses the request if it does not exist.
    letPass(inFlight, decisionOfVerdict(factsOf(inFlight), accessRequest, caller, null, verdict, context.params));
    return;
  }
  await deny(inFlight, accessRequest, caller, verdict);
}

async function deny(
  inFlight: InFlightRequest,
  accessRequest: AccessRequest,
  caller: Caller,
  verdict: Verdict,
): Promise<never> {
  const { context } = inFlight;
  const lookedUp = await lookUp(inFlight, accessRequest);
  const denial = completeDenial(verdict, accessRequest, caller, lookedUp);
  const refusal = decisionOfVerdict(factsOf(inFlight), accessRequest, caller, lookedUp, denial, context.params);
  inFlight.decision = await withOther(inFlight, refusal);
  throw new Problem('forbidden');
}
