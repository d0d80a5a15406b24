import type { Arrival } from '../../contract/request.ts';
import type { Surroundings } from '../../contract/world.ts';
import { type Budget, Held } from '../../core/held.ts';
import { NO_STANDING, type Rights, type Standing } from '../../core/policy.ts';
import { Collection } from '../../store/collection.ts';
import type { Row } from '../../store/collections.ts';
import type { Identity } from '../../store/identities.ts';
import { type CustomRoleRow, ROLES, type Roles, rolesOf } from './roles.ts';
import { SUBJECT_TYPES, type SubjectType } from './subjects.ts';
import type { ScopeType } from './tables/index.ts';
import { tenantIdOf } from './tenant.ts';

/** Counter for the ids of access rules. */
export const LAST_RULE_SETTING = 'runai.access-rules.last';

/** An access rule, as stored: a subject has a role in a scope. Times in milliseconds. */
export interface AccessRule {
  readonly id: number;
  readonly subjectId: string;
  readonly subjectType: SubjectType;
  readonly roleId: number;
  readonly scopeId: string;
  readonly scopeType: ScopeType;
  readonly clusterId: string | null;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deletedAt: number | null;
}

export type AccessRuleRow = Row<AccessRule, null>;
export const ACCESS_RULES = new Collection<AccessRule>('runai.access-rules');

/** The rules of the tenant, arranged for lookup. */
export interface RuleBook {
  /** Includes deleted ones; oldest first. */
  readonly all: readonly AccessRule[];
  /** Rules in force, by subject. */
  readonly bySubject: ReadonlyMap<string, readonly AccessRule[]>;
}

/** How long a deleted rule can still be listed: 30 days. */
const DELETED_KEPT_MS = 2_592_000_000;

/** A rule as a row. Among rules in force, a subject has a role in a scope only once. */
export function ruleRow(rule: AccessRule, tenantId: string): AccessRuleRow {
  const { id, deletedAt } = rule;
  return ACCESS_RULES.row({
    id: String(id),
    owner: tenantId,
    parent: null,
    aliases: deletedAt === null ? [aliasOf(rule)] : [],
    dueAt: deletedAt === null ? null : deletedAt + DELETED_KEPT_MS,
    body: rule,
  });
}

function aliasOf({ subjectType, subjectId, roleId, scopeType, scopeId }: AccessRule): string {
  // The whole system is one scope, whatever id it is given.
  const scope = scopeType === 'system' ? scopeType : `${scopeType}:${scopeId}`;
  return `${subjectKey(subjectType, subjectId)}|${roleId}|${scope}`;
}

/** Subjects are found regardless of case, as identities are. */
function subjectKey(type: SubjectType | string, id: string): string {
  return `${type}:${id.toLowerCase()}`;
}

type World = Pick<Surroundings, 'store' | 'views' | 'settings'>;

export async function ruleBookOf(world: World): Promise<RuleBook> {
  const rows = await ACCESS_RULES.ofOwner(world.store.collections, await tenantIdOf(world));
  return world.views.of(rows, bookOf);
}

function bookOf(rows: readonly AccessRuleRow[]): RuleBook {
  const all = rows.map(({ body }) => body);
  const counting = all.filter(({ deletedAt }) => deletedAt === null);
  const bySubject = new Map<string, AccessRule[]>();
  for (const rule of counting) {
    const key = subjectKey(rule.subjectType, rule.subjectId);
    const own = bySubject.get(key);
    if (own === undefined) bySubject.set(key, [rule]);
    else own.push(rule);
  }
  return { all, bySubject };
}

/** The rules of an identity and of the groups it belongs to. */
export function rulesOf({ bySubject }: RuleBook, { kind, name, groups }: Identity): readonly AccessRule[] {
  const keys = [subjectKey(SUBJECT_TYPES[kind], name), ...groups.map((group) => subjectKey('group', group))];
  return keys.flatMap((key) => bySubject.get(key) ?? []);
}

/** The rules that one subject has. */
export function rulesOfSubject({ bySubject }: RuleBook, type: SubjectType, id: string): readonly AccessRule[] {
  return bySubject.get(subjectKey(type, id)) ?? [];
}

interface KnownStanding {
  readonly roleRows: readonly CustomRoleRow[];
  readonly groups: readonly string[];
  readonly standing: Standing;
}

/**
 * What an identity may do: what its rules grant, each in its own scope, and nothing else. Computed once, and again
 * when any rule or role changes, because every request asks for it.
 */
export async function standingOf(
  world: World & Partial<Witness>,
  identity: Identity,
  tenantId: string,
): Promise<Standing> {
  const { collections } = world.store;
  const ruleRows = await ACCESS_RULES.ofOwner(collections, tenantId);
  const roleRows = await ROLES.ofOwner(collections, tenantId);
  const known = world.views.of(ruleRows, standingsOf);
  const before = known.find(identity.id);
  if (before?.roleRows === roleRows && before.groups === identity.groups) return before.standing;
  const roles = await rolesOf(world);
  const rules = rulesOf(world.views.of(ruleRows, bookOf), identity);
  reportOtherRoles(world, rules, roles);
  const standing = standingBy(rules, roles);
  known.keep(identity.id, { roleRows, groups: identity.groups, standing });
  return standing;
}

/** Where to note what a person should know. */
type Witness = Pick<Arrival, 'findings' | 'now'>;

/** A seed may give roles that only other versions have: here they grant nothing. */
function reportOtherRoles({ findings, now }: Partial<Witness>, rules: readonly AccessRule[], roles: Roles): void {
  for (const { id, roleId, subjectId } of rules) {
    if (roles.has(roleId) || findings === undefined || now === undefined) continue;
    const message = `access rule ${id} gives \`${subjectId}\` the role ${roleId}, which this version does not have; it brings nothing`;
    findings.report('other_version', message, now);
  }
}

/** Filled on demand, because every request asks for a standing; a change to any rule makes a new one. */
function standingsOf(_: readonly AccessRuleRow[], budget: Budget): Held<KnownStanding> {
  return new Held(budget, ({ standing }) => STANDING_BYTES * (1 + (standing.bundles?.length ?? 0)));
}

/** Size of a standing, and of each of its bundles; they only hold names from tables. */
const STANDING_BYTES = 500;

/** The standing of somebody who has these roles, by name, in the whole tenant. Unknown ones grant nothing. */
export function standingOfRoles(names: readonly string[], roles: Roles, tenantId: string): Standing {
  const held = [...roles.values()].filter(({ name }) => names.includes(name));
  const rules = held.map(({ id }) => ({ roleId: id, scopeType: 'tenant', scopeId: tenantId }) as const);
  return standingBy(rules, roles);
}

/** A disabled role grants nothing. */
function standingBy(rules: readonly Pick<AccessRule, 'roleId' | 'scopeType' | 'scopeId'>[], roles: Roles): Standing {
  const given = rules.flatMap((rule) => {
    const role = roles.get(rule.roleId);
    return role?.enabled === true ? [{ rule, role }] : [];
  });
  const bundles = given.map(
    ({ rule, role }): Rights => ({
      held: role.permissions,
      resources: [{ type: rule.scopeType, ids: [rule.scopeId] }],
    }),
  );
  return {
    ...NO_STANDING,
    roles: [...new Set(given.map(({ role }) => role.name))],
    held: new Set(given.flatMap(({ role }) => [...role.permissions])),
    bundles,
  };
}
