import type { Schema } from '../../contract/documented.ts';
import type { AuthenticatedContext, Context } from '../../contract/request.ts';
import { Problem } from '../../core/problem.ts';
import { Collision, NotFound } from '../../store/errors.ts';
import { updating } from '../../store/updating.ts';
import {
  ACCESS_RULES,
  type AccessRule,
  LAST_RULE_SETTING,
  ruleBookOf,
  ruleRow,
  rulesOfSubject,
} from './access-rules.ts';
import type { Identity } from './collections/identities.ts';
import { identitiesIn } from './collections/identities.ts';
import { rolesOf } from './roles.ts';
import { type ScopePath, type Scopes, scopesOf } from './scopes.ts';
import { SUBJECT_TYPES, type SubjectType } from './subjects.ts';
import type { ScopeType } from './tables/index.ts';
import { tenantIdOf } from './tenant.ts';

/** The content of a new rule. */
export type NewRule = Schema<'runai', 'AccessRuleRequest'>;

/**
 * Stores a new rule.
 *
 * @throws Problem naming the part that does not exist, or saying that the subject already has the role there
 */
export async function createRule(context: AuthenticatedContext, order: NewRule): Promise<AccessRule> {
  const { store, now } = context;
  const scopes = await scopesOf(context);
  const scopeId = resolveScopeId(scopes, order.scopeType, order.scopeId, 'scopeId');
  const clusterId =
    order.clusterId === undefined ? null : resolveScopeId(scopes, 'cluster', order.clusterId, 'clusterId');
  const role = (await rolesOf(context)).get(order.roleId);
  if (role === undefined) throw notFound('roleId', `there is no role \`${order.roleId}\``);
  if (!role.enabled) throw new Problem('bad_state', `Field \`roleId\`: the role \`${role.name}\` is disabled.`);
  const subjectId = await resolveSubject(context, order);
  await ACCESS_RULES.sweep(store.collections, now);
  const rule: AccessRule = {
    id: (await store.settings.next(LAST_RULE_SETTING)) + 1,
    subjectId,
    subjectType: order.subjectType,
    roleId: role.id,
    scopeId,
    scopeType: order.scopeType,
    clusterId,
    createdBy: context.caller.principal.name,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
  try {
    await ACCESS_RULES.insert(store.collections, ruleRow(rule, scopes.tenantId), null);
  } catch (thrown) {
    if (!(thrown instanceof Collision)) throw thrown;
    throw new Problem('conflict', `\`${subjectId}\` has the role \`${role.name}\` in this scope already.`);
  }
  return rule;
}

/** @throws Problem for an unknown scope, naming the field */
export function resolveScope(scopes: Scopes, type: ScopeType, id: string, field = 'scopeId'): ScopePath {
  const path = scopes.path(type, id);
  if (path === null) throw notFound(field, `there is no ${type} \`${id}\``);
  return path;
}

/** The scope's id as it was created, regardless of the case of `id`. */
function resolveScopeId(scopes: Scopes, type: ScopeType, id: string, field: string): string {
  return resolveScope(scopes, type, id, field).at(-1)?.id ?? id;
}

const KINDS: Readonly<Record<Exclude<SubjectType, 'group'>, Identity['kind']>> = {
  user: 'user',
  app: 'application',
  'service-account': 'service-account',
};

/**
 * The name of a rule's subject; an account's client id, which is its name in the published examples, may stand for it.
 * Groups belong to the identity provider, so any of them may come to exist.
 *
 * @throws Problem for an unknown subject
 */
async function resolveSubject({ store }: Context, { subjectType, subjectId }: NewRule): Promise<string> {
  if (subjectType === 'group') return subjectId;
  const identities = identitiesIn(store);
  const kind = KINDS[subjectType];
  if ((await identities.byName(kind, subjectId)) !== null) return subjectId;
  const account = await identities.byClientId(kind, subjectId);
  if (account === null) throw notFound('subjectId', `there is no ${subjectType} \`${subjectId}\``);
  return account.name;
}

function notFound(field: string, what: string): Problem {
  return new Problem('not_found', `Field \`${field}\`: ${what}.`);
}

/** Ends a rule; it can still be listed for a while, but no longer counts. @throws NotFound */
export async function endRule({ store, now }: Pick<Context, 'store' | 'now'>, id: number): Promise<void> {
  const tenantId = await tenantIdOf({ store });
  await ACCESS_RULES.change(store.collections, String(id), ({ body: rule }) => {
    if (rule.deletedAt !== null) throw new NotFound();
    return endedRuleRow(rule, tenantId, now);
  });
}

/** Ends the rules of an identity before it is deleted, so that nobody inherits them with the name. */
export async function endRulesOf(context: Context, { kind, name }: Identity): Promise<void> {
  const { store, now } = context;
  const tenantId = await tenantIdOf(context);
  await updating(store.collections, async () => {
    const rules = rulesOfSubject(await ruleBookOf(context), SUBJECT_TYPES[kind], name).map(({ id }) => String(id));
    const rows = (await ACCESS_RULES.ofOwner(store.collections, tenantId)).filter(({ id }) => rules.includes(id));
    const ended = rows.map(({ body, revision }) =>
      ACCESS_RULES.put({ ...endedRuleRow(body, tenantId, now), revision }),
    );
    await store.collections.commit(ended);
  });
}

function endedRuleRow(rule: AccessRule, tenantId: string, now: number) {
  return ruleRow({ ...rule, deletedAt: now, updatedAt: now }, tenantId);
}
