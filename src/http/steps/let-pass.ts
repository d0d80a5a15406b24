import type { AccessRequest, Verdict } from '../../core/decide.ts';
import type { Decision } from '../../core/decision.ts';
import { isForRights } from '../../core/mode.ts';
import { Problem } from '../../core/problem.ts';
import type { InFlightRequest } from '../flight.ts';
import { aboutOf } from './refuse.ts';

/** Does a denied request continue? It does if its world only observes, and only rights are missing. */
export function isLetPass({ context }: InFlightRequest, accessRequest: AccessRequest, verdict: Verdict): boolean {
  return context.world.mode === 'observe' && isForRights(accessRequest, verdict);
}

/** Records the denial that is not enforced, with the status it would have had. */
export function letPass(inFlight: InFlightRequest, denial: Decision): void {
  const { route } = inFlight;
  const decision: Decision = { ...denial, enforced: false };
  inFlight.decision = decision;
  const about = { ...aboutOf(inFlight, route.row.id), decision };
  inFlight.wouldBe = route.errorRenderer.renderProblem(new Problem('forbidden'), about).status;
}
