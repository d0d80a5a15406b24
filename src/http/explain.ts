import { rfc3339 } from '../core/clock.ts';
import {
  boundResources,
  type Caller,
  type Question,
  type Seen,
  seenOf,
  usedPermissions,
  type Verdict,
} from '../core/decide.ts';
import type { Decision, Evidence } from '../core/decision.ts';
import type { DenyReason, Reasons } from '../core/explaining/reasons.ts';
import { explain } from '../core/explaining/sentence.ts';
import { labelOfType, labelsOfResources } from '../core/explaining/wording.ts';
import type { Problem } from '../core/problem.ts';
import { redact } from '../core/redact.ts';
import type { InFlight } from './in-flight.ts';
import { pathOf } from './transport/arrival.ts';

/** What every decision about one request has in common. */
export type RequestFacts = Pick<Decision, 'id' | 'at' | 'service' | 'operation' | 'request'>;

/** Longer paths are cut, so that what is remembered stays bounded. */
const MOST_PATH = 300;
/** The same of what a key is bound to. */
const MOST_NAMES = 1000;

/** What every decision about this request has in common. */
export function factsOf({ route, raw, context, decisionId }: InFlight): RequestFacts {
  return {
    id: decisionId ?? context.world.nextDecisionId(),
    at: context.now,
    service: route.service.name,
    operation: route.operation.id,
    request: { method: context.method, path: shortPath(pathOf(raw.url)) },
  };
}

/** The decision of the `decide` step, and again of the `cover` step, which may turn it. */
export function decisionOfVerdict(
  asked: RequestFacts,
  evidence: Evidence,
  judgement: Verdict,
  target: string | undefined,
): Decision {
  const { id, at, service, operation, request } = asked;
  const { question, caller, sighting } = evidence;
  const { principal, standing } = caller;
  // Written out without spreading where nothing is refused, because this is made for every request.
  const decision: Writable<Decision> = {
    id,
    at,
    service,
    operation,
    request,
    effect: judgement.effect,
    principal,
    rule: question.rule.id,
    reason: null,
  };
  if (target !== undefined) decision.target = target;
  if (standing.policyVersion !== undefined) decision.policyVersion = standing.policyVersion;
  if (judgement.pending !== undefined) decision.pending = judgement.pending;
  if (judgement.effect === 'allow') {
    const used = usedPermissions(question, caller, sighting?.seen === 'object' ? (sighting.reach ?? null) : null);
    if (used.length > 0) decision.used = used;
    return decision;
  }
  const { reason, missing, missingAnyOf } = judgement;
  const lack = { ...(missing.length > 0 && { missing }), ...(missingAnyOf !== undefined && { missingAnyOf }) };
  const remembered = { question, caller, sighting: sighting && seenOf(sighting) };
  return { ...decision, reason, ...lack, ...particulars(reason, question, caller, sighting), evidence: remembered };
}

type Writable<Type> = { -readonly [Member in keyof Type]: Type[Member] };

/** What makes a reason concrete. */
function particulars(
  reason: DenyReason,
  { rule, law }: Question,
  { standing }: Caller,
  sighting: Seen | null,
): Partial<Decision> {
  switch (reason) {
    case 'foreign_object':
      return sighting?.seen === 'foreign' ? { boundTo: sighting.owner } : {};
    case 'incompatible_resource_type':
      return {
        held: [...new Set(boundResources(rule, standing).map(({ type }) => labelOfType(law, type)))],
        accepted: (rule.on ?? []).map((type) => labelOfType(law, type)),
      };
    case 'resource_mismatch':
      return { boundTo: shortened(labelsOfResources(law, boundResources(rule, standing)).join(', ')) };
    default:
      // A service key has no roles to speak of.
      return {
        held: [...standing.held].sort(),
        ...(standing.policyVersion === undefined && { roles: standing.roles }),
      };
  }
}

/** A credential that was not accepted, as a decision; null for a problem that is none. */
export function decisionOfProblem(asked: RequestFacts, problem: Problem): Decision | null {
  if (problem.reason === undefined) return null;
  const { reason, why, claimed, ofWorld } = problem;
  return {
    ...asked,
    effect: 'deny',
    principal: null,
    ...(claimed !== undefined && { claimed }),
    rule: null,
    reason,
    ...(why !== undefined && { detail: redact(why) }),
    ...(ofWorld !== undefined && { ofWorld }),
  };
}

/** The most that a header may hold: Node's own clients read 16 kB of all headers together. */
const MOST_HEADER = 4096;

/** The value of `x-mock-decision`: compact JSON in ASCII, at most 4 kB. */
export function decisionHeader({ id, effect, reason, missing, missingAnyOf, pending }: Decision): string {
  if (effect === 'allow' && pending === undefined) return `{"id":"${id}","effect":"allow"}`;
  const always = { id, effect, ...(reason !== null && { reason }) };
  const header = JSON.stringify({
    ...always,
    ...(missing !== undefined && { missing }),
    ...(missingAnyOf !== undefined && { missingAnyOf }),
    ...(pending !== undefined && { pending: { ...pending, effectiveAt: rfc3339(pending.effectiveAt) } }),
  });
  return header.length <= MOST_HEADER ? header : JSON.stringify(always);
}

/** A line of the log about a refusal. */
export function refusalLine(status: number, decision: Decision, reasons: Reasons): string {
  const { method, path } = decision.request;
  return `${status} ${method} ${path} - ${explain(decision, reasons)} [decision ${decision.id}]`;
}

/** A key may name thousands of objects. */
function shortened(names: string): string {
  return names.length <= MOST_NAMES ? names : `${names.slice(0, MOST_NAMES)}...`;
}

/** A path as messages, decisions and the log tell it. */
export function shortPath(path: string): string {
  return redact(path).slice(0, MOST_PATH);
}
