import type { AuthenticatedContext } from '../../contract/request.ts';
import {
  buildNamesInPath,
  type Caller,
  completeDenial,
  decide as evaluate,
  checkResource as evaluateResource,
  type LookupResult,
} from '../../decisions/decide.ts';
import { type Decision, decisionOfVerdict, type RequestFacts } from '../../decisions/decision.ts';
import { Problem } from '../../decisions/problem.ts';
import { own } from '../../lib/members.ts';
import { findPresentedCredentials } from '../presented-credentials.ts';
import type { Access, WorldRequest } from '../request.ts';
import { pathOf } from '../transport/arrival.ts';

export async function authenticate(request: WorldRequest): Promise<Caller | null> {
  const { route, notes } = request;
  return route.rule === null ? null : (notes.authentication ?? route.service.callers.authenticate(request));
}

/** Decides by the rule of the operation, before the object is known. A refusal still looks it up, to suggest a fix. */
export async function decide(request: WorldRequest, caller: Caller | null): Promise<void> {
  const { route, params } = request;
  if (route.rule === null || caller === null) return;
  const { rule, ruleset } = route;
  const accessRequest = { rule, ruleset, org: params['org'], names: buildNamesInPath(rule, params) };
  const verdict = evaluate(accessRequest, caller);
  const facts = createDecisionFacts(request);
  const decision = decisionOfVerdict(facts, accessRequest, caller, null, verdict, params);
  const access = { caller, accessRequest, decision, target: undefined, use: null };
  request.access = access;
  if (verdict.effect === 'allow') return;
  const lookedUp = await lookUpObject(request, access);
  const denial = completeDenial(verdict, accessRequest, caller, lookedUp);
  const refusal = decisionOfVerdict(facts, accessRequest, caller, lookedUp, denial, params);
  request.access = { ...access, decision: await withOtherCredential(request, refusal) };
  throw new Problem('forbidden');
}

/** Returns null if the rule has no object, or if its id is in a body that was not read yet. */
async function lookUpObject(request: WorldRequest, { accessRequest }: Access): Promise<LookupResult | null> {
  const { lookup } = request.route;
  const { cover } = accessRequest.rule;
  if (cover === undefined || lookup === null) return null;
  const { param } = cover;
  if (param === undefined && request.body === undefined) return null;
  // The caller of a request with access is known.
  const context = request as WorldRequest & AuthenticatedContext;
  return lookup(context, param === undefined ? '' : (request.params[param] ?? ''));
}

/** @throws Problem if the object does not exist for the caller, or the caller's rights do not cover it */
export async function checkResource(request: WorldRequest): Promise<void> {
  const { access, params } = request;
  if (access === null) return;
  const { caller, accessRequest } = access;
  const lookedUp = await lookUpObject(request, access);
  if (lookedUp === null) {
    request.access = { caller, accessRequest, decision: access.decision, target: undefined, use: { lookedUp: null } };
    return;
  }
  const verdict = evaluateResource(accessRequest, caller, lookedUp);
  const decision = decisionOfVerdict(access.decision, accessRequest, caller, lookedUp, verdict, params);
  const object = lookedUp.found === 'object' ? lookedUp : null;
  const isForbidden = verdict.effect === 'deny' && (object !== null || verdict.reason === 'resource_mismatch');
  // A 404 requires the same rights as a success, so it counts as a use.
  const use = isForbidden ? null : { lookedUp: object };
  request.access = { caller, accessRequest, decision, target: isForbidden ? undefined : object?.target, use };
  if (isForbidden) throw new Problem('forbidden');
  if (object === null) throw new Problem('not_found');
}

export async function withOtherCredential(request: WorldRequest, refusal: Decision): Promise<Decision> {
  const { server, route } = request;
  const { reason, input } = refusal;
  const find = reason === null ? undefined : own(route.service.decisionHelp?.credentialFinders, reason);
  if (find === undefined) return refusal;
  const presented = findPresentedCredentials(server.extractors, route, request);
  const instead = await find({ input, presented }, request);
  return instead === null ? refusal : { ...refusal, credential: { ...refusal.credential, instead } };
}

export function createDecisionFacts(request: WorldRequest): RequestFacts {
  const { route, raw, now, method } = request;
  return {
    id: request.nextDecisionId(),
    at: now,
    service: route.service.name,
    operation: route.operation.id,
    request: { method, path: pathOf(raw.url) },
  };
}
