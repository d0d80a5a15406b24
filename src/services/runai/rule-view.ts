import type { Schema } from '../../contract/documented.ts';
import type { RequestScope } from '../../contract/world.ts';
import { rfc3339 } from '../../lib/clock.ts';
import type { AccessRule } from './access-rules.ts';
import type { Fields } from './list-filters.ts';
import { type Roles, readRoles } from './roles.ts';
import { profileOf } from './rulesets.ts';
import { readScopes, type Scopes } from './scopes.ts';

export interface RuleViewContext {
  readonly roles: Roles;
  readonly scopes: Scopes;
  /** Whether rules have a status. 2.19 has none. */
  readonly hasStatus: boolean;
}

export async function readRuleViewContext(context: RequestScope): Promise<RuleViewContext> {
  return {
    roles: await readRoles(context),
    scopes: await readScopes(context),
    hasStatus: profileOf(context.settings) !== '2.19',
  };
}

export function createRuleFields(viewContext: RuleViewContext): Fields<AccessRule> {
  return {
    subjectId: { kind: 'text', read: ({ subjectId }) => subjectId },
    subjectType: { kind: 'text', read: ({ subjectType }) => subjectType },
    roleId: { kind: 'number', read: ({ roleId }) => roleId },
    roleName: { kind: 'text', read: (rule) => roleNameOf(rule, viewContext) },
    scopeId: { kind: 'text', read: ({ scopeId }) => scopeId },
    scopeType: { kind: 'text', read: ({ scopeType }) => scopeType },
    scopeName: { kind: 'text', read: (rule) => scopeNameOf(rule, viewContext) },
    createdAt: { kind: 'time', read: ({ createdAt }) => createdAt },
    deletedAt: { kind: 'time', read: ({ deletedAt }) => deletedAt },
    createdBy: { kind: 'text', read: ({ createdBy }) => createdBy },
    ...(viewContext.hasStatus && { phase: { kind: 'text', read: phaseOf } }),
  };
}

/** Returns the phase of a rule. Rules take effect and end at once, so there are no other phases. */
function phaseOf({ deletedAt }: AccessRule) {
  return deletedAt === null ? 'Ready' : 'Deleting';
}

export function roleNameOf({ roleId }: AccessRule, { roles }: RuleViewContext): string {
  return roles.get(roleId)?.name ?? '';
}

export function scopeNameOf({ scopeType, scopeId }: AccessRule, { scopes }: RuleViewContext): string {
  return scopes.pathOf(scopeType, scopeId)?.at(-1)?.name ?? '';
}

export function renderRule(rule: AccessRule, viewContext: RuleViewContext): Schema<'runai', 'AccessRule'> {
  const { createdAt, updatedAt, deletedAt, clusterId, ...rest } = rule;
  return {
    ...rest,
    ...(clusterId !== null && { clusterId }),
    roleName: roleNameOf(rule, viewContext),
    scopeName: scopeNameOf(rule, viewContext),
    createdAt: rfc3339(createdAt),
    updatedAt: rfc3339(updatedAt),
    deletedAt: deletedAt === null ? null : rfc3339(deletedAt),
    tenantId: Number(viewContext.scopes.tenantId),
    ...(viewContext.hasStatus && { status: { phase: phaseOf(rule), message: '', details: '' } }),
  };
}
