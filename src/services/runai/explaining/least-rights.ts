import type { DecisionHelp } from '../../../contract/service.ts';
import type { RequestScope } from '../../../contract/world.ts';
import { type HeldRights, NO_RIGHTS, type Resource } from '../../../decisions/policy.ts';
import type { Principal } from '../../../decisions/principal.ts';
import { type Ruleset, rowsOfProfile } from '../../../decisions/ruleset.ts';
import type { Use } from '../../../decisions/uses.ts';
import { isAllowed, minimize } from '../../../explaining/least-rights.ts';
import { type AccessRule, readRuleBook, rulesOf } from '../access-rules.ts';
import { identitiesIn } from '../collections/identities.ts';
import { type Role, type Roles, readRoles } from '../roles.ts';
import { profileOf, RULESETS } from '../rulesets.ts';
import { PERMISSION_SETS, SCOPE_TYPES } from '../tables/index.ts';
import { createApplicationRequests, createSeedOfRules } from './identity-creation.ts';

/** The scope that contains all other scopes. */
const SYSTEM_SCOPE: Resource = { type: 'system', ids: ['system'] };

/**
 * Returns the minimal rights of a principal: the predefined role with the fewest permissions, in the narrowest scope
 * that covers every object used, and the smallest sufficient custom role.
 */
export const leastRights: NonNullable<DecisionHelp['leastRights']> = async (world, { principal, caller, uses }) => {
  const ruleset = RULESETS[profileOf(world.settings)];
  const roles = await readRoles(world);
  const heldRules = caller === null ? null : await readHeldRules(world, principal, roles);
  const { possible, needingRights } = classifyUses(principal, uses, ruleset);
  const scope = findNarrowestScope(principal, needingRights, ruleset);
  const areEnough = (permissionSets: readonly Iterable<string>[]) =>
    allowsAll(needingRights, principal, rightsInScope(permissionSets, scope));
  const areRolesEnough = (someRoles: readonly Role[]) => areEnough(someRoles.map(({ permissions }) => permissions));

  const smallest = needingRights.length === 0 ? [] : findSmallestRoles(roles, heldRules ?? [], areRolesEnough);
  const rules = smallest.map((role) => ({ role: role.name, ...scopeMembersOf(scope, principal) }));
  const smallestRights = rightsInScope(
    smallest.map(({ permissions }) => permissions),
    scope,
  );
  const canHaveCustomRole = needingRights.length > 0 && hasRule(ruleset, 'create-role');
  const ruleBodies = smallest.map(({ id }) => ({ roleId: id, ...scopeMembersOf(scope, principal) }));
  const usedRules = findFewestRules(
    heldRules ?? [],
    (someRules) => selectAllowed(uses, principal, someRules.map(rightsOfRule)).length,
  );
  return {
    held: heldRules && { roles: roleNamesOf(heldRules.map(({ role }) => role)), rules: heldRules.map(renderRule) },
    smallest: {
      roles: roleNamesOf(smallest),
      rules,
      ...(canHaveCustomRole && { custom: findSmallestCustomRole(ruleset, (permissions) => areEnough([permissions])) }),
    },
    unused: (heldRules ?? []).filter((rule) => !usedRules.includes(rule)).map(({ role }) => role.name),
    broader: usedRules
      .filter(({ role, rule }) => isLarger(role, smallest) || isWider(rule.scopeType, scope.type))
      .map((rule) => ({ what: 'role', held: renderRule(rule), enough: rules[0] ?? null })),
    seed: createSeedOfRules(principal, rules),
    make: hasRule(ruleset, 'create-application') ? createApplicationRequests(principal, ruleBodies) : [],
    beyond: uses.filter((use) => !possible.has(use)),
    heldRights: () => toHeldRights(smallestRights),
  };
};

/** The uses that some rights would allow, and those of them that no rights would not. */
interface ClassifiedUses {
  readonly possible: ReadonlySet<Use>;
  readonly needingRights: readonly Use[];
}

function classifyUses(principal: Principal, uses: readonly Use[], ruleset: Ruleset): ClassifiedUses {
  const everyRight = listCandidateScopes(principal, []).flatMap((scope) =>
    rightsInScope([permissionIdsOf(ruleset)], scope),
  );
  const possible = new Set(selectAllowed(uses, principal, everyRight));
  const allowedWithoutRights = new Set(selectAllowed(uses, principal, []));
  return { possible, needingRights: uses.filter((use) => possible.has(use) && !allowedWithoutRights.has(use)) };
}

/** Returns the narrowest scope in which all permissions together would allow the uses. */
function findNarrowestScope(principal: Principal, uses: readonly Use[], ruleset: Ruleset): Resource {
  const permissions = permissionIdsOf(ruleset);
  const scopes = listCandidateScopes(principal, uses);
  return scopes.find((scope) => allowsAll(uses, principal, rightsInScope([permissions], scope))) ?? SYSTEM_SCOPE;
}

function permissionIdsOf({ tables }: Ruleset): readonly string[] {
  return tables.permissions.map(({ id }) => id);
}

/** Returns the uses that these rights would allow. */
function selectAllowed(uses: readonly Use[], principal: Principal, rights: readonly RightsOfRule[]): readonly Use[] {
  const heldRights = toHeldRights(rights);
  return uses.filter((use) => isAllowed(use, principal, heldRights));
}

/** Returns whether these rights would allow all uses. */
function allowsAll(uses: readonly Use[], principal: Principal, rights: readonly RightsOfRule[]): boolean {
  const heldRights = toHeldRights(rights);
  return uses.every((use) => isAllowed(use, principal, heldRights));
}

/** The permissions that an access rule grants, and their scope. */
interface RightsOfRule {
  readonly held: ReadonlySet<string>;
  readonly scope: Resource;
}

/** Combines the rights of rules. */
function toHeldRights(rightsByRule: readonly RightsOfRule[]): HeldRights {
  return {
    ...NO_RIGHTS,
    held: new Set(rightsByRule.flatMap(({ held }) => [...held])),
    rightsByRule: rightsByRule.map(({ held, scope }) => ({ held, resources: [scope] })),
  };
}

/** Returns the rights of rules that grant these permissions, all in one scope. */
function rightsInScope(permissionSets: readonly Iterable<string>[], scope: Resource): readonly RightsOfRule[] {
  return permissionSets.map((permissions) => ({ held: new Set(permissions), scope }));
}

/** An access rule of the principal, with its role. */
interface HeldRule {
  readonly rule: AccessRule;
  readonly role: Role;
}

/** Returns the access rules of a principal and its groups whose role is enabled. */
async function readHeldRules(world: RequestScope, { id }: Principal, roles: Roles): Promise<readonly HeldRule[]> {
  const identity = await identitiesIn(world.store).byId(id);
  if (identity === null) return [];
  return rulesOf(await readRuleBook(world), identity).flatMap((rule) => {
    const role = roles.get(rule.roleId);
    return role?.enabled === true ? [{ rule, role }] : [];
  });
}

function rightsOfRule({ rule, role }: HeldRule): RightsOfRule {
  return { held: role.permissions, scope: { type: rule.scopeType, ids: [rule.scopeId] } };
}

function renderRule({ rule: { scopeType, scopeId, subjectType, subjectId }, role }: HeldRule) {
  return { role: role.name, scopeType, scopeId, ...(subjectType === 'group' && { group: subjectId }) };
}

/**
 * Returns the fewest held rules that allow as much as all of them. Drops the largest roles first.
 *
 * @param countAllowed returns the number of uses that rules allow
 */
function findFewestRules(
  held: readonly HeldRule[],
  countAllowed: (rules: readonly HeldRule[]) => number,
): readonly HeldRule[] {
  const allowedCount = countAllowed(held);
  const largestFirst = [...held].sort((left, right) => right.role.permissions.size - left.role.permissions.size);
  return minimize(largestFirst, (rest) => countAllowed(rest) === allowedCount);
}

/** Returns the smallest predefined role, or several if no single one is enough. Prefers held roles of the same size. */
function findSmallestRoles(
  roles: Roles,
  held: readonly HeldRule[],
  areEnough: (someRoles: readonly Role[]) => boolean,
): readonly Role[] {
  const isHeld = (role: Role) => Number(held.some((rule) => rule.role.id === role.id));
  const predefined = [...roles.values()].filter(({ custom }) => !custom);
  const smallestFirst = predefined.sort(
    (left, right) => left.permissions.size - right.permissions.size || isHeld(right) - isHeld(left),
  );
  const single = smallestFirst.find((role) => areEnough([role]));
  if (single !== undefined) return [single];
  return areEnough(smallestFirst) ? minimize(smallestFirst.reverse(), areEnough) : [];
}

function hasRule({ tables }: Ruleset, rule: string): boolean {
  return tables.rules.some(({ id }) => id === rule);
}

/** Returns a custom role with the fewest permission sets that are enough, preferring smaller sets. */
function findSmallestCustomRole(ruleset: Ruleset, isEnough: (permissions: readonly string[]) => boolean) {
  const largestFirst = rowsOfProfile(PERMISSION_SETS, ruleset.profile ?? '').sort(
    (left, right) => right.permissions.length - left.permissions.length,
  );
  const permissionsOf = (sets: typeof largestFirst) => [
    ...new Set(sets.flatMap(({ permissions }) => [...permissions])),
  ];
  const sets = [...minimize(largestFirst, (rest) => isEnough(permissionsOf([...rest])))];
  return { permissionSets: sets.map(({ id, name }) => ({ id, name })), permissions: permissionsOf(sets) };
}

/** Returns whether a role has a permission that none of the chosen roles has. */
function isLarger({ permissions }: Role, chosen: readonly Role[]): boolean {
  return [...permissions].some((permission) => !chosen.some((role) => role.permissions.has(permission)));
}

function roleNamesOf(roles: readonly Role[]): string[] {
  return [...new Set(roles.map(({ name }) => name))];
}

/** Returns the members of an access rule that name a scope. */
function scopeMembersOf({ type, ids }: Resource, { tenant = '' }: Principal) {
  return { scopeType: type, scopeId: ids?.[0] ?? tenant };
}

/** Returns the scopes that could cover all uses, narrowest first, ending with the tenant and the system. */
function listCandidateScopes({ tenant = '' }: Principal, uses: readonly Use[]): readonly Resource[] {
  const usedObjects = uses.flatMap(({ lookedUp }) =>
    lookedUp?.found === 'object' && lookedUp.attributes !== undefined ? [lookedUp.attributes.names] : [],
  );
  const [firstNames = {}, ...otherNames] = usedObjects.filter((names) => Object.keys(names).length > 0);
  const sharedScopes = Object.entries(firstNames).filter(([type, ids]) =>
    otherNames.every((names) => ids.every((id) => names[type]?.includes(id) === true)),
  );
  const tenantScope = { type: 'tenant', ids: [tenant] };
  const narrower = sharedScopes.filter(([type]) => type !== 'tenant').map(([type, ids]): Resource => ({ type, ids }));
  return [...narrower.reverse(), tenantScope, SYSTEM_SCOPE];
}

/** Returns whether a scope type is wider than another. The table lists the widest first. */
function isWider(scopeType: string, otherType: string): boolean {
  const rankOf = (type: string) => SCOPE_TYPES.findIndex(({ id }) => id === type);
  return rankOf(scopeType) < rankOf(otherType);
}
