import type { Schema } from '../../contract/documented.ts';
import type { RequestContext } from '../../contract/request.ts';
import type { ServiceCallers } from '../../contract/service.ts';
import type { RequestScope } from '../../contract/world.ts';
import { type HeldRights, NO_RIGHTS, type Rights } from '../../decisions/policy.ts';
import type { IdentityKind } from '../../decisions/principal.ts';
import { invalidRequest } from '../../decisions/problem.ts';
import { memoize } from '../../lib/memory.ts';
import { Collection } from '../../store/collection.ts';
import type { Collections } from '../../store/collections.ts';
import type { Row } from '../../store/row.ts';
import type { Identity } from './collections/identities.ts';
import { addPredefinedRoles, type CustomRoleRow, ROLES, type Roles, readRoles } from './roles.ts';
import type { SeedRule } from './seed-schema.ts';
import { readTenantId } from './tenant.ts';

export type SubjectType = Schema<'runai', 'AccessRule'>['subjectType'];

export const SUBJECT_TYPES = {
  user: 'user',
  application: 'app',
  'service-account': 'service-account',
} as const satisfies Readonly<Record<IdentityKind, SubjectType>>;

/** The setting that stores the id of the newest access rule. */
export const LAST_RULE_SETTING = 'runai.access-rules.last';

/** An access rule as stored: a subject has a role in a scope. Times are in milliseconds. */
export interface AccessRule extends Omit<SeedRule, 'role'> {
  readonly id: number;
  readonly roleId: number;
  readonly clusterId: string | null;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deletedAt: number | null;
}

export type AccessRuleRow = Row<AccessRule, null>;

/** The access rules of all tenants. The owner of a row is the tenant. */
export const ACCESS_RULES = new Collection<AccessRule>('runai.access-rules');

export interface RuleBook {
  /** Oldest first, deleted rules included. */
  readonly all: readonly AccessRule[];
  /** Rules in force, by subject. */
  readonly bySubject: ReadonlyMap<string, readonly AccessRule[]>;
}

/** How long a deleted rule can still be listed: 30 days. */
const DELETED_RETENTION_MS = 30 * 24 * 3_600_000;

/** Creates the row of a rule. Its alias is unique among the rules in force. */
export function createRuleRow(rule: AccessRule, tenantId: string): AccessRuleRow {
  const { id, deletedAt } = rule;
  return ACCESS_RULES.row({
    id: String(id),
    owner: tenantId,
    parent: null,
    aliases: deletedAt === null ? [createRuleKey(rule, rule.roleId)] : [],
    dueAt: deletedAt === null ? null : deletedAt + DELETED_RETENTION_MS,
    body: rule,
  });
}

/** A subject can have a role in a scope only once. @param role the role id, or the role name in a seed */
export function createRuleKey(
  { subjectType, subjectId, scopeType, scopeId }: Omit<SeedRule, 'role'>,
  role: number | string,
): string {
  // There is only one system scope, so its id is ignored.
  const scope = scopeType === 'system' ? scopeType : `${scopeType}:${scopeId}`;
  return `${createSubjectKey(subjectType, subjectId)}|${role}|${scope}`;
}

/** Creates the key of a subject in `RuleBook.bySubject`. Lower case, because ids are case-insensitive. */
function createSubjectKey(type: SubjectType, id: string): string {
  return `${type}:${id.toLowerCase()}`;
}

export async function readRuleBook(world: Pick<RequestScope, 'store'>): Promise<RuleBook> {
  const tenantId = await readTenantId(world);
  return buildRuleBook(await ACCESS_RULES.ofOwner(world.store.collections, tenantId));
}

/** Indexes rules by subject. Memoized, because every request needs the index and rules seldom change. */
const buildRuleBook = memoize((rows: readonly AccessRuleRow[]): RuleBook => {
  const all = rows.map(({ body }) => body);
  const active = all.filter(({ deletedAt }) => deletedAt === null);
  const bySubject = new Map<string, AccessRule[]>();
  for (const rule of active) {
    const key = createSubjectKey(rule.subjectType, rule.subjectId);
    const rulesOfKey = bySubject.get(key);
    if (rulesOfKey === undefined) bySubject.set(key, [rule]);
    else rulesOfKey.push(rule);
  }
  return { all, bySubject };
});

export function rulesOf({ bySubject }: RuleBook, { kind, name, groups }: Identity): readonly AccessRule[] {
  const keys = [
    createSubjectKey(SUBJECT_TYPES[kind], name),
    ...groups.map((group) => createSubjectKey('group', group)),
  ];
  return keys.flatMap((key) => bySubject.get(key) ?? []);
}

export function rulesOfSubject({ bySubject }: RuleBook, type: SubjectType, id: string): readonly AccessRule[] {
  return bySubject.get(createSubjectKey(type, id)) ?? [];
}

/**
 * Returns the rights of an identity: each access rule grants the permissions of its role in the scope of the rule.
 * Cached until a rule, a role or the identity's groups change, because every request needs them.
 */
export async function readHeldRights(
  world: RequestScope & Partial<Pick<RequestContext, 'hints'>>,
  identity: Identity,
  tenantId: string,
): Promise<HeldRights> {
  const { collections } = world.store;
  const rules = await ACCESS_RULES.ofOwner(collections, tenantId);
  const customRoles = await ROLES.ofOwner(collections, tenantId);
  const book = buildRuleBook(rules);
  const rightsByIdentity = findCachedRights(collections, book, customRoles);
  const key = `${identity.kind} ${identity.name}`;
  const cached = rightsByIdentity.get(key);
  if (cached !== undefined && cached.groups === identity.groups) return cached.held;
  const roles = addPredefinedRoles(world, customRoles);
  const rulesOfIdentity = rulesOf(book, identity);
  // Reports roles that exist only in other versions. A seed may assign them, but they grant nothing in this version.
  for (const { id, roleId, subjectId } of rulesOfIdentity) {
    if (roles.has(roleId) || world.hints === undefined) continue;
    const message = `access rule ${id} assigns role ${roleId} to \`${subjectId}\`; the role does not exist in this version, so the rule grants nothing`;
    world.hints.add('other_version', message);
  }
  const held = combineRights(rulesOfIdentity, roles);
  rightsByIdentity.set(key, { groups: identity.groups, held });
  return held;
}

/** Rights by kind and name of the identity. They also depend on its groups. */
type RightsByIdentity = Map<string, { readonly groups: readonly string[]; readonly held: HeldRights }>;

/** Returns the cached rights of a world; an empty map after its rules or roles have changed. */
function findCachedRights({ made }: Collections, book: RuleBook, custom: readonly CustomRoleRow[]): RightsByIdentity {
  const cached = made.get(book) as { readonly custom: unknown; readonly byIdentity: RightsByIdentity } | undefined;
  if (cached?.custom === custom) return cached.byIdentity;
  const byIdentity: RightsByIdentity = new Map();
  made.set(book, { custom, byIdentity });
  return byIdentity;
}

/** A disabled role grants nothing. */
function combineRights(
  rules: readonly Pick<AccessRule, 'roleId' | 'scopeType' | 'scopeId'>[],
  roles: Roles,
): HeldRights {
  const enabled = rules.flatMap((rule) => {
    const role = roles.get(rule.roleId);
    return role?.enabled === true ? [{ rule, role }] : [];
  });
  const rightsByRule = enabled.map(
    ({ rule, role }): Rights => ({
      permissions: role.permissions,
      resources: [{ type: rule.scopeType, ids: [rule.scopeId] }],
    }),
  );
  return {
    ...NO_RIGHTS,
    roles: [...new Set(enabled.map(({ role }) => role.name))],
    permissions: new Set(enabled.flatMap(({ role }) => [...role.permissions])),
    rightsByRule,
  };
}

/** Simulates a caller that has these roles in the whole tenant, and no other access rules. */
export const roleSimulation: NonNullable<ServiceCallers['hypothetical']> = {
  roles: async (world) => [...(await readRoles(world)).values()].map(({ name }) => name),
  caller: async (world, rights, caller) => {
    if ('policy' in rights) {
      throw invalidRequest('Field `held.scopes` must be omitted: in Run:ai, all rights come from `roles`.');
    }
    const tenant = await readTenantId(world);
    const roles = await readRoles(world);
    const namedRoles = [...roles.values()].filter(({ name }) => rights.roles.includes(name));
    const rules = namedRoles.map(({ id }) => ({ roleId: id, scopeType: 'tenant', scopeId: tenant }) as const);
    return {
      principal: caller?.principal ?? { kind: 'user', id: 'simulated', name: 'simulated', tenant },
      held: combineRights(rules, roles),
    };
  },
};
