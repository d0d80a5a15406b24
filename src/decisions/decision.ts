import { redact, showPath } from '../text/redact.ts';
import { shorten } from '../text/shorten.ts';
import type { Instant } from '../time/clock.ts';
import {
  type AccessRequest,
  boundResources,
  type Caller,
  objectsOf,
  type Pending,
  type ResourceAttributes,
  type ResourceState,
  resourceFault,
  resourceStateOf,
  usedPermissions,
  type Verdict,
} from './decide.ts';
import { basisOf } from './fidelity.ts';
import { labelOfType, labelsOfResources } from './labels.ts';
import type { Principal } from './principal.ts';
import type { Problem } from './problem.ts';
import { type DenyReason, REASONS_OF_RIGHTS, type Reasons } from './reasons.ts';
import type { Certainty, Sourced } from './rule.ts';

/** The input of a decision, from which explanations and fixes are made. */
export interface DecisionInput {
  readonly accessRequest: AccessRequest;
  readonly caller: Caller;
  /** The lookup result, also for a denial before the lookup. Null if the rule has no lookup. */
  readonly lookedUp: ResourceState | null;
}

/** The decision about one request, with its reason. Contains no token or secret. */
export interface Decision {
  readonly id: string;
  readonly at: Instant;
  readonly service: string;
  readonly operation: string;
  readonly request: { readonly method: string; readonly path: string };
  readonly effect: 'allow' | 'deny';
  readonly principal: Principal | null;
  /** The principal that a refused credential names, if known. */
  readonly claimed?: Principal;
  readonly rule: string | null;
  readonly reason: DenyReason | null;
  /** How certain the rule is or, without a rule, the reason, and its source. Absent if it is documented. */
  readonly certainty?: Exclude<Certainty, 'documented'>;
  readonly source?: string;
  /** The denial was only recorded, and the request continued, because its world observes. */
  readonly enforced?: false;
  /** All permissions that the rule needs and the caller lacks. */
  readonly missing?: readonly string[];
  /** Permissions of which the rule needs one and the caller has none. */
  readonly missingAnyOf?: readonly string[];
  /** If allowed: the permissions that the decision is based on. */
  readonly used?: readonly string[];
  /** If allowed: all permissions that the caller holds. */
  readonly holds?: ReadonlySet<string>;
  /** If denied: permissions that the caller holds; for an incompatible resource type, the types. */
  readonly held?: readonly string[];
  readonly roles?: readonly string[];
  /** Resource types that the rule accepts, by label. */
  readonly accepted?: readonly string[];
  /** If denied for lack of rights, by a rule with resource types: the caller's resources. */
  readonly binding?: {
    readonly fits: boolean;
    /** Resource types that the rule accepts, by label. */
    readonly accepted: readonly string[];
    /** The caller's resources; empty for none. */
    readonly held: string;
  };
  /** The object that the path names. */
  readonly target?: string;
  /** The owner of the object, if not the caller; or the resources of the key. */
  readonly boundTo?: string;
  /** The effective version of the key's policy. */
  readonly policyVersion?: number;
  readonly pending?: Pending;
  /** The world that the credential belongs to, if another. */
  readonly ofWorld?: string;
  /** The name of another key that would be allowed; for an unknown client the nearest id. */
  readonly instead?: string;
  /** Facts about the credential that make the reason concrete. */
  readonly detail?: string;
  /** Likely mistakes of the caller, most likely first. */
  readonly hints?: readonly string[];
  readonly input?: DecisionInput;
}

/** The facts that all decisions about one request share. */
export type RequestFacts = Pick<Decision, 'id' | 'at' | 'service' | 'operation' | 'request'>;

/** Characters of a list of resources: a key may name thousands of objects. */
const MAX_NAMES = 1000;

/**
 * The decision of the step `decide`, and again of `checkResource`, which may reverse it.
 *
 * @param facts of the request, which the decision repeats
 * @param lookedUp the lookup result; null if there was no lookup
 * @param params of the path
 */
export function decisionOfVerdict(
  facts: RequestFacts,
  accessRequest: AccessRequest,
  caller: Caller,
  lookedUp: ResourceState | null,
  verdict: Verdict,
  params: Readonly<Record<string, string>>,
): Decision {
  const { id, at, service, operation, request } = facts;
  const { principal, heldRights } = caller;
  // No spreads unless it is denied, because every request makes a decision.
  const decision: Writable<Decision> = {
    id,
    at,
    service,
    operation,
    request,
    effect: verdict.effect,
    principal,
    rule: accessRequest.rule.id,
    reason: null,
  };
  noteBasis(decision, basisOf(accessRequest.rule, heldRights.resources));
  if (lookedUp !== null) decision.target = targetOf(params, accessRequest, lookedUp);
  if (heldRights.policyVersion !== undefined) decision.policyVersion = heldRights.policyVersion;
  if (verdict.pending !== undefined) decision.pending = verdict.pending;
  if (verdict.effect === 'allow') {
    decision.used = usedPermissions(accessRequest, caller, attributesIn(lookedUp));
    decision.holds = heldRights.held;
    return decision;
  }
  const { reason, missing, missingAnyOf } = verdict;
  const lack = { ...(missing.length > 0 && { missing }), ...(missingAnyOf !== undefined && { missingAnyOf }) };
  const input: DecisionInput = { accessRequest, caller, lookedUp: lookedUp && resourceStateOf(lookedUp) };
  const concrete = {
    ...particulars(reason, accessRequest, caller, lookedUp),
    ...bindingOf(reason, accessRequest, caller, lookedUp),
  };
  return { ...decision, reason, ...lack, ...concrete, input };
}

function noteBasis(decision: Writable<Pick<Decision, 'certainty' | 'source'>>, { certainty, source }: Sourced): void {
  if (certainty === 'documented') return;
  decision.certainty = certainty;
  decision.source = source;
}

function attributesIn(lookedUp: ResourceState | null): ResourceAttributes | null {
  return lookedUp?.found === 'object' ? (lookedUp.attributes ?? null) : null;
}

/** Whether the caller's resources suffice, for a denial about rights; nothing for callers without resources. */
function bindingOf(
  reason: DenyReason,
  { rule, ruleset }: AccessRequest,
  { heldRights }: Caller,
  lookedUp: ResourceState | null,
): Pick<Decision, 'binding'> {
  const isAboutIt = reason === 'incompatible_resource_type' || reason === 'resource_mismatch';
  if (rule.on === undefined || heldRights.resources === null || !REASONS_OF_RIGHTS.has(reason)) return {};
  // The resources of access rules are irrelevant until one of them has the permission.
  if (heldRights.rightsByRule !== undefined && !isAboutIt) return {};
  const bound = boundResources(rule, heldRights);
  return {
    binding: {
      fits: !isAboutIt && resourceFault(rule, ruleset, bound, attributesIn(lookedUp)) === null,
      accepted: rule.on.map((type) => labelOfType(ruleset, type)),
      held: shorten(labelsOfResources(ruleset, bound).join(', '), MAX_NAMES),
    },
  };
}

type Writable<Type> = { -readonly [Member in keyof Type]: Type[Member] };

/** The objects of the request: their most specific names, otherwise the one that was asked for. */
function targetOf(
  params: Readonly<Record<string, string>>,
  { rule, names: inPath = {} }: AccessRequest,
  lookedUp: ResourceState,
): string {
  const attributes = attributesIn(lookedUp);
  const objects = attributes === null ? [] : objectsOf(attributes);
  const named = objects.flatMap(({ names }) => Object.values(names).flat().slice(-1)).join(', ');
  const asked = lookedUp.found === 'object' ? undefined : lookedUp.asked;
  // A version alone would name an object that exists, if it is one of another function. `f/` names all versions of `f`.
  const requested = Object.values(inPath).at(-1)?.replace(/\/$/, '');
  return showPath(named || asked || requested || params[rule.cover?.param ?? ''] || '');
}

/** The details that make a reason concrete. */
function particulars(
  reason: DenyReason,
  { rule, ruleset }: AccessRequest,
  { heldRights }: Caller,
  lookedUp: ResourceState | null,
): Partial<Decision> {
  switch (reason) {
    case 'foreign_object':
      return lookedUp?.found === 'foreign' ? { boundTo: lookedUp.owner } : {};
    case 'incompatible_resource_type':
      return {
        held: [...new Set(boundResources(rule, heldRights).map(({ type }) => labelOfType(ruleset, type)))],
        accepted: (rule.on ?? []).map((type) => labelOfType(ruleset, type)),
      };
    case 'resource_mismatch':
      return { boundTo: shorten(labelsOfResources(ruleset, boundResources(rule, heldRights)).join(', '), MAX_NAMES) };
    default:
      // Service keys have no roles.
      return {
        held: [...heldRights.held].sort(),
        ...(heldRights.policyVersion === undefined && { roles: heldRights.roles }),
      };
  }
}

/** The members of a decision that only a reason led to. @param reasons of all services */
export function basisOfReason(reason: DenyReason, reasons: Reasons): Pick<Decision, 'certainty' | 'source'> {
  const basis: Writable<Pick<Decision, 'certainty' | 'source'>> = {};
  const row = reasons[reason];
  if (row !== undefined) noteBasis(basis, row);
  return basis;
}

/** The decision about a refused credential; null if the problem is about something else. @param reasons of all services */
export function decisionOfProblem(facts: RequestFacts, problem: Problem, reasons: Reasons): Decision | null {
  if (problem.reason === undefined) return null;
  const { reason, why, claimed, ofWorld } = problem;
  return {
    ...facts,
    effect: 'deny',
    principal: null,
    ...(claimed !== undefined && { claimed }),
    rule: null,
    reason,
    ...basisOfReason(reason, reasons),
    ...(why !== undefined && { detail: redact(why) }),
    ...(ofWorld !== undefined && { ofWorld }),
  };
}
