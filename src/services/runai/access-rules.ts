import type { Arrival } from '../../contract/request.ts';
import type { Surroundings } from '../../contract/world.ts';
import { NO_STANDING, type Rights, type Standing } from '../../core/policy.ts';
import type { ViewKind } from '../../core/views.ts';
import { Collection } from '../../store/collection.ts';
import type { List, Row } from '../../store/collections.ts';
import type { Identity } from './collections/identities.ts';
import { ROLES, type Roles, rolesIn } from './roles.ts';
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
  const tenantId = await tenantIdOf(world);
  return bookIn(world, tenantId, await ACCESS_RULES.listOf(world.store.collections, tenantId));
}

function bookIn({ views }: World, tenantId: string, { rows, revision }: List<AccessRuleRow>): RuleBook {
  return views.of(RULE_BOOK, tenantId, [revision], () => bookOf(rows));
}

const RULE_BOOK: ViewKind<RuleBook> = { weigh: ({ all }) => RULE_BYTES * all.length };

/** The places of a rule in the list and in the map; the rule itself is the body of its row. */
const RULE_BYTES = 200;

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

/**
 * What an identity may do: what its rules grant, each in its own scope, and nothing else. Every request asks for it, so
 * it is made again only when a rule, a role or the groups of the identity have changed.
 */
export async function standingOf(
  world: World & Partial<Witness>,
  identity: Identity,
  tenantId: string,
): Promise<Standing> {
  const { collections } = world.store;
  const rules = await ACCESS_RULES.listOf(collections, tenantId);
  const custom = await ROLES.listOf(collections, tenantId);
  const { kind, name, groups } = identity;
  return world.views.of(STANDINGS, `${kind} ${name}`, [tenantId, rules.revision, custom.revision, ...groups], () => {
    const roles = rolesIn(world, tenantId, custom);
    const own = rulesOf(bookIn(world, tenantId, rules), identity);
    reportOtherRoles(world, own, roles);
    return standingBy(own, roles);
  });
}

const STANDINGS: ViewKind<Standing> = { weigh: ({ bundles }) => STANDING_BYTES * (1 + (bundles?.length ?? 0)) };

/** Size of a standing, and of each of its bundles; they only hold names from tables. */
const STANDING_BYTES = 500;

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
