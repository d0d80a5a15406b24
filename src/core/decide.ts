import type { Instant } from './clock.ts';
import type { DenyReason } from './explaining/reasons.ts';
import type { Law } from './law.ts';
import { own } from './own.ts';
import type { Resource, Rights, Standing } from './policy.ts';
import type { Principal } from './principal.ts';
import type { Relation, Rule } from './rule.ts';

/** A principal with the rights it holds. */
export interface Caller {
  readonly principal: Principal;
  readonly standing: Standing;
}

/** An access request, as far as the path states it. */
export interface Question {
  readonly rule: Rule;
  readonly law: Law;
  /** The organisation that the path names. */
  readonly org?: string | undefined;
}

/** The attributes of an object that decide whether a resource covers it. */
export interface Reach {
  readonly relation: Relation;
  /** The names of the whole object in resources, by resource type. */
  readonly names: Names;
  /** Names of its parts, if the call is about all of them. */
  readonly parts?: Names;
}

type Names = Readonly<Record<string, readonly string[]>>;

/** The part of a lookup result that decisions need: does the object exist, and does it belong to another owner? */
export type Seen =
  | { readonly seen: 'object'; readonly reach?: Reach }
  | { readonly seen: 'foreign'; readonly owner: string }
  | { readonly seen: 'nothing' };

/** A lookup result, with the object itself. */
export type Sighting<Target = unknown> = Seen &
  ({ readonly seen: 'object'; readonly target: Target } | { readonly seen: 'foreign' | 'nothing' });

/** A lookup result without the object, which may be large, and on which no decision depends. */
export function seenOf(sighting: Seen): Seen {
  return sighting.seen === 'object'
    ? { seen: 'object', ...(sighting.reach !== undefined && { reach: sighting.reach }) }
    : sighting;
}

/** A recorded change that will reverse the decision. */
export interface Pending {
  readonly version: number;
  readonly effectiveAt: Instant;
  readonly effect: 'allow' | 'deny';
}

/** The permissions that the caller lacks. */
export interface Lack {
  /** All of these are missing. */
  readonly missing: readonly string[];
  /** One of these is also missing, if the rule needs one of several. */
  readonly missingAnyOf?: readonly string[];
}

interface Denial extends Lack {
  readonly effect: 'deny';
  readonly reason: DenyReason;
}

/** The result of a decision, with its reason. */
export type Verdict = ({ readonly effect: 'allow' } | Denial) & { readonly pending?: Pending };

const ALLOW = { effect: 'allow' } as const;

/**
 * Decides whether the rule allows the caller, before the body is read, and so before any object is known. Order of
 * checks: organisation, service, `closed`, roles, scopes (`all`, then `any`), resource type.
 */
export function decide(question: Question, caller: Caller): Verdict {
  return verdictWithPending(question, caller, null);
}

/**
 * Decides about the object, after the lookup. A missing or foreign object is reported before anything about resources.
 */
export function cover(question: Question, caller: Caller, sighting: Seen): Verdict {
  switch (sighting.seen) {
    case 'foreign':
      return denial('foreign_object');
    case 'nothing':
      return denial('no_such_object');
    case 'object': {
      const { reach = null } = sighting;
      const isForbidden = question.rule.ownersOnly === true && reach !== null && reach.relation !== 'owned';
      return isForbidden ? denial('not_owner') : verdictWithPending(question, caller, reach);
    }
  }
}

/**
 * Completes a denial made before the lookup with the lookup result: only then is it known whether a pending version
 * reverses it.
 */
export function completeDenial(early: Verdict, question: Question, caller: Caller, sighting: Seen | null): Verdict {
  if (sighting === null) return early;
  if (sighting.seen === 'object') return cover(question, caller, sighting);
  const { pending: _, ...lasting } = early;
  return lasting;
}

/** Decides in one step, if the object has been looked up. */
export function decideAndCover(question: Question, caller: Caller, sighting: Seen | null): Verdict {
  const early = decide(question, caller);
  if (early.effect === 'deny') return completeDenial(early, question, caller, sighting);
  return sighting === null ? early : cover(question, caller, sighting);
}

/** Do the caller's rights cover this object? For lists, which show only covered objects. */
export function mayReach(question: Question, { standing }: Caller, reach: Reach): boolean {
  const { rule, law } = question;
  return standing.bundles === undefined
    ? resourceFault(rule, law, standing.resources, reach) === null
    : verdictUnderBundles(standing.bundles, question, reach).effect === 'allow';
}

/**
 * The permissions that an allow decision is based on: each of `all`, and the held ones of `any`. None if a role
 * replaces them.
 */
export function usedPermissions({ rule, law }: Question, { standing }: Caller, reach: Reach | null): readonly string[] {
  const { all = NONE, any = NONE, orRoles = NONE } = rule.needs;
  if (orRoles.some((role) => standing.roles.includes(role))) return NONE;
  if (any.length === 0) return all;
  const counting = standing.bundles?.find(
    (bundle) => isEnough(lackOf(rule, bundle, [])) && resourceFault(rule, law, bundle.resources, reach) === null,
  );
  const { held } = counting ?? standing;
  return [...all, ...any.filter((permission) => held.has(permission))];
}

/** The caller's resources, only of those rights that have the permissions of the rule. */
export function boundResources(rule: Rule, { bundles, resources }: Standing): readonly Resource[] {
  if (bundles === undefined) return resources ?? [];
  return bundles.flatMap((bundle) => (isEnough(lackOf(rule, bundle, [])) ? (bundle.resources ?? []) : []));
}

/** The verdict of the current rights, with the first pending change that reverses it. */
function verdictWithPending(question: Question, caller: Caller, reach: Reach | null): Verdict {
  const { standing } = caller;
  const now = verdictUnder(standing, question, caller, reach);
  for (const coming of standing.pending) {
    const { effect } = verdictUnder(coming, question, caller, reach);
    if (effect === now.effect) continue;
    const { version, effectiveAt } = coming;
    return { ...now, pending: { version, effectiveAt, effect } };
  }
  return now;
}

function verdictUnder(
  rights: Rights,
  { rule, law, org }: Question,
  { principal, standing }: Caller,
  reach: Reach | null,
): Denial | typeof ALLOW {
  if (org !== undefined && principal.org !== undefined && org !== principal.org) return denial('other_organization');
  if (law.tables.product !== undefined && standing.services?.includes(law.service) === false) {
    return denial('service_not_enabled');
  }
  if (rule.closed === true) return denial('closed_to_keys');
  const lacking = (rule.needs.roles ?? []).filter((role) => !standing.roles.includes(role));
  if (lacking.length > 0) return denial('missing_role', { missing: lacking });
  if (standing.bundles !== undefined) return verdictUnderBundles(standing.bundles, { rule, law }, reach);
  const lack = lackOf(rule, rights, standing.roles);
  if (!isEnough(lack)) return denial(`missing_${law.tables.term}`, lack);
  const fault = resourceFault(rule, law, rights.resources, reach);
  return fault === null ? ALLOW : denial(fault);
}

/** The rights of a caller without any: enough if nothing is needed. */
const NOTHING: Rights = { held: new Set(), resources: [] };

/** One access rule that allows is enough. Otherwise the closest denial is reported. */
function verdictUnderBundles(
  bundles: readonly Rights[],
  { rule, law }: Question,
  reach: Reach | null,
): Denial | typeof ALLOW {
  let fault: 'incompatible_resource_type' | 'resource_mismatch' | undefined;
  for (const bundle of [...bundles, NOTHING]) {
    if (!isEnough(lackOf(rule, bundle, []))) continue;
    const found = resourceFault(rule, law, bundle.resources, reach);
    if (found === null) return ALLOW;
    if (fault !== 'resource_mismatch') fault = found;
  }
  return fault === undefined ? denial(`missing_${law.tables.term}`, lackOf(rule, NOTHING, [])) : denial(fault);
}

const NONE: readonly string[] = [];
const NO_LACK: Lack = { missing: NONE };

function denial(reason: DenyReason, lack: Lack = NO_LACK): Denial {
  return { effect: 'deny', reason, ...lack };
}

/**
 * The permissions that the rule needs and the caller lacks; none if a role replaces them. An `any` of a single
 * permission counts as `all`.
 */
export function lackOf(
  { needs: { all = NONE, any = NONE, orRoles = NONE } }: Rule,
  { held }: Rights,
  roles: readonly string[],
): Lack {
  if (orRoles.some((role) => roles.includes(role))) return NO_LACK;
  const missing = all.filter((permission) => !held.has(permission));
  if (any.length === 0 || any.some((permission) => held.has(permission))) return { missing };
  return any.length === 1 ? { missing: [...missing, ...any] } : { missing, missingAnyOf: any };
}

/** Is nothing missing? */
export function isEnough({ missing, missingAnyOf }: Lack): boolean {
  return missing.length === 0 && missingAnyOf === undefined;
}

/** Why the caller's resources do not cover the object; before it is known, only the types are checked. */
export function resourceFault(
  rule: Rule,
  law: Law,
  resources: readonly Resource[] | null,
  reach: Reach | null,
): 'incompatible_resource_type' | 'resource_mismatch' | null {
  const { on, open } = rule;
  if (on === undefined || resources === null) return null;
  if (open !== undefined && (reach === null || open.includes(reach.relation))) return null;
  const compatible = resources.filter(({ type }) => on.includes(type));
  if (compatible.length === 0) return 'incompatible_resource_type';
  return reach === null || compatible.some((resource) => isCovered(resource, rule, law, reach))
    ? null
    : 'resource_mismatch';
}

function isCovered({ type, ids = [] }: Resource, { versionless }: Rule, law: Law, reach: Reach): boolean {
  const row = law.resourceTypes.get(type);
  if (row === undefined) return false;
  if (row.names === null) return row.reach.includes(reach.relation);
  const parts = versionless === 'narrow' ? own(reach.parts, type) : undefined;
  return ids.some((id) => own(reach.names, type)?.includes(id) === true || parts?.includes(id) === true);
}
