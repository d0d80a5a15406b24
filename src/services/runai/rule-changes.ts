import type { Schema } from '../../contract/documented.ts';
import type { AuthenticatedContext, Context } from '../../contract/request.ts';
import { Problem } from '../../decisions/problem.ts';
import { Collision, NotFound } from '../../store/errors.ts';
import {
  ACCESS_RULES,
  type AccessRule,
  createRuleRow,
  LAST_RULE_SETTING,
  readRuleBook,
  rulesOfSubject,
  SUBJECT_TYPES,
  type SubjectType,
} from './access-rules.ts';
import { type Identity, identitiesIn } from './collections/identities.ts';
import { readRoles } from './roles.ts';
import { readScopes, type ScopePath, type Scopes } from './scopes.ts';
import type { ScopeType } from './tables/index.ts';
import { readTenantId } from './tenant.ts';

export type NewRule = Schema<'runai', 'AccessRuleRequest'>;

/** @throws Problem if the role, scope or subject does not exist, or the subject already has the role there */
export async function createRule(context: AuthenticatedContext, newRule: NewRule): Promise<AccessRule> {
  const { store, now } = context;
  const { scopeType, subjectType, clusterId } = newRule;
  const scopes = await readScopes(context);
  const scopeId = resolveScopeId(scopes, scopeType, newRule.scopeId, 'scopeId');
  const storedClusterId = clusterId === undefined ? null : resolveScopeId(scopes, 'cluster', clusterId, 'clusterId');
  const role = (await readRoles(context)).get(newRule.roleId);
  if (role === undefined) throw createNotFoundProblem('roleId', `role \`${newRule.roleId}\` does not exist`);
  if (!role.enabled) {
    throw new Problem('bad_state', `Field \`roleId\`: role \`${role.name}\` is disabled. Enable it first.`);
  }
  const subjectId = await resolveSubject(context, newRule);
  await ACCESS_RULES.sweep(store.collections, now);
  const rule: AccessRule = {
    id: (await store.settings.next(LAST_RULE_SETTING)) + 1,
    subjectId,
    subjectType,
    roleId: role.id,
    scopeId,
    scopeType,
    clusterId: storedClusterId,
    createdBy: context.caller.principal.name,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
  try {
    await ACCESS_RULES.insert(store.collections, createRuleRow(rule, scopes.tenantId), null);
  } catch (thrown) {
    if (!(thrown instanceof Collision)) throw thrown;
    throw new Problem('conflict', `\`${subjectId}\` already has the role \`${role.name}\` in this scope.`);
  }
  return rule;
}

/** Returns the path of a scope. @param field for the error @throws Problem if the scope does not exist */
export function resolveScope(scopes: Scopes, type: ScopeType, id: string, field = 'scopeId'): ScopePath {
  const path = scopes.pathOf(type, id);
  if (path === null) throw createNotFoundProblem(field, `${type} \`${id}\` does not exist`);
  return path;
}

/** Returns the stored id of a scope, from which `id` may differ in case. @throws Problem if the scope does not exist */
function resolveScopeId(scopes: Scopes, type: ScopeType, id: string, field: string): string {
  return resolveScope(scopes, type, id, field).at(-1)?.id ?? id;
}

const KIND_BY_SUBJECT_TYPE: Readonly<Record<Exclude<SubjectType, 'group'>, Identity['kind']>> = {
  user: 'user',
  app: 'application',
  'service-account': 'service-account',
};

/**
 * Returns the subject name of a rule. An account's client id works too, as in the published examples. Any group is
 * accepted, because groups belong to the identity provider.
 *
 * @throws Problem if the subject does not exist
 */
async function resolveSubject({ store }: Context, { subjectType, subjectId }: NewRule): Promise<string> {
  if (subjectType === 'group') return subjectId;
  const identities = identitiesIn(store);
  const kind = KIND_BY_SUBJECT_TYPE[subjectType];
  if ((await identities.byName(kind, subjectId)) !== null) return subjectId;
  const account = await identities.byClientId(kind, subjectId);
  if (account === null) throw createNotFoundProblem('subjectId', `${subjectType} \`${subjectId}\` does not exist`);
  return account.name;
}

function createNotFoundProblem(field: string, message: string): Problem {
  return new Problem('not_found', `Field \`${field}\`: ${message}.`);
}

/** Ends a rule at once. It can still be listed for 30 days. @throws NotFound if the rule is not in force */
export async function endRule({ store, now }: Context, id: number): Promise<void> {
  const tenantId = await readTenantId({ store });
  await ACCESS_RULES.change(store.collections, String(id), ({ body: rule }) => {
    if (rule.deletedAt !== null) throw new NotFound();
    return createEndedRow(rule, tenantId, now);
  });
}

/** Ends the rules of an identity that will be deleted, so that a new identity with this name does not inherit them. */
export async function endRulesOf(context: Context, { kind, name }: Identity): Promise<void> {
  const { store, now } = context;
  const tenantId = await readTenantId(context);
  await store.collections.updating(async (commit) => {
    const rules = rulesOfSubject(await readRuleBook(context), SUBJECT_TYPES[kind], name);
    const ids = new Set(rules.map(({ id }) => String(id)));
    const rows = (await ACCESS_RULES.ofOwner(store.collections, tenantId)).filter(({ id }) => ids.has(id));
    await commit(
      rows.map(({ body, revision }) => ACCESS_RULES.put({ ...createEndedRow(body, tenantId, now), revision })),
    );
  });
}

function createEndedRow(rule: AccessRule, tenantId: string, now: number) {
  return createRuleRow({ ...rule, deletedAt: now, updatedAt: now }, tenantId);
}
