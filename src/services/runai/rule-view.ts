import type { Schema } from '../../contract/documented.ts';
import type { Surroundings } from '../../contract/world.ts';
import { rfc3339 } from '../../time/clock.ts';
import type { AccessRule } from './access-rules.ts';
import type { Fields } from './lists.ts';
import { type Roles, rolesOf } from './roles.ts';
import { profileOf } from './rulesets.ts';
import { readScopes, type Scopes } from './scopes.ts';

/** Roles and scopes, to look up their names for rules. */
export interface Names {
  readonly roles: Roles;
  readonly scopes: Scopes;
  /** 2.19 has no status. */
  readonly withStatus: boolean;
}

export async function readNames(context: Pick<Surroundings, 'store' | 'settings'>): Promise<Names> {
  return {
    roles: await rolesOf(context),
    scopes: await readScopes(context),
    withStatus: profileOf(context.settings) !== '2.19',
  };
}

/** Fields to filter and sort rules by. */
export function createFields(names: Names): Fields<AccessRule> {
  return {
    subjectId: { kind: 'text', of: ({ subjectId }) => subjectId },
    subjectType: { kind: 'text', of: ({ subjectType }) => subjectType },
    roleId: { kind: 'number', of: ({ roleId }) => roleId },
    roleName: { kind: 'text', of: (rule) => roleName(rule, names) },
    scopeId: { kind: 'text', of: ({ scopeId }) => scopeId },
    scopeType: { kind: 'text', of: ({ scopeType }) => scopeType },
    scopeName: { kind: 'text', of: (rule) => scopeName(rule, names) },
    createdAt: { kind: 'time', of: ({ createdAt }) => createdAt },
    deletedAt: { kind: 'time', of: ({ deletedAt }) => deletedAt },
    createdBy: { kind: 'text', of: ({ createdBy }) => createdBy },
    ...(names.withStatus && { phase: { kind: 'text', of: phaseOf } }),
  };
}

/** Rules take effect and end at once, so there are no other phases. */
function phaseOf({ deletedAt }: AccessRule) {
  return deletedAt === null ? 'Ready' : 'Deleting';
}

export function roleName({ roleId }: AccessRule, { roles }: Names): string {
  return roles.get(roleId)?.name ?? '';
}

export function scopeName({ scopeType, scopeId }: AccessRule, { scopes }: Names): string {
  return scopes.path(scopeType, scopeId)?.at(-1)?.name ?? '';
}

export function renderRule(rule: AccessRule, names: Names): Schema<'runai', 'AccessRule'> {
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
    ...(names.withStatus && { status: { phase: phaseOf(rule), message: '', details: '' } }),
  };
}
