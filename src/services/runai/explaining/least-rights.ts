import type { DecisionHelp } from '../../../contract/service.ts';
import type { RequestScope } from '../../../contract/world.ts';
import { isAllowed, minimize } from '../../../decisions/explaining/least-rights.ts';
import { type HeldRights, NO_RIGHTS, type Resource } from '../../../decisions/policy.ts';
import type { Principal } from '../../../decisions/principal.ts';
import { type Ruleset, rowsOfProfile } from '../../../decisions/ruleset.ts';
import type { Use } from '../../../decisions/uses.ts';
import { type AccessRule, readRuleBook, rulesOf, SUBJECT_TYPES } from '../access-rules.ts';
import { identitiesIn } from '../collections/identities.ts';
import { type Role, type Roles, readRoles } from '../roles.ts';
import { profileOf, RULESETS } from '../rulesets.ts';
import { PERMISSION_SETS, SCOPE_TYPES } from '../tables/index.ts';

const SYSTEM_SCOPE: Resource = { type: 'system', ids: ['system'] };

/**
 * Returns the minimal rights of a principal: the predefined role with the fewest permissions, in the narrowest scope
 * that covers every object used, and the smallest sufficient custom role.
 */
export const leastRights: NonNullable<DecisionHelp['leastRights']> = async (world, { principal, caller, uses }) => {
  const ruleset = RULESETS[profileOf(world.settings)];
  const roles = await readRoles(world);
  const heldRules = caller === null ? null : await readHeldRules(world, principal, roles);
  const unrestrictedUses = new Set(selectAllowed(uses, principal, []));
  const restrictedUses = uses.filter((use) => !unrestrictedUses.has(use));
  const smallest = findSmallestRights(restrictedUses, principal, ruleset, roles, heldRules ?? []);
  const { scope } = smallest;
  const scopeId = scope.ids?.[0] ?? principal.tenant ?? '';
  const rules = smallest.roles.map(({ name }) => ({ role: name, scopeType: scope.type, scopeId }));
  const usedRules = findUsedRules(heldRules ?? [], principal, uses);
  return {
    held: heldRules && { roles: roleNamesOf(heldRules.map(({ role }) => role)), rules: heldRules.map(renderRule) },
    smallest: {
      roles: roleNamesOf(smallest.roles),
      rules,
      ...(smallest.customRole !== null && { custom: smallest.customRole }),
    },
    unused: (heldRules ?? []).filter((rule) => !usedRules.includes(rule)).map(({ role }) => role.name),
    broader: usedRules
      .filter(({ role, rule }) => isLarger(role, smallest.roles) || isWider(rule.scopeType, scope.type))
      .map((rule) => ({ what: 'role', held: renderRule(rule), enough: rules[0] ?? null })),
    seedEntry: createSeedOfRules(principal, rules),
    toHeldRights: () => toHeldRights(rightsOfRoles(smallest.roles, scope)),
  };
};

/** `roles` are predefined. `customRole` is null if no right is needed, or this version has no custom roles. */
function findSmallestRights(
  uses: readonly Use[],
  principal: Principal,
  ruleset: Ruleset,
  roles: Roles,
  heldRules: readonly HeldRule[],
) {
  const permissions = ruleset.tables.permissions.map(({ id }) => id);
  // The narrowest scope in which all permissions together would allow the uses.
  const scope =
    listCandidateScopes(principal, uses).find((candidate) =>
      allowsAll(uses, principal, [rightsInScope(permissions, candidate)]),
    ) ?? SYSTEM_SCOPE;
  if (uses.length === 0) return { scope, roles: [], customRole: null };
  return {
    scope,
    roles: findSmallestRoles(roles, heldRules, (someRoles) =>
      allowsAll(uses, principal, rightsOfRoles(someRoles, scope)),
    ),
    customRole: ruleset.tables.rules.some(({ id }) => id === 'create-role')
      ? findSmallestCustomRole(ruleset, (some) => allowsAll(uses, principal, [rightsInScope(some, scope)]))
      : null,
  };
}

function selectAllowed(uses: readonly Use[], principal: Principal, rights: readonly RightsOfRule[]): readonly Use[] {
  const held = toHeldRights(rights);
  return uses.filter((use) => isAllowed(use, principal, held));
}

function allowsAll(uses: readonly Use[], principal: Principal, rights: readonly RightsOfRule[]): boolean {
  const held = toHeldRights(rights);
  return uses.every((use) => isAllowed(use, principal, held));
}

interface RightsOfRule {
  readonly permissions: ReadonlySet<string>;
  readonly scope: Resource;
}

function toHeldRights(rightsByRule: readonly RightsOfRule[]): HeldRights {
  return {
    ...NO_RIGHTS,
    permissions: new Set(rightsByRule.flatMap(({ permissions }) => [...permissions])),
    rightsByRule: rightsByRule.map(({ permissions, scope }) => ({ permissions, resources: [scope] })),
  };
}

function rightsInScope(permissions: Iterable<string>, scope: Resource): RightsOfRule {
  return { permissions: new Set(permissions), scope };
}

function rightsOfRoles(roles: readonly Role[], scope: Resource): readonly RightsOfRule[] {
  return roles.map(({ permissions }) => rightsInScope(permissions, scope));
}

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
  return { permissions: role.permissions, scope: { type: rule.scopeType, ids: [rule.scopeId] } };
}

function renderRule({ rule: { scopeType, scopeId, subjectType, subjectId }, role }: HeldRule) {
  return { role: role.name, scopeType, scopeId, ...(subjectType === 'group' && { group: subjectId }) };
}

/** Returns the fewest held rules that allow as many uses as all of them. Drops the largest roles first. */
function findUsedRules(
  heldRules: readonly HeldRule[],
  principal: Principal,
  uses: readonly Use[],
): readonly HeldRule[] {
  const countAllowed = (rules: readonly HeldRule[]) => selectAllowed(uses, principal, rules.map(rightsOfRule)).length;
  const allowedCount = countAllowed(heldRules);
  const largestFirst = [...heldRules].sort((left, right) => right.role.permissions.size - left.role.permissions.size);
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

function isLarger({ permissions }: Role, chosen: readonly Role[]): boolean {
  return [...permissions].some((permission) => !chosen.some((role) => role.permissions.has(permission)));
}

function roleNamesOf(roles: readonly Role[]): string[] {
  return [...new Set(roles.map(({ name }) => name))];
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

const LISTS_BY_KIND = { user: 'users', application: 'applications', 'service-account': 'serviceAccounts' } as const;

/** Returns a seed for an identity with only these roles. A single role in the whole tenant becomes its `role`. */
function createSeedOfRules(
  { kind, name }: Principal,
  rules: readonly { readonly role: string; readonly scopeType: string; readonly scopeId: string }[],
): Readonly<Record<string, unknown>> {
  // No other kind can have a Run:ai token.
  if (kind !== 'user' && kind !== 'application' && kind !== 'service-account') return {};
  const identifier = kind === 'user' ? { email: name } : { name };
  const [firstRule] = rules;
  const isTenantRole = rules.length === 1 && firstRule?.scopeType === 'tenant';
  const subject = { subjectType: SUBJECT_TYPES[kind], subjectId: name };
  return {
    runai: {
      [LISTS_BY_KIND[kind]]: [{ ...identifier, role: isTenantRole ? firstRule.role : null }],
      ...(!isTenantRole && rules.length > 0 && { accessRules: rules.map((rule) => ({ ...subject, ...rule })) }),
    },
  };
}
