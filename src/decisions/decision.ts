import type { Instant } from '../lib/clock.ts';
import { redact, shorten, showPath } from '../lib/redact.ts';
import {
  type AccessRequest,
  type Caller,
  findResourceFault,
  listBoundResources,
  listUsedPermissions,
  objectsOf,
  type PendingChange,
  type ResourceAttributes,
  type ResourceState,
  resourceStateOf,
  type Verdict,
} from './decide.ts';
import type { Resource } from './policy.ts';
import type { Principal } from './principal.ts';
import type { Problem } from './problem.ts';
import { type DenyReason, labelOfType, labelsOfResources, REASONS_OF_RIGHTS, type Reasons } from './reasons.ts';
import type { Certainty, Rule, Sourced } from './rule.ts';
import type { Ruleset } from './ruleset.ts';

/** The input of a decision, from which explanations and fixes are derived. */
export interface DecisionInput {
  readonly accessRequest: AccessRequest;
  readonly caller: Caller;
  /** The lookup result, also for a denial before the lookup. Null if the rule has no lookup. */
  readonly lookedUp: ResourceState | null;
}

/** The source of a decision's rule, or of its reason if there is no rule, and how certain it is. */
export interface Basis {
  readonly certainty: Exclude<Certainty, 'documented'>;
  readonly source: string;
}

export interface ComparedRights {
  /** All permissions that the rule needs and the caller lacks. */
  readonly missing?: readonly string[];
  /** The rule needs one of these permissions, and the caller has none. */
  readonly missingAnyOf?: readonly string[];
  /** If allowed: the permissions that the decision is based on. */
  readonly used?: readonly string[];
  /** The permissions of the caller: a set if allowed, sorted if denied. */
  readonly held?: ReadonlySet<string> | readonly string[];
  readonly roles?: readonly string[];
  readonly policyVersion?: number;
  readonly pending?: PendingChange;
}

export interface ComparedResources {
  /** The object that the path names. */
  readonly target?: string;
  /** The owner of the object, if not the caller; or the resources of the key. */
  readonly boundTo?: string;
  /** Resource types that the rule accepts, by label, if the caller is bound to other types. */
  readonly accepted?: readonly string[];
  /** The types that the caller is bound to instead. */
  readonly held?: readonly string[];
  /** If denied for lack of rights, by a rule with resource types: the caller's resources. */
  readonly binding?: {
    readonly fits: boolean;
    /** Resource types that the rule accepts, by label. */
    readonly accepted: readonly string[];
    /** The caller's resources; empty for none. */
    readonly held: string;
  };
}

export interface RefusedCredential {
  readonly claimed?: Principal;
  /** The world that the credential belongs to, if it is another one. */
  readonly ofWorld?: string;
  /** The name of a key that would be allowed or, for an unknown client, the most similar client id. */
  readonly instead?: string;
  /** Facts that make the reason concrete. */
  readonly detail?: string;
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
  readonly rule: string | null;
  readonly reason: DenyReason | null;
  /** Absent if the rule or the reason is documented. */
  readonly basis?: Basis;
  readonly rights?: ComparedRights;
  readonly resources?: ComparedResources;
  readonly credential?: RefusedCredential;
  /** Likely mistakes of the caller, most likely first. */
  readonly hints?: readonly string[];
  readonly input?: DecisionInput;
}

/** The facts that all decisions about one request share. */
export type RequestFacts = Pick<Decision, 'id' | 'at' | 'service' | 'operation' | 'request'>;

/** The maximum length of a list of resources in characters. A key may name thousands of objects. */
const MAX_LIST_LENGTH = 1000;

/** Called after `decide`, and again after `checkResource`, which may reverse it. @param lookedUp null: no lookup */
export function decisionOfVerdict(
  facts: RequestFacts,
  accessRequest: AccessRequest,
  caller: Caller,
  lookedUp: ResourceState | null,
  verdict: Verdict,
  params: Readonly<Record<string, string>>,
): Decision {
  const { id, at, service, operation, request } = facts;
  const { principal, held } = caller;
  const { effect } = verdict;
  // A literal without spreads, because every request makes a decision.
  const decision: Writable<Decision> = {
    id,
    at,
    service,
    operation,
    request,
    effect,
    principal,
    rule: accessRequest.rule.id,
    reason: null,
  };
  const basis = basisFrom(basisOf(accessRequest.rule, held.resources));
  if (basis !== undefined) decision.basis = basis;
  const rights: Writable<ComparedRights> = {};
  const resources: Writable<ComparedResources> = {};
  if (lookedUp !== null) resources.target = targetOf(params, accessRequest, lookedUp);
  if (held.policyVersion !== undefined) rights.policyVersion = held.policyVersion;
  if (verdict.pending !== undefined) rights.pending = verdict.pending;
  if (verdict.effect === 'allow') {
    rights.used = listUsedPermissions(accessRequest, caller, attributesIn(lookedUp));
    rights.held = held.permissions;
  } else {
    decision.reason = verdict.reason;
    if (verdict.missing.length > 0) rights.missing = verdict.missing;
    if (verdict.missingAnyOf !== undefined) rights.missingAnyOf = verdict.missingAnyOf;
    addReasonDetails(rights, resources, verdict.reason, accessRequest, caller, lookedUp);
    decision.input = { accessRequest, caller, lookedUp: lookedUp && resourceStateOf(lookedUp) };
  }
  decision.rights = rights;
  decision.resources = resources;
  return decision;
}

function basisFrom({ certainty, source }: Sourced): Basis | undefined {
  return certainty === 'documented' ? undefined : { certainty, source };
}

function attributesIn(lookedUp: ResourceState | null): ResourceAttributes | null {
  return lookedUp?.found === 'object' ? (lookedUp.attributes ?? null) : null;
}

function addReasonDetails(
  rights: Writable<ComparedRights>,
  resources: Writable<ComparedResources>,
  reason: DenyReason,
  accessRequest: AccessRequest,
  caller: Caller,
  lookedUp: ResourceState | null,
): void {
  const { rule, ruleset } = accessRequest;
  const { held } = caller;
  switch (reason) {
    case 'foreign_object':
      if (lookedUp?.found === 'foreign') resources.boundTo = lookedUp.owner;
      break;
    case 'incompatible_resource_type':
      resources.held = [...new Set(listBoundResources(rule, held).map(({ type }) => labelOfType(ruleset, type)))];
      resources.accepted = (rule.on ?? []).map((type) => labelOfType(ruleset, type));
      break;
    case 'resource_mismatch':
      resources.boundTo = listResources(ruleset, listBoundResources(rule, held));
      break;
    default:
      rights.held = [...held.permissions].sort();
      // Service keys have no roles.
      if (held.policyVersion === undefined) rights.roles = held.roles;
  }
  const binding = bindingOf(reason, accessRequest, caller, lookedUp);
  if (binding !== undefined) resources.binding = binding;
}

/** Whether the caller's resources would suffice, for a denial about rights; undefined where that doesn't apply. */
function bindingOf(
  reason: DenyReason,
  { rule, ruleset }: AccessRequest,
  { held }: Caller,
  lookedUp: ResourceState | null,
): ComparedResources['binding'] {
  const isAboutResources = reason === 'incompatible_resource_type' || reason === 'resource_mismatch';
  if (rule.on === undefined || held.resources === null || !REASONS_OF_RIGHTS.has(reason)) return undefined;
  // The resources of access rules are irrelevant until one of them has the permission.
  if (held.rightsByRule !== undefined && !isAboutResources) return undefined;
  const bound = listBoundResources(rule, held);
  return {
    fits: !isAboutResources && findResourceFault(rule, ruleset, bound, attributesIn(lookedUp)) === null,
    accepted: rule.on.map((type) => labelOfType(ruleset, type)),
    held: listResources(ruleset, bound),
  };
}

function listResources(ruleset: Ruleset, resources: readonly Resource[]): string {
  return shorten(labelsOfResources(ruleset, resources).join(', '), MAX_LIST_LENGTH);
}

type Writable<Type> = { -readonly [Member in keyof Type]: Type[Member] };

/** Returns the most specific names of the request's objects or, if they are unknown, the requested name. */
function targetOf(
  params: Readonly<Record<string, string>>,
  { rule, names: inPath = {} }: AccessRequest,
  lookedUp: ResourceState,
): string {
  const attributes = attributesIn(lookedUp);
  const objects = attributes === null ? [] : objectsOf(attributes);
  const named = objects.flatMap(({ names }) => Object.values(names).flat().slice(-1)).join(', ');
  const requestedName = lookedUp.found === 'object' ? undefined : lookedUp.requestedName;
  // A version id alone may name an existing object of another function. `f/` names all versions of `f`.
  const nameInPath = Object.values(inPath).at(-1)?.replace(/\/$/, '');
  return showPath(named || requestedName || nameInPath || params[rule.cover?.param ?? ''] || '');
}

/**
 * Returns the row that a decision cites: the rule or, if that is documented, the first undocumented source of the
 * caller's resource types. One type of the rule's own is enough to decide by the rule alone.
 */
function basisOf(rule: Rule, resources: readonly Resource[] | null): Sourced {
  const { on = [], added, certainty } = rule;
  if (added === undefined || certainty !== 'documented') return rule;
  const accepted = (resources ?? []).filter(({ type }) => on.includes(type));
  const sources = accepted.map(({ type }) => added.find(({ types }) => types.includes(type)) ?? rule);
  return sources.includes(rule) ? rule : (sources.find((source) => source.certainty !== 'documented') ?? rule);
}

export function basisOfReason(reason: DenyReason, reasons: Reasons): Pick<Decision, 'basis'> {
  const row = reasons[reason];
  const basis = row && basisFrom(row);
  return basis === undefined ? {} : { basis };
}

/** Returns the decision about a refused credential; null for other problems. @param reasons of all services */
export function decisionOfProblem(facts: RequestFacts, problem: Problem, reasons: Reasons): Decision | null {
  if (problem.reason === undefined) return null;
  const { reason, why, claimed, ofWorld } = problem;
  return {
    ...facts,
    effect: 'deny',
    principal: null,
    rule: null,
    reason,
    ...basisOfReason(reason, reasons),
    credential: {
      ...(claimed !== undefined && { claimed }),
      ...(why !== undefined && { detail: redact(why) }),
      ...(ofWorld !== undefined && { ofWorld }),
    },
  };
}
