import type { Instant } from './clock.ts';
import {
  boundResources,
  type Caller,
  type Pending,
  type Question,
  type Reach,
  resourceFault,
  type Seen,
  seenOf,
  usedPermissions,
  type Verdict,
} from './decide.ts';
import { REASONS_OF_RIGHTS } from './explaining/fixes.ts';
import { labelOfType, labelsOfResources } from './explaining/labels.ts';
import type { DenyReason } from './explaining/reasons.ts';
import type { Principal } from './principal.ts';
import type { Problem } from './problem.ts';
import { redact, showPath } from './redact.ts';

/** What a decision was based on, so that it can be explained and its fixes can be tried. */
export interface Evidence {
  readonly question: Question;
  readonly caller: Caller;
  /** For a refusal before the look-up: what the look-up would have seen. Null if the rule has no look-up. */
  readonly sighting: Seen | null;
}

/** What was decided about one request, and why. Holds no token and no secret. */
export interface Decision {
  readonly id: string;
  readonly at: Instant;
  readonly service: string;
  readonly operation: string;
  readonly request: { readonly method: string; readonly path: string };
  readonly effect: 'allow' | 'deny';
  readonly principal: Principal | null;
  /** Whom a rejected credential would have stood for, if known. */
  readonly claimed?: Principal;
  readonly rule: string | null;
  readonly reason: DenyReason | null;
  /** The refusal was only recorded, and the request went on: its world observes. */
  readonly enforced?: false;
  /** All permissions that the rule needs and the caller lacks. */
  readonly missing?: readonly string[];
  /** Permissions of which the rule needs one and the caller has none. */
  readonly missingAnyOf?: readonly string[];
  /** For an answer that was allowed: the permissions that counted. */
  readonly used?: readonly string[];
  /** For an answer that was allowed: all permissions that the caller holds, as their standing has them. */
  readonly holds?: ReadonlySet<string>;
  /** Of a refusal: permissions that the caller holds; for an incompatible resource type, the types. */
  readonly held?: readonly string[];
  readonly roles?: readonly string[];
  /** Resource types that the rule accepts, by label. */
  readonly accepted?: readonly string[];
  /** Of a refusal that rights would turn, by a rule to which the caller's resources matter: whether they do. */
  readonly binding?: {
    readonly fits: boolean;
    /** Resource types that the rule accepts, by label. */
    readonly accepted: readonly string[];
    /** What the caller is bound to; empty for nothing. */
    readonly held: string;
  };
  /** The object that the path names. */
  readonly target?: string;
  /** Who owns the object, if not the caller; or what the key names instead of it. */
  readonly boundTo?: string;
  /** The version of the key's policy that was in force. */
  readonly policyVersion?: number;
  readonly pending?: Pending;
  /** The world that the credential belongs to, if it is a different one. */
  readonly ofWorld?: string;
  /** The name of another key with which the request would be allowed; of an unknown client the nearest id. */
  readonly instead?: string;
  /** Facts about the credential that make the reason concrete. */
  readonly detail?: string;
  /** What the caller may have got wrong, most telling first. */
  readonly hints?: readonly string[];
  readonly evidence?: Evidence;
}

/** What every decision about one request has in common. */
export type RequestFacts = Pick<Decision, 'id' | 'at' | 'service' | 'operation' | 'request'>;

/** Longer lists of a key's resources are cut, so that what is remembered stays bounded. */
const MOST_NAMES = 1000;

/**
 * The decision made by the `decide` step, and again by the `cover` step, which may turn it.
 *
 * @param facts those of the request, which the decision repeats
 * @param sighting what the look-up saw; null if nothing was looked up
 * @param params of the path
 */
export function decisionOfVerdict(
  facts: RequestFacts,
  question: Question,
  caller: Caller,
  sighting: Seen | null,
  verdict: Verdict,
  params: Readonly<Record<string, string>>,
): Decision {
  const { id, at, service, operation, request } = facts;
  const { principal, standing } = caller;
  // Written without spreads unless it is a refusal, because this is made for every request.
  const decision: Writable<Decision> = {
    id,
    at,
    service,
    operation,
    request,
    effect: verdict.effect,
    principal,
    rule: question.rule.id,
    reason: null,
  };
  if (sighting !== null) decision.target = targetOf(params, question, sighting);
  if (standing.policyVersion !== undefined) decision.policyVersion = standing.policyVersion;
  if (verdict.pending !== undefined) decision.pending = verdict.pending;
  if (verdict.effect === 'allow') {
    decision.used = usedPermissions(question, caller, reachIn(sighting));
    decision.holds = standing.held;
    return decision;
  }
  const { reason, missing, missingAnyOf } = verdict;
  const lack = { ...(missing.length > 0 && { missing }), ...(missingAnyOf !== undefined && { missingAnyOf }) };
  const evidence: Evidence = { question, caller, sighting: sighting && seenOf(sighting) };
  const told = { ...particulars(reason, question, caller, sighting), ...bindingOf(reason, question, caller, sighting) };
  return { ...decision, reason, ...lack, ...told, evidence };
}

function reachIn(sighting: Seen | null): Reach | null {
  return sighting?.seen === 'object' ? (sighting.reach ?? null) : null;
}

/** Whether what the caller is bound to does, for a refusal that rights would turn; nothing for callers who are not bound. */
function bindingOf(
  reason: DenyReason,
  { rule, law }: Question,
  { standing }: Caller,
  sighting: Seen | null,
): Pick<Decision, 'binding'> {
  const isAboutIt = reason === 'incompatible_resource_type' || reason === 'resource_mismatch';
  if (rule.on === undefined || standing.resources === null || !REASONS_OF_RIGHTS.has(reason)) return {};
  // What a bundle is bound to says nothing as long as no bundle has the permission.
  if (standing.bundles !== undefined && !isAboutIt) return {};
  const bound = boundResources(rule, standing);
  return {
    binding: {
      fits: !isAboutIt && resourceFault(rule, law, bound, reachIn(sighting)) === null,
      accepted: rule.on.map((type) => labelOfType(law, type)),
      held: shortened(labelsOfResources(law, bound).join(', ')),
    },
  };
}

type Writable<Type> = { -readonly [Member in keyof Type]: Type[Member] };

/** What the path is about: the object's fullest name if it has names, otherwise what the path says. */
function targetOf(params: Readonly<Record<string, string>>, { rule }: Question, sighting: Seen): string {
  const names = sighting.seen === 'object' ? Object.values(sighting.reach?.names ?? {}).flat() : [];
  return showPath(names.at(-1) ?? params[rule.cover?.param ?? ''] ?? '');
}

/** The details that make a reason concrete. */
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
      // A service key has no roles.
      return {
        held: [...standing.held].sort(),
        ...(standing.policyVersion === undefined && { roles: standing.roles }),
      };
  }
}

/** A key may name thousands of objects. */
function shortened(names: string): string {
  return names.length <= MOST_NAMES ? names : `${names.slice(0, MOST_NAMES)}...`;
}

/** A rejected credential, as a decision; null if the problem is about something else. */
export function decisionOfProblem(facts: RequestFacts, problem: Problem): Decision | null {
  if (problem.reason === undefined) return null;
  const { reason, why, claimed, ofWorld } = problem;
  return {
    ...facts,
    effect: 'deny',
    principal: null,
    ...(claimed !== undefined && { claimed }),
    rule: null,
    reason,
    ...(why !== undefined && { detail: redact(why) }),
    ...(ofWorld !== undefined && { ofWorld }),
  };
}
