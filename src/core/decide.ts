import type { Instant } from './clock.ts';
import type { DenyReason } from './explaining/reasons.ts';
import type { Law } from './law.ts';
import { own } from './own.ts';
import type { Resource, Rights, Standing } from './policy.ts';
import type { Principal } from './principal.ts';
import type { Relation, Rule } from './rule.ts';

/** Who is asking, and what they hold. */
export interface Caller {
  readonly principal: Principal;
  readonly standing: Standing;
}

/** What is being asked, as far as the path says. */
export interface Question {
  readonly rule: Rule;
  readonly law: Law;
  /** The organisation that the path names. */
  readonly org?: string | undefined;
}

/** What about an object decides whether a resource covers it. */
export interface Reach {
  readonly relation: Relation;
  /** The names by which resources refer to it as a whole, by resource type. */
  readonly names: Names;
  /** Names of its parts, if the call is about all of them. */
  readonly parts?: Names;
}

type Names = Readonly<Record<string, readonly string[]>>;

/** What a decision needs to know from a look-up: whether the object exists, and whether it belongs to somebody else. */
export type Seen =
  | { readonly seen: 'object'; readonly reach?: Reach }
  | { readonly seen: 'foreign'; readonly owner: string }
  | { readonly seen: 'nothing' };

/** What a look-up saw, with the object itself. */
export type Sighting<Target = unknown> = Seen &
  ({ readonly seen: 'object'; readonly target: Target } | { readonly seen: 'foreign' | 'nothing' });

/** The part of a sighting that is worth keeping: the object may be large, and no decision depends on it. */
export function seenOf(sighting: Seen): Seen {
  return sighting.seen === 'object'
    ? { seen: 'object', ...(sighting.reach !== undefined && { reach: sighting.reach }) }
    : sighting;
}

/** A change that is already recorded and will turn the answer. */
export interface Pending {
  readonly version: number;
  readonly effectiveAt: Instant;
  readonly effect: 'allow' | 'deny';
}

/** What would have to be added. */
export interface Lack {
  /** All of these are missing. */
  readonly missing: readonly string[];
  /** And one of these, if the rule needs one of several. */
  readonly missingAnyOf?: readonly string[];
}

interface Denial extends Lack {
  readonly effect: 'deny';
  readonly reason: DenyReason;
}

/** The answer to "may this caller do this?", with its reasons. */
export type Verdict = ({ readonly effect: 'allow' } | Denial) & { readonly pending?: Pending };

const ALLOW = { effect: 'allow' } as const;

/**
 * Decides whether the caller may do what the rule is about, before the body is read and so before any object is known.
 * Order of checks: organisation, service, `closed`, roles, scopes (`all`, then `any`), resource type.
 */
export function decide(question: Question, caller: Caller): Verdict {
  return verdictWithPending(question, caller, null);
}

/**
 * Decides whether they may do it to this object, after the look-up. That an object does not exist, or is not theirs, is
 * said before anything about their resources.
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
 * Completes a refusal made before the look-up with what the look-up would have seen: only then can it be said whether a
 * pending version turns it.
 */
export function completeDenial(early: Verdict, question: Question, caller: Caller, sighting: Seen | null): Verdict {
  if (sighting === null) return early;
  if (sighting.seen === 'object') return cover(question, caller, sighting);
  const { pending: _, ...lasting } = early;
  return lasting;
}

/** Decides both at once, if the object has been looked up already. */
export function decideAndCover(question: Question, caller: Caller, sighting: Seen | null): Verdict {
  const early = decide(question, caller);
  if (early.effect === 'deny') return completeDenial(early, question, caller, sighting);
  return sighting === null ? early : cover(question, caller, sighting);
}

/** Does what the caller holds also cover this object? For lists, which show only what is covered. */
export function mayReach(question: Question, { standing }: Caller, reach: Reach): boolean {
  const { rule, law } = question;
  return standing.bundles === undefined
    ? resourceFault(rule, law, standing.resources, reach) === null
    : verdictUnderBundles(standing.bundles, question, reach).effect === 'allow';
}

/**
 * The permissions that an allowed answer rests on: everything the rule needs, and whichever is held of those of which
 * it needs only one. None if a role takes their place.
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

/** What the caller is bound to, taken only from the rights that hold what the rule needs. */
export function boundResources(rule: Rule, { bundles, resources }: Standing): readonly Resource[] {
  if (bundles === undefined) return resources ?? [];
  return bundles.flatMap((bundle) => (isEnough(lackOf(rule, bundle, [])) ? (bundle.resources ?? []) : []));
}

/** The verdict as things stand now, with the first of the pending rights that turns it. */
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

/** The rights of somebody who was given nothing: enough if nothing is needed. */
const NOTHING: Rights = { held: new Set(), resources: [] };

/** One bundle that allows is enough. Otherwise the refusal that came closest is the one reported. */
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
 * What the rule needs and is not held; nothing if a role takes its place. An `any` of a single permission counts as
 * `all`.
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

/** What is wrong with the caller's resources. Before the object is known, only whether a type counts at all. */
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
