import type { AuthenticatedContext } from '../../contract/request.ts';
import {
  type AccessRequest,
  buildNamesInPath,
  type Caller,
  completeDenial,
  decide as evaluate,
  checkResource as evaluateResource,
  type LookupResult,
  type Verdict,
} from '../../decisions/decide.ts';
import { type Decision, decisionOfVerdict, type RequestFacts } from '../../decisions/decision.ts';
import { Problem } from '../../decisions/problem.ts';
import { own } from '../../objects/members.ts';
import { findPresentedCredentials } from '../presented-credentials.ts';
import type { RequestInWorld } from '../request.ts';
import { pathOf } from '../transport/arrival.ts';

/** Authenticates the caller, unless the operation is public. @throws Problem `unauthenticated` */
export async function authenticate(request: RequestInWorld): Promise<void> {
  const { route, authentication } = request;
  if (route.rule !== null) request.caller = await (authentication ?? route.service.callers.authenticate(request));
}

/** Decides by the rule of the operation, before the object is known. A refusal still looks it up, to suggest a fix. */
export async function decide(request: RequestInWorld): Promise<void> {
  const { route, caller, params } = request;
  if (route.rule === null || caller === null) return;
  const { rule, ruleset } = route;
  const accessRequest = { rule, ruleset, org: params['org'], names: buildNamesInPath(rule, params) };
  request.accessRequest = accessRequest;
  const verdict = evaluate(accessRequest, caller);
  if (verdict.effect === 'allow') {
    request.decision = decisionOfVerdict(createDecisionFacts(request), accessRequest, caller, null, verdict, params);
    return;
  }
  await deny(request, accessRequest, caller, verdict);
}

/** Refuses the request, with a decision that also considers the object. */
async function deny(
  request: RequestInWorld,
  accessRequest: AccessRequest,
  caller: Caller,
  verdict: Verdict,
): Promise<never> {
  const lookedUp = await lookUpObject(request, accessRequest);
  const denial = completeDenial(verdict, accessRequest, caller, lookedUp);
  const refusal = decisionOfVerdict(
    createDecisionFacts(request),
    accessRequest,
    caller,
    lookedUp,
    denial,
    request.params,
  );
  request.decision = await withOtherCredential(request, refusal);
  throw new Problem('forbidden');
}

/** Looks up the object of the request. Null if the rule has none, or if its id is in a body that was not read yet. */
export async function lookUpObject(request: RequestInWorld, { rule }: AccessRequest): Promise<LookupResult | null> {
  const { lookup } = request.route;
  if (rule.cover === undefined || lookup === null || !isAuthenticated(request)) return null;
  const { param } = rule.cover;
  if (param === undefined && request.body === undefined) return null;
  return lookup(request, param === undefined ? '' : (request.params[param] ?? ''));
}

function isAuthenticated(request: RequestInWorld): request is RequestInWorld & AuthenticatedContext {
  return request.caller !== null;
}

/** Checks that the object exists for the caller, and that the rights of the caller cover it. */
export async function checkResource(request: RequestInWorld): Promise<void> {
  const { caller, accessRequest, decision } = request;
  if (accessRequest === null || caller === null || decision === null) return;
  const lookedUp = await lookUpObject(request, accessRequest);
  if (lookedUp === null) request.use = { lookedUp: null };
  else checkObject(request, decision, accessRequest, caller, lookedUp);
}

/** Records the decision about an object. @throws Problem if the caller may not access it, or if it does not exist */
function checkObject(
  request: RequestInWorld,
  decision: Decision,
  accessRequest: AccessRequest,
  caller: Caller,
  lookedUp: LookupResult,
): void {
  const verdict = evaluateResource(accessRequest, caller, lookedUp);
  request.decision = decisionOfVerdict(decision, accessRequest, caller, lookedUp, verdict, request.params);
  const isRefused = verdict.effect === 'deny';
  if (lookedUp.found !== 'object') {
    if (isRefused && verdict.reason === 'resource_mismatch') throw new Problem('forbidden');
    // A 404 requires the same rights as a success, so it counts as a use.
    request.use = { lookedUp: null };
    throw new Problem('not_found');
  }
  if (isRefused) throw new Problem('forbidden');
  request.use = { lookedUp };
  request.target = lookedUp.target;
}

/** Adds a credential that would be allowed to a refusal, if the service finds one. */
export async function withOtherCredential(request: RequestInWorld, refusal: Decision): Promise<Decision> {
  const { server, route } = request;
  const { reason, input } = refusal;
  const find = reason === null ? undefined : own(route.service.decisionHelp?.credentialFinders, reason);
  if (find === undefined) return refusal;
  const presented = findPresentedCredentials(server.extractors, route, request);
  const instead = await find({ input, presented }, request);
  return instead === null ? refusal : { ...refusal, credential: { ...refusal.credential, instead } };
}

/** Creates the facts that a decision records about its request, with a new id. */
export function createDecisionFacts(request: RequestInWorld): RequestFacts {
  const { route, raw, now, method } = request;
  return {
    id: request.nextDecisionId(),
    at: now,
    service: route.service.name,
    operation: route.operation.id,
    request: { method, path: pathOf(raw.url) },
  };
}
