import type { Schema } from '../../contract/documented.ts';
import type { Surroundings } from '../../contract/world.ts';
import { rfc3339 } from '../../time/clock.ts';
import type { AccessRule } from './access-rules.ts';
import type { Fields } from './lists.ts';
import { type Roles, readRoles } from './roles.ts';
import { profileOf } from './rulesets.ts';
import { readScopes, type Scopes } from './scopes.ts';

/** Roles and scopes, to look up their names for rules. */
export interface RuleViewContext {
  readonly roles: Roles;
  readonly scopes: Scopes;
  /** 2.19 has no status. */
  readonly hasStatus: boolean;
}

export async function readRuleViewContext(context: Pick<Surroundings, 'store' | 'settings'>): Promise<RuleViewContext> {
  return {
    roles: await readRoles(context),
    scopes: await readScopes(context),
    hasStatus: profileOf(context.settings) !== '2.19',
  };
}

/** Fields to filter and sort rules by. */
export function createRuleFields(names: RuleViewContext): Fields<AccessRule> {
  return {
    subjectId: { kind: 'text', read: ({ subjectId }) => subjectId },
    subjectType: { kind: 'text', read: ({ subjectType }) => subjectType },
    roleId: { kind: 'number', read: ({ roleId }) => roleId },
    roleNameOf: { kind: 'text', read: (rule) => roleName(rule, names) },
    scopeId: { kind: 'text', read: ({ scopeId }) => scopeId },
    scopeType: { kind: 'text', read: ({ scopeType }) => scopeType },
    scopeNameOf: { kind: 'text', read: (rule) => scopeName(rule, names) },
    createdAt: { kind: 'time', read: ({ createdAt }) => createdAt },
    deletedAt: { kind: 'time', read: ({ deletedAt }) => deletedAt },
    createdBy: { kind: 'text', read: ({ createdBy }) => createdBy },
    ...(names.hasStatus && { phase: { kind: 'text', read: phaseOf } }),
  };
}

/** Rules take effect and end at once, so there are no other phases. */
function phaseOf({ deletedAt }: AccessRule) {
  return deletedAt === null ? 'Ready' : 'Deleting';
}

export function roleName({ roleId }: AccessRule, { roles }: RuleViewContext): string {
  return roles.get(roleId)?.name ?? '';
}

export function scopeName({ scopeType, scopeId }: AccessRule, { scopes }: RuleViewContext): string {
  return scopes.pathOf(scopeType, scopeId)?.at(-1)?.name ?? '';
}

export function renderRule(rule: AccessRule, names: RuleViewContext): Schema<'runai', 'AccessRule'> {
  const { createdAt, updatedAt, deletedAt, clusterId, ...rest } = rule;
  return {
    ...rest,
    ...(clusterId !== null && { clusterId }),
    roleName: roleName(rule, names),
    scopeName: scopeName(rule, names),
    createdAt: rfc3339(createdAt),
    updatedAt: rfc3339(updatedAt),
    deletedAt: deletedAt === null ? null : rfc3339(deletedAt),
    tenantId: Number(names.scopes.tenantId),
    ...(names.hasStatus && { status: { phase: phaseOf(rule), message: '', details: '' } }),
  };
}
