import {
  type AccessRequest,
  type Caller,
  checkResource as checkResourceBy,
  type LookupResult,
  type ResourceState,
  type Verdict,
} from '../../core/decide.ts';
import { type Decision, decisionOfVerdict } from '../../core/decision.ts';
import { Problem } from '../../core/problem.ts';
import type { InFlightRequest } from '../flight.ts';
import { lookUp } from '../look-up.ts';
import { isLetPass, letPass } from './let-pass.ts';

/** Does the object exist for this caller, and do their rights cover it? */
export async function checkResource(inFlight: InFlightRequest): Promise<void> {
  const { context, decision } = inFlight;
  const { caller, accessRequest } = context;
  if (accessRequest === null || caller === null || decision === null) return;
  const lookedUp = await lookUp(inFlight, accessRequest);
  if (lookedUp === null) noteUse(inFlight, decision, accessRequest, null);
  else checkObject(inFlight, decision, accessRequest, caller, lookedUp);
}

function checkObject(
  inFlight: InFlightRequest,
  decision: Decision,
  accessRequest: AccessRequest,
  caller: Caller,
  lookedUp: LookupResult,
): void {
  const { context } = inFlight;
  const verdict = verdictAbout(inFlight, accessRequest, caller, lookedUp);
  const covered = decisionOfVerdict(decision, accessRequest, caller, lookedUp, verdict, context.params);
  if (isLetPass(inFlight, accessRequest, verdict)) letPass(inFlight, covered);
  else {
    inFlight.decision = covered;
    inFlight.wouldBe = null;
  }
  const isRefused = verdict.effect === 'deny' && inFlight.decision?.enforced !== false;
  if (lookedUp.found !== 'object') {
    if (isRefused && verdict.reason === 'resource_mismatch') throw new Problem('forbidden');
    // Learning that the object does not exist uses the rights, too.
    noteUse(inFlight, decision, accessRequest, null);
    throw new Problem('not_found');
  }
  if (isRefused) throw new Problem('forbidden');
  noteUse(inFlight, decision, accessRequest, lookedUp);
  context.target = lookedUp.target;
}

/**
 * A caller whose rights name other objects learns nothing about this one. A world that observes lets the caller pass, and
 * then only the absence of the object explains the refusal.
 */
function verdictAbout(
  inFlight: InFlightRequest,
  accessRequest: AccessRequest,
  caller: Caller,
  lookedUp: LookupResult,
): Verdict {
  const verdict = checkResourceBy(accessRequest, caller, lookedUp);
  if (lookedUp.found === 'object' || !isLetPass(inFlight, accessRequest, verdict)) return verdict;
  const { names: _, ...absent } = lookedUp;
  return checkResourceBy(accessRequest, caller, absent);
}

/**
 * Remembers the use of the credential.
 *
 * @param lookedUp null if the call is about no object, or about one that is not there
 */
export function noteUse(
  inFlight: InFlightRequest,
  decision: Decision,
  accessRequest: AccessRequest,
  lookedUp: ResourceState | null,
): void {
  const { context, decisionId } = inFlight;
  // A simulated request uses nothing.
  if (decisionId !== null || decision.principal === null) return;
  context.world.activityLog.uses.note(
    decision.principal,
    decision.operation,
    accessRequest,
    lookedUp,
    decision.request,
  );
}
