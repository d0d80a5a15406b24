import type { DecisionHelp } from '../../../contract/service.ts';
import type { Surroundings } from '../../../contract/world.ts';
import { type HeldRights, NO_RIGHTS, type Resource } from '../../../decisions/policy.ts';
import type { Principal } from '../../../decisions/principal.ts';
import { type Ruleset, rowsOf } from '../../../decisions/ruleset.ts';
import type { Use } from '../../../decisions/uses.ts';
import { isAllowed, type LeastRights, minimize } from '../../../explaining/least-rights.ts';
import { type AccessRule, readRuleBook, rulesOf } from '../access-rules.ts';
import { identitiesIn } from '../collections/identities.ts';
import { type Role, type Roles, readRoles } from '../roles.ts';
import { profileOf, RULESETS } from '../rulesets.ts';
import { SUBJECT_TYPES } from '../subjects.ts';
import { PERMISSION_SETS, SCOPE_TYPES } from '../tables/index.ts';
import { ACCESS_RULES_PATH } from './fixes.ts';

export const APPLICATIONS_PATH = '/api/v1/apps';

/** The scope that contains all other scopes. */
const SYSTEM_SCOPE: Resource = { type: 'system', ids: ['system'] };

/**
 * Returns the minimal rights of a principal: the predefined role with the fewest permissions, in the narrowest scope
 * that covers every object used, and the smallest sufficient custom role.
 */
export const leastRights: NonNullable<DecisionHelp['leastRights']> = async (world, { principal, caller, uses }) => {
  const ruleset = RULESETS[profileOf(world.settings)];
  const roles = await readRoles(world);
  const allowedBy = (rules: readonly RightsOfRule[]) =>
    uses.filter((use) => isAllowed(use, principal, toHeldRights(rules)));

  const allPermissions = new Set(ruleset.tables.permissions.map(({ id }) => id));
  const possible = new Set(allowedBy(inScopes(allPermissions, listCandidateScopes(principal, []))));
  const allowedWithoutRights = new Set(allowedBy([]));
  const usesNeedingRights = uses.filter((use) => possible.has(use) && !allowedWithoutRights.has(use));
  const areEnough = (rules: readonly RightsOfRule[]) =>
    usesNeedingRights.every((use) => isAllowed(use, principal, toHeldRights(rules)));

  const scopes = listCandidateScopes(principal, usesNeedingRights);
  const scope = scopes.find((candidate) => areEnough([{ held: allPermissions, scope: candidate }])) ?? SYSTEM_SCOPE;
  const inScope = (permissions: Iterable<string>): RightsOfRule => ({ held: new Set(permissions), scope });
  const rightsInScope = (someRoles: readonly Role[]) => someRoles.map(({ permissions }) => inScope(permissions));

  const held = caller === null ? null : await readHeldRules(world, principal, roles);
  const chosen =
    usesNeedingRights.length === 0
      ? []
      : findSmallestRoles(roles, held ?? [], (some) => areEnough(rightsInScope(some)));
  const rules = chosen.map((role) => ({ role: role.name, ...scopeMembers(scope, principal) }));
  const used = findFewestRules(held ?? [], (some) => allowedBy(some.map(rightsOfRule)).length);
  return {
    held: held && { roles: roleNames(held.map(({ role }) => role)), rules: held.map(renderRule) },
    smallest: {
      roles: roleNames(chosen),
      rules,
      ...(usesNeedingRights.length > 0 &&
        hasRule(ruleset, 'create-role') && {
          custom: findSmallestCustomRole(ruleset, (permissions) => areEnough([inScope(permissions)])),
        }),
    },
    unused: (held ?? []).filter((rule) => !used.includes(rule)).map(({ role }) => role.name),
    broader: used
      .filter(({ role, rule }) => isLarger(role, chosen) || isWider(rule.scopeType, scope.type))
      .map((rule) => ({ what: 'role', held: renderRule(rule), enough: rules[0] ?? null })),
    seed: createSeedOfRules(principal, rules),
    make: hasRule(ruleset, 'create-application')
      ? createApplicationRequests(
          principal,
          chosen.map(({ id }) => ({ roleId: id, ...scopeMembers(scope, principal) })),
        )
      : [],
    beyond: uses.filter((use) => !possible.has(use)),
    heldRights: () => toHeldRights(rightsInScope(chosen)),
  };
};

/** The permissions that an access rule grants, and their scope. */
interface RightsOfRule {
  readonly held: ReadonlySet<string>;
  readonly scope: Resource;
}

function toHeldRights(rightsByRule: readonly RightsOfRule[]): HeldRights {
  return {
    ...NO_RIGHTS,
    held: new Set(rightsByRule.flatMap(({ held }) => [...held])),
    rightsByRule: rightsByRule.map(({ held, scope }) => ({ held, resources: [scope] })),
  };
}

function inScopes(held: ReadonlySet<string>, scopes: readonly Resource[]): readonly RightsOfRule[] {
  return scopes.map((scope) => ({ held, scope }));
}

/** An access rule of the principal, with its role. */
interface HeldRule {
  readonly rule: AccessRule;
  readonly role: Role;
}

async function readHeldRules(world: Surroundings, { id }: Principal, roles: Roles): Promise<readonly HeldRule[]> {
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

/** Returns the fewest held rules that allow as much as all of them. Drops the largest roles first. */
function findFewestRules(
  held: readonly HeldRule[],
  allowed: (rules: readonly HeldRule[]) => number,
): readonly HeldRule[] {
  const all = allowed(held);
  const bySize = [...held].sort((left, right) => right.role.permissions.size - left.role.permissions.size);
  return minimize(bySize, (rest) => allowed(rest) === all);
}

/** Returns the smallest predefined role, or several if no single one is enough. Prefers held roles of the same size. */
function findSmallestRoles(
  roles: Roles,
  held: readonly HeldRule[],
  isEnough: (some: readonly Role[]) => boolean,
): readonly Role[] {
  const isHeld = (role: Role) => Number(held.some((rule) => rule.role.id === role.id));
  const predefined = [...roles.values()].filter(({ custom }) => !custom);
  const smallestFirst = predefined.sort(
    (left, right) => left.permissions.size - right.permissions.size || isHeld(right) - isHeld(left),
  );
  const single = smallestFirst.find((role) => isEnough([role]));
  if (single !== undefined) return [single];
  return isEnough(smallestFirst) ? minimize(smallestFirst.reverse(), isEnough) : [];
}

function hasRule({ tables }: Ruleset, rule: string): boolean {
  return tables.rules.some(({ id }) => id === rule);
}

/** Returns the fewest permission sets, preferring smaller ones. */
function findSmallestCustomRole(ruleset: Ruleset, isEnough: (permissions: readonly string[]) => boolean) {
  const all = rowsOf(PERMISSION_SETS, ruleset.profile ?? '').sort(
    (left, right) => right.permissions.length - left.permissions.length,
  );
  const permissionsOf = (sets: typeof all) => [...new Set(sets.flatMap(({ permissions }) => [...permissions]))];
  const sets = [...minimize(all, (rest) => isEnough(permissionsOf([...rest])))];
  return { permissionSets: sets.map(({ id, name }) => ({ id, name })), permissions: permissionsOf(sets) };
}

function isLarger({ permissions }: Role, chosen: readonly Role[]): boolean {
  return [...permissions].some((permission) => !chosen.some((role) => role.permissions.has(permission)));
}

function roleNames(roles: readonly Role[]): string[] {
  return [...new Set(roles.map(({ name }) => name))];
}

function scopeMembers({ type, ids }: Resource, { tenant = '' }: Principal) {
  return { scopeType: type, scopeId: ids?.[0] ?? tenant };
}

/** Returns the scopes that could cover all uses, narrowest first, ending with the tenant and the system. */
function listCandidateScopes({ tenant = '' }: Principal, uses: readonly Use[]): readonly Resource[] {
  const usedObjects = uses.flatMap(({ lookedUp }) =>
    lookedUp?.found === 'object' && lookedUp.attributes !== undefined ? [lookedUp.attributes.names] : [],
  );
  const [first = {}, ...others] = usedObjects.filter((names) => Object.keys(names).length > 0);
  const shared = Object.entries(first).filter(([type, ids]) =>
    others.every((names) => ids.every((id) => names[type]?.includes(id) === true)),
  );
  const tenantScope = { type: 'tenant', ids: [tenant] };
  const narrower = shared.filter(([type]) => type !== 'tenant').map(([type, ids]): Resource => ({ type, ids }));
  return [...narrower.reverse(), tenantScope, SYSTEM_SCOPE];
}

/** Compares scope types by their order in the table, which lists the widest first. */
function isWider(type: string, other: string): boolean {
  const rank = (scopeType: string) => SCOPE_TYPES.findIndex(({ id }) => id === scopeType);
  return rank(type) < rank(other);
}

/** A role in a scope, as in a seed. */
interface RuleOfSeed {
  readonly role: string;
  readonly scopeType: string;
  readonly scopeId: string;
}

/** Creates an application and its access rules. Not for users: no request can choose a password. */
function createApplicationRequests({ kind, name }: Principal, rules: readonly object[]): LeastRights['make'] {
  if (kind !== 'application') return [];
  const subject = { subjectId: name, subjectType: SUBJECT_TYPES[kind] };
  return [
    { method: 'POST', path: APPLICATIONS_PATH, body: { name } },
    ...rules.map((rule) => ({ method: 'POST' as const, path: ACCESS_RULES_PATH, body: { ...subject, ...rule } })),
  ];
}

const SEED_LISTS = { user: 'users', application: 'applications', 'service-account': 'serviceAccounts' } as const;

/** Returns a seed for an identity with only these rules. A single role in the whole tenant becomes its `role`. */
function createSeedOfRules({ kind, name }: Principal, rules: readonly RuleOfSeed[]) {
  // No other kind can have a Run:ai token.
  if (kind !== 'user' && kind !== 'application' && kind !== 'service-account') return {};
  const identifier = kind === 'user' ? { email: name } : { name };
  const [only] = rules;
  const isWhole = rules.length === 1 && only?.scopeType === 'tenant';
  const subject = { subjectType: SUBJECT_TYPES[kind], subjectId: name };
  return {
    runai: {
      [SEED_LISTS[kind]]: [{ ...identifier, role: isWhole ? only.role : null }],
      ...(!isWhole && rules.length > 0 && { accessRules: rules.map((rule) => ({ ...subject, ...rule })) }),
    },
  };
}
