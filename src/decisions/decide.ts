import type { Instant } from '../lib/clock.ts';
import { own } from '../lib/members.ts';
import { belongToKey, type HeldRights, type Resource, type Rights } from './policy.ts';
import type { Principal } from './principal.ts';
import type { DenyReason } from './reasons.ts';
import type { Relation, Rule } from './rule.ts';
import type { Ruleset } from './ruleset.ts';

export interface Caller {
  readonly principal: Principal;
  readonly held: HeldRights;
}

export interface AccessRequest {
  readonly rule: Rule;
  readonly ruleset: Ruleset;
  readonly org?: string | undefined;
  /** The names of the object in resources, by resource type, if the request has them (`buildNamesInPath`). */
  readonly names?: Readonly<Record<string, string>> | undefined;
}

/** The attributes of an object, used to decide whether a resource covers it. */
export interface ResourceAttributes {
  readonly relation: Relation;
  /** The names of the whole object in resources, by resource type. */
  readonly names: Names;
  /** The names of its parts by resource type, if the call is about all parts. */
  readonly parts?: Names;
  /** Further objects of the call, each of which must be covered too. */
  readonly relatedObjects?: readonly ResourceAttributes[];
}

type Names = Readonly<Record<string, readonly string[]>>;

/** The part of a lookup result that decisions need: whether the object exists, and whether another owner has it. */
export type ResourceState =
  | { readonly found: 'object'; readonly attributes?: ResourceAttributes }
  | (AbsentObject & { readonly found: 'foreign'; readonly owner: string })
  | (AbsentObject & { readonly found: 'nothing' });

/** An object that does not exist, or not for this caller. */
interface AbsentObject {
  /** The requested name of the object, if the path does not contain it. */
  readonly requestedName?: string;
  /** The names of the object in resources, by type, if the path does not contain them. */
  readonly names?: Readonly<Record<string, string>>;
}

export type LookupResult<Target = unknown> = ResourceState &
  ({ readonly found: 'object'; readonly target: Target } | { readonly found: 'foreign' | 'nothing' });

/** Drops the object from a lookup result: it may be large, and decisions do not need it. */
export function resourceStateOf(lookedUp: ResourceState): ResourceState {
  return lookedUp.found === 'object'
    ? { found: 'object', ...(lookedUp.attributes !== undefined && { attributes: lookedUp.attributes }) }
    : lookedUp;
}

/** A recorded change that will reverse the decision. */
export interface PendingChange {
  readonly version: number;
  readonly effectiveAt: Instant;
  readonly effect: 'allow' | 'deny';
}

export interface MissingRights {
  /** All of these are missing. */
  readonly missing: readonly string[];
  /** One of these is also missing, if the rule needs one of several. */
  readonly missingAnyOf?: readonly string[];
}

interface Denial extends MissingRights {
  readonly effect: 'deny';
  readonly reason: DenyReason;
}

export type Verdict = ({ readonly effect: 'allow' } | Denial) & { readonly pending?: PendingChange };

const ALLOW = { effect: 'allow' } as const;

/** Decides before the lookup: organisation, service, `closed`, roles, scopes (`all`, then `any`), resource type. */
export function decide(accessRequest: AccessRequest, caller: Caller): Verdict {
  return verdictWithPending(accessRequest, caller, null);
}

/** Decides about the object, after the lookup. A missing or foreign object is reported before anything else. */
export function checkResource(accessRequest: AccessRequest, caller: Caller, lookedUp: ResourceState): Verdict {
  switch (lookedUp.found) {
    case 'foreign':
    case 'nothing': {
      const { names, found } = lookedUp;
      const isOther = names !== undefined && namesOnlyOthers({ ...accessRequest, names }, caller.held.resources);
      if (isOther) return denial('resource_mismatch');
      return denial(found === 'foreign' ? 'foreign_object' : 'no_such_object');
    }
    case 'object': {
      const { attributes = null } = lookedUp;
      const isForbidden =
        accessRequest.rule.ownersOnly === true && attributes !== null && attributes.relation !== 'owned';
      return isForbidden ? denial('not_owner') : verdictWithPending(accessRequest, caller, attributes);
    }
  }
}

/** Decides again about a denial made before the lookup. A pending change can reverse it only if the object exists. */
export function completeDenial(
  early: Verdict,
  accessRequest: AccessRequest,
  caller: Caller,
  lookedUp: ResourceState | null,
): Verdict {
  if (lookedUp === null) return early;
  if (lookedUp.found === 'object') return checkResource(accessRequest, caller, lookedUp);
  const { pending: _, ...denialWithoutPending } = early;
  return denialWithoutPending;
}

/** Decides in one step, if the object has been looked up. */
export function decideOnResource(
  accessRequest: AccessRequest,
  caller: Caller,
  lookedUp: ResourceState | null,
): Verdict {
  const early = decide(accessRequest, caller);
  if (early.effect === 'deny') return completeDenial(early, accessRequest, caller, lookedUp);
  return lookedUp === null ? early : checkResource(accessRequest, caller, lookedUp);
}

/** Returns whether the caller's rights cover this object. For lists, which show only covered objects. */
export function mayAccess(accessRequest: AccessRequest, { held }: Caller, attributes: ResourceAttributes): boolean {
  const { rule, ruleset } = accessRequest;
  return held.rightsByRule === undefined
    ? findResourceFault(rule, ruleset, held.resources, attributes) === null
    : verdictByRule(held.rightsByRule, accessRequest, attributes).effect === 'allow';
}

/** Returns the permissions that an allow decision is based on; empty if a role replaces them. */
export function listUsedPermissions(
  { rule, ruleset }: AccessRequest,
  { held }: Caller,
  attributes: ResourceAttributes | null,
): readonly string[] {
  const { all = NONE, any = NONE, orRoles = NONE } = rule.needs;
  if (orRoles.some((role) => held.roles.includes(role))) return NONE;
  if (any.length === 0) return all;
  const sufficientRights = held.rightsByRule?.find(
    (ruleRights) =>
      isEnough(missingRightsOf(rule, ruleRights, [])) &&
      findResourceFault(rule, ruleset, ruleRights.resources, attributes) === null,
  );
  const { permissions } = sufficientRights ?? held;
  return [...all, ...any.filter((permission) => permissions.has(permission))];
}

/** Returns the caller's resources, but only from rights that include the rule's permissions. */
export function listBoundResources(rule: Rule, { rightsByRule, resources }: HeldRights): readonly Resource[] {
  if (rightsByRule === undefined) return resources ?? [];
  return rightsByRule.flatMap((ruleRights) =>
    isEnough(missingRightsOf(rule, ruleRights, [])) ? (ruleRights.resources ?? []) : [],
  );
}

/** Decides with the current rights, and finds the first pending change that reverses the verdict. */
function verdictWithPending(
  accessRequest: AccessRequest,
  caller: Caller,
  attributes: ResourceAttributes | null,
): Verdict {
  const { held } = caller;
  const now = verdictUnder(held, accessRequest, caller, attributes);
  for (const change of held.pending) {
    const { effect } = verdictUnder(change, accessRequest, caller, attributes);
    if (effect === now.effect) continue;
    const { version, effectiveAt } = change;
    return { ...now, pending: { version, effectiveAt, effect } };
  }
  return now;
}

function verdictUnder(
  rights: Rights,
  accessRequest: AccessRequest,
  { principal, held }: Caller,
  attributes: ResourceAttributes | null,
): Denial | typeof ALLOW {
  const { rule, ruleset, org } = accessRequest;
  if (org !== undefined && principal.org !== undefined && org !== principal.org) return denial('other_organization');
  const service = serviceOfKey(ruleset, principal.kind);
  if (service !== null && held.services?.includes(service) === false) return denial('service_not_enabled');
  if (rule.closed === true && belongToKey(held)) return denial('closed_to_keys');
  const lacking = (rule.needs.roles ?? []).filter((role) => !held.roles.includes(role));
  if (lacking.length > 0) return denial('missing_role', { missing: lacking });
  if (held.rightsByRule !== undefined) return verdictByRule(held.rightsByRule, { rule, ruleset }, attributes);
  const missing = missingRightsOf(rule, rights, held.roles);
  if (!isEnough(missing)) return denial(`missing_${ruleset.tables.term}`, missing);
  const fault = findResourceFault(rule, ruleset, rights.resources, attributes);
  if (fault !== null) return denial(fault);
  return attributes === null && namesOnlyOthers(accessRequest, rights.resources) ? denial('resource_mismatch') : ALLOW;
}

/** The rights of nobody, which are enough for a rule that needs none. */
const NOTHING: Rights = { permissions: new Set(), resources: [] };

/** Allows if one access rule allows. Otherwise reports the closest denial. */
function verdictByRule(
  rightsByRule: readonly Rights[],
  { rule, ruleset }: AccessRequest,
  attributes: ResourceAttributes | null,
): Denial | typeof ALLOW {
  let fault: 'incompatible_resource_type' | 'resource_mismatch' | undefined;
  for (const ruleRights of [...rightsByRule, NOTHING]) {
    if (!isEnough(missingRightsOf(rule, ruleRights, []))) continue;
    const found = findResourceFault(rule, ruleset, ruleRights.resources, attributes);
    if (found === null) return ALLOW;
    if (fault !== 'resource_mismatch') fault = found;
  }
  return fault === undefined
    ? denial(`missing_${ruleset.tables.term}`, missingRightsOf(rule, NOTHING, []))
    : denial(fault);
}

/** Returns the service that a key of this kind must include; null if keys do not name services. */
export function serviceOfKey({ service, tables }: Pick<Ruleset, 'service' | 'tables'>, kind: string): string | null {
  const { product, keyServices } = tables;
  if (keyServices !== undefined) return own<string>(keyServices, kind) ?? null;
  return product === undefined ? null : service;
}

const NONE: readonly string[] = [];
const NONE_MISSING: MissingRights = { missing: NONE };

function denial(reason: DenyReason, lack: MissingRights = NONE_MISSING): Denial {
  return { effect: 'deny', reason, ...lack };
}

/** Returns the lacking permissions; none if a role replaces them. An `any` with a single one counts as `all`. */
export function missingRightsOf(
  { needs: { all = NONE, any = NONE, orRoles = NONE } }: Rule,
  { permissions }: Rights,
  roles: readonly string[],
): MissingRights {
  if (orRoles.some((role) => roles.includes(role))) return NONE_MISSING;
  const missing = all.filter((permission) => !permissions.has(permission));
  if (any.length === 0 || any.some((permission) => permissions.has(permission))) return { missing };
  return any.length === 1 ? { missing: [...missing, ...any] } : { missing, missingAnyOf: any };
}

export function isEnough({ missing, missingAnyOf }: MissingRights): boolean {
  return missing.length === 0 && missingAnyOf === undefined;
}

/** Returns why the caller's resources do not cover the object (while it is unknown: their types); null if they do. */
export function findResourceFault(
  rule: Rule,
  ruleset: Ruleset,
  resources: readonly Resource[] | null,
  attributes: ResourceAttributes | null,
): 'incompatible_resource_type' | 'resource_mismatch' | null {
  const { on, open } = rule;
  if (on === undefined || resources === null) return null;
  if (open !== undefined && (attributes === null || open.includes(attributes.relation))) return null;
  const compatible = compatibleResources(on, ruleset, resources);
  if (compatible.length === 0) return 'incompatible_resource_type';
  const isEachCovered =
    attributes === null ||
    objectsOf(attributes).every((object) => compatible.some((resource) => isCovered(resource, rule, ruleset, object)));
  return isEachCovered ? null : 'resource_mismatch';
}

export function objectsOf(attributes: ResourceAttributes): readonly ResourceAttributes[] {
  return attributes.relatedObjects === undefined ? [attributes] : [attributes, ...attributes.relatedObjects];
}

function compatibleResources(on: readonly string[], ruleset: Ruleset, resources: readonly Resource[]) {
  // A resource type with a fixed id is ignored if it has another id.
  const isIgnored = ({ type, ids }: Resource) =>
    ids !== undefined && ruleset.resourceTypes.get(type)?.encoding.id !== undefined;
  return resources.filter((resource) => on.includes(resource.type) && !isIgnored(resource));
}

/** Builds the names of a rule's object in resources, by type, from the path's parameters. */
export function buildNamesInPath(
  { cover }: Rule,
  params: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | undefined {
  if (cover?.names === undefined) return undefined;
  const named = Object.entries(cover.names).map(([type, template]) => [
    type,
    template.replace(/\{(\w+)\}/g, (_, param) => params[param] ?? ''),
  ]);
  return Object.fromEntries(named);
}

/** Returns whether all relevant resources name other objects than the requested one. */
function namesOnlyOthers(
  { rule: { on, open, versionless }, ruleset, names }: AccessRequest,
  resources: readonly Resource[] | null,
): boolean {
  if (ruleset.tables.refusesOtherNames !== true || names === undefined) return false;
  if (on === undefined || open !== undefined || resources === null) return false;
  return compatibleResources(on, ruleset, resources).every(({ type, ids = [] }) => {
    if (ruleset.resourceTypes.get(type)?.names === null) return false;
    const name = own(names, type);
    if (name === undefined) return true;
    const isOfParts = name.endsWith('/');
    if (isOfParts && versionless !== 'narrow') return true;
    return !ids.some((id) => (isOfParts ? id.startsWith(name) : id === name));
  });
}

function isCovered(
  { type, ids = [] }: Resource,
  { versionless }: Rule,
  ruleset: Ruleset,
  attributes: ResourceAttributes,
): boolean {
  const row = ruleset.resourceTypes.get(type);
  if (row === undefined) return false;
  if (row.names === null) return row.reach.includes(attributes.relation);
  const parts = versionless === 'narrow' ? own(attributes.parts, type) : undefined;
  return ids.some((id) => own(attributes.names, type)?.includes(id) === true || parts?.includes(id) === true);
}
