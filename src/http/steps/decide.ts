import type { AuthenticatedContext } from '../../contract/request.ts';
import {
  type AccessRequest,
  type Caller,
  checkResource as checkResourceBy,
  completeDenial,
  decide as decideBy,
  type LookupResult,
  namesInPath,
  type Verdict,
} from '../../decisions/decide.ts';
import { type Decision, decisionOfVerdict, type RequestFacts } from '../../decisions/decision.ts';
import { describeEntry, judgeFidelity } from '../../decisions/fidelity.ts';
import { isForRights } from '../../decisions/mode.ts';
import { Problem } from '../../decisions/problem.ts';
import { own } from '../../objects/members.ts';
import type { RequestInWorld } from '../request.ts';
import { pathOf } from '../transport/arrival.ts';
import { findPresentedCredentials } from './select-world.ts';

export async function authenticate(request: RequestInWorld): Promise<void> {
  const { route, authentication } = request;
  if (route.rule !== null) request.caller = await (authentication ?? route.service.callers.authenticate(request));
}

/**
 * With `--fidelity documented`, refuses operations that the vendor's documentation does not cover, except those of the
 * control API.
 */
export function checkFidelity({ server, route, caller, findings, now }: RequestInWorld): void {
  if (server.fidelity === 'any' || route.service.isControlApi === true) return;
  const { effect, entry } = judgeFidelity(route.row, route.rule, caller?.heldRights.resources);
  if (entry === null) return;
  if (effect === 'refused') {
    throw new Problem(
      'beyond_documentation',
      `${route.operation.id} is not documented well enough: ${describeEntry(entry)}. The mock runs with \`--fidelity documented\`. Use \`--fidelity any\` to call it.`,
    );
  }
  const message = `${route.operation.id} was answered although its sources contradict each other: ${describeEntry(entry)}`;
  findings.report('contradicted_source', message, now);
}

/** Checks whether the caller may do this at all. A refusal still looks up the object, to explain how to fix it. */
export async function decide(request: RequestInWorld): Promise<void> {
  const { route, caller, params } = request;
  if (route.rule === null || caller === null) return;
  const { rule, ruleset } = route;
  const accessRequest = { rule, ruleset, org: params['org'], names: namesInPath(rule, params) };
  request.accessRequest = accessRequest;
  const verdict = decideBy(accessRequest, caller);
  if (verdict.effect === 'allow') {
    request.decision = decisionOfVerdict(nextDecisionFacts(request), accessRequest, caller, null, verdict, params);
    return;
  }
  if (isLetPass(request, accessRequest, verdict)) {
    // `checkResource` looks up the object later, and refuses the request if it does not exist.
    letPass(request, decisionOfVerdict(nextDecisionFacts(request), accessRequest, caller, null, verdict, params));
    return;
  }
  await deny(request, accessRequest, caller, verdict);
}

async function deny(
  request: RequestInWorld,
  accessRequest: AccessRequest,
  caller: Caller,
  verdict: Verdict,
): Promise<never> {
  const lookedUp = await lookUp(request, accessRequest);
  const denial = completeDenial(verdict, accessRequest, caller, lookedUp);
  const refusal = decisionOfVerdict(
    nextDecisionFacts(request),
    accessRequest,
    caller,
    lookedUp,
    denial,
    request.params,
  );
  request.decision = await withOther(request, refusal);
  throw new Problem('forbidden');
}

/** Runs the rule's look-up; null if the rule has none, or if the object is named in a body that was not read yet. */
export async function lookUp(request: RequestInWorld, { rule }: AccessRequest): Promise<LookupResult | null> {
  const { lookup } = request.route;
  if (rule.cover === undefined || lookup === null || !isAuthenticated(request)) return null;
  const { param } = rule.cover;
  if (param === undefined && request.body === undefined) return null;
  return lookup(request, param === undefined ? '' : (request.params[param] ?? ''));
}

function isAuthenticated(request: RequestInWorld): request is RequestInWorld & AuthenticatedContext {
  return request.caller !== null;
}

/** Checks that the object exists for this caller and that their rights cover it. */
export async function checkResource(request: RequestInWorld): Promise<void> {
  const { caller, accessRequest, decision } = request;
  if (accessRequest === null || caller === null || decision === null) return;
  const lookedUp = await lookUp(request, accessRequest);
  if (lookedUp === null) request.use = { lookedUp: null };
  else checkObject(request, decision, accessRequest, caller, lookedUp);
}

function checkObject(
  request: RequestInWorld,
  decision: Decision,
  accessRequest: AccessRequest,
  caller: Caller,
  lookedUp: LookupResult,
): void {
  const verdict = verdictAbout(request, accessRequest, caller, lookedUp);
  const covered = decisionOfVerdict(decision, accessRequest, caller, lookedUp, verdict, request.params);
  if (isLetPass(request, accessRequest, verdict)) letPass(request, covered);
  else {
    request.decision = covered;
    request.wouldBe = null;
  }
  const isRefused = verdict.effect === 'deny' && request.decision?.enforced !== false;
  if (lookedUp.found !== 'object') {
    if (isRefused && verdict.reason === 'resource_mismatch') throw new Problem('forbidden');
    // Learning that the object does not exist uses the rights, too.
    request.use = { lookedUp: null };
    throw new Problem('not_found');
  }
  if (isRefused) throw new Problem('forbidden');
  request.use = { lookedUp };
  request.target = lookedUp.target;
}

/**
 * Hides this object from callers whose rights name other objects. A world in observe mode lets the caller through, so
 * there only the missing object explains the refusal.
 */
function verdictAbout(
  request: RequestInWorld,
  accessRequest: AccessRequest,
  caller: Caller,
  lookedUp: LookupResult,
): Verdict {
  const verdict = checkResourceBy(accessRequest, caller, lookedUp);
  if (lookedUp.found === 'object' || !isLetPass(request, accessRequest, verdict)) return verdict;
  const { names: _, ...absent } = lookedUp;
  return checkResourceBy(accessRequest, caller, absent);
}

/** Does a denied request continue? It does if the world only observes, and only rights are missing. */
function isLetPass({ world }: RequestInWorld, accessRequest: AccessRequest, verdict: Verdict): boolean {
  return world.mode === 'observe' && isForRights(accessRequest, verdict);
}

/** Records an unenforced denial, with the status it would have had. */
function letPass(request: RequestInWorld, denial: Decision): void {
  request.decision = { ...denial, enforced: false };
  request.wouldBe = request.route.errorRenderer.renderProblem(new Problem('forbidden'), request.about()).status;
}

/** Adds to a refusal a credential that would be allowed, if the service knows one. */
export async function withOther(request: RequestInWorld, refusal: Decision): Promise<Decision> {
  const { server, route } = request;
  const { reason, input } = refusal;
  const find = reason === null ? undefined : own(route.service.explaining?.findOther, reason);
  if (find === undefined) return refusal;
  const presented = findPresentedCredentials(server.extractors, route, request);
  const instead = await find({ input, presented }, request);
  return instead === null ? refusal : { ...refusal, credential: { ...refusal.credential, instead } };
}

/** Returns the facts shared by all decisions about this request. */
export function nextDecisionFacts(request: RequestInWorld): RequestFacts {
  const { route, raw, now, method } = request;
  return {
    id: request.nextDecisionId(),
    at: now,
    service: route.service.name,
    operation: route.operation.id,
    request: { method, path: pathOf(raw.url) },
  };
}
