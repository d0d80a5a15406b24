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
} from '../../core/decide.ts';
import { type Decision, decisionOfVerdict, type RequestFacts } from '../../core/decision.ts';
import { describeEntry, effectOf } from '../../core/fidelity.ts';
import { own } from '../../core/members.ts';
import { isForRights } from '../../core/mode.ts';
import { Problem } from '../../core/problem.ts';
import type { RequestContext } from '../context.ts';
import type { InFlightRequest } from '../flight.ts';
import { pathOf } from '../transport/arrival.ts';
import { findPresentedCredentials } from './select-world.ts';

/** Identifies the caller. */
export async function authenticate({ route, context, authentication }: InFlightRequest): Promise<void> {
  if (route.rule !== null) context.caller = await (authentication ?? route.service.authenticate(context));
}

/**
 * With `--fidelity documented`, refuses operations that the vendor's documentation does not cover. The control API is
 * exempt.
 */
export function checkFidelity({ server, route, context }: InFlightRequest): void {
  if (server.fidelity === 'any' || route.service.isControlApi === true) return;
  const { effect, entry } = effectOf(route.row, route.rule, context.caller?.heldRights.resources);
  if (entry === null) return;
  if (effect === 'refused') {
    throw new Problem(
      'beyond_documentation',
      `${route.operation.id} is not documented well enough: ${describeEntry(entry)}. The mock runs with \`--fidelity documented\`. Use \`--fidelity any\` to call it.`,
    );
  }
  const message = `${route.operation.id} was answered although its sources contradict each other: ${describeEntry(entry)}`;
  context.findings.report('contradicted_source', message, context.now);
}

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

/** The result of the rule's lookup; null if the rule has none, or if a body that was not read yet names the object. */
export async function lookUp(
  { route, context }: InFlightRequest,
  { rule }: AccessRequest,
): Promise<LookupResult | null> {
  if (rule.cover === undefined || route.lookup === null || !isAuthenticated(context)) return null;
  const { param } = rule.cover;
  if (param === undefined && context.body === undefined) return null;
  return route.lookup(context, param === undefined ? '' : (context.params[param] ?? ''));
}

function isAuthenticated(context: RequestContext): context is RequestContext & AuthenticatedContext {
  return context.caller !== null;
}

/** Does the object exist for this caller, and do their rights cover it? */
export async function checkResource(inFlight: InFlightRequest): Promise<void> {
  const { context, decision } = inFlight;
  const { caller, accessRequest } = context;
  if (accessRequest === null || caller === null || decision === null) return;
  const lookedUp = await lookUp(inFlight, accessRequest);
  if (lookedUp === null) inFlight.use = { lookedUp: null };
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
    inFlight.use = { lookedUp: null };
    throw new Problem('not_found');
  }
  if (isRefused) throw new Problem('forbidden');
  inFlight.use = { lookedUp };
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

/** Does a denied request continue? It does if its world only observes, and only rights are missing. */
function isLetPass({ context }: InFlightRequest, accessRequest: AccessRequest, verdict: Verdict): boolean {
  return context.world.mode === 'observe' && isForRights(accessRequest, verdict);
}

/** Records the denial that is not enforced, with the status it would have had. */
function letPass(inFlight: InFlightRequest, denial: Decision): void {
  const { route } = inFlight;
  const decision: Decision = { ...denial, enforced: false };
  inFlight.decision = decision;
  const about = { ...inFlight.context.about(route.row.id), decision };
  inFlight.wouldBe = route.errorRenderer.renderProblem(new Problem('forbidden'), about).status;
}

/** Adds to a refusal another credential that would be allowed, if the service knows one. */
export async function withOther({ server, route, context }: InFlightRequest, refusal: Decision): Promise<Decision> {
  const { reason, input } = refusal;
  const find = reason === null ? undefined : own(route.service.findOther, reason);
  if (find === undefined) return refusal;
  const instead = await find(
    { input, presented: findPresentedCredentials(server.extractors, route, context) },
    context,
  );
  return instead === null ? refusal : { ...refusal, instead };
}

/** The facts that all decisions about this request share. */
export function factsOf({ route, raw, context, decisionId }: InFlightRequest): RequestFacts {
  return {
    id: decisionId ?? context.world.nextDecisionId(),
    at: context.now,
    service: route.service.name,
    operation: route.operation.id,
    request: { method: context.method, path: pathOf(raw.url) },
  };
}
