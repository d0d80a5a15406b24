import { rfc3339 } from '../../../core/clock.ts';
import type { Reach } from '../../../core/decide.ts';
import { HTTP_STATUS, Problem } from '../../../core/problem.ts';
import type { Context, Handler, Lookup } from '../../../service.ts';
import { Collision, NotFound } from '../../../store/errors.ts';
import type { Identity } from '../../../store/identities.ts';
import {
  ACCESS_RULES,
  type AccessRule,
  LAST_RULE_SETTING,
  ruleBookOf,
  ruleRow,
  rulesOf,
  rulesOfSubject,
  type SubjectType,
} from '../access-rules.ts';
import { callerOf } from '../context.ts';
import { stillThere } from '../gone.ts';
import { profileOf } from '../laws.ts';
import { type Fields, type ListQuery, paged, selected } from '../lists.ts';
import { SUBJECT_TYPES } from '../mend.ts';
import { messageOf } from '../problem.ts';
import { type Roles, rolesOf } from '../roles.ts';
import { reachOf, type ScopePath, type Scopes, scopesOf } from '../scopes.ts';
import type { ScopeType } from '../tables/index.ts';
import { tenantIdOf } from '../tenant.ts';

/** What a rule is to say. */
interface NewRule {
  readonly subjectId: string;
  readonly subjectType: SubjectType;
  readonly roleId: number;
  readonly scopeId: string;
  readonly scopeType: ScopeType;
  readonly clusterId?: string;
}

/** What a rule is shown by: the names of what it refers to. */
interface Names {
  readonly roles: Roles;
  readonly scopes: Scopes;
  /** 2.19 does not tell a status. */
  readonly withStatus: boolean;
}

async function namesOf(context: Context): Promise<Names> {
  return {
    roles: await rolesOf(context),
    scopes: await scopesOf(context),
    withStatus: profileOf(context.settings) !== '2.19',
  };
}

/** A rule is where its scope is; one whose scope is gone belongs to the tenant. */
function reachOfRule({ scopeType, scopeId }: AccessRule, scopes: Scopes): Reach {
  return reachOf(scopes.path(scopeType, scopeId) ?? (scopes.path('tenant', scopes.tenantId) as ScopePath));
}

const accessRule: Lookup = async (context, id) => {
  const row = await context.store.collections.byId(ACCESS_RULES, id);
  const rule = row?.body as AccessRule | undefined;
  if (rule === undefined || rule.deletedAt !== null) return { seen: 'nothing' };
  return { seen: 'object', target: rule, reach: reachOfRule(rule, await scopesOf(context)) };
};

/** The scope that the body of a new rule names. */
const scopeInBody: Lookup = async (context) => {
  const { scopeType, scopeId } = context.body as NewRule;
  const path = knownScope(await scopesOf(context), scopeType, scopeId);
  return { seen: 'object', target: path, reach: reachOf(path) };
};

export const accessRuleLookups = { accessRule, scopeInBody };

type RuleQuery = ListQuery & {
  readonly includeDeleted?: boolean;
  readonly subjectType?: string;
  readonly subjectIds?: readonly string[];
  readonly subjectIdFilter?: string;
  readonly scopeId?: string;
  readonly scopeType?: string;
  readonly clusterId?: string;
  readonly roleId?: number;
  readonly lastUpdated?: string;
};

/** `GET /api/v1/authorization/access-rules` by default, and at most. */
const PAGE = 50;

/** What the caller may see of the rules that a query asks for. */
async function found(context: Context, names: Names): Promise<AccessRule[]> {
  const query = context.query as RuleQuery;
  const { all } = await ruleBookOf(context);
  const since = query.lastUpdated === undefined ? null : Date.parse(query.lastUpdated);
  const ids = query.subjectIds?.map((id) => id.toLowerCase());
  const seen = all.filter(
    (rule) =>
      (query.includeDeleted === true || rule.deletedAt === null) &&
      fits(query.subjectType, rule.subjectType) &&
      fits(query.scopeType, rule.scopeType) &&
      fits(query.scopeId, rule.scopeId) &&
      fits(query.clusterId, rule.clusterId) &&
      fits(query.roleId, rule.roleId) &&
      (ids === undefined || ids.includes(rule.subjectId.toLowerCase())) &&
      (query.subjectIdFilter === undefined || contains(rule.subjectId, query.subjectIdFilter)) &&
      (since === null || rule.updatedAt >= since) &&
      context.admits(reachOfRule(rule, names.scopes)),
  );
  return selected(seen, query, fieldsOf(names), ['subjectId', 'roleName', 'scopeName']);
}

function fits<Value>(wanted: Value | undefined, value: Value | null): boolean {
  return wanted === undefined || wanted === value;
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

function fieldsOf(names: Names): Fields<AccessRule> {
  return {
    subjectId: { kind: 'text', of: ({ subjectId }) => subjectId },
    subjectType: { kind: 'text', of: ({ subjectType }) => subjectType },
    roleId: { kind: 'number', of: ({ roleId }) => roleId },
    roleName: { kind: 'text', of: (rule) => roleName(rule, names) },
    scopeId: { kind: 'text', of: ({ scopeId }) => scopeId },
    scopeType: { kind: 'text', of: ({ scopeType }) => scopeType },
    scopeName: { kind: 'text', of: (rule) => scopeName(rule, names) },
    createdAt: { kind: 'time', of: ({ createdAt }) => createdAt },
    updatedAt: { kind: 'time', of: ({ updatedAt }) => updatedAt },
    deletedAt: { kind: 'time', of: ({ deletedAt }) => deletedAt },
    createdBy: { kind: 'text', of: ({ createdBy }) => createdBy },
    ...(names.withStatus && { phase: { kind: 'text', of: () => READY.phase } }),
  };
}

const READY = { phase: 'Ready', message: '', details: '' } as const;

function roleName({ roleId }: AccessRule, { roles }: Names): string {
  return roles.get(roleId)?.name ?? '';
}

function scopeName({ scopeType, scopeId }: AccessRule, { scopes }: Names): string {
  return scopes.path(scopeType, scopeId)?.at(-1)?.name ?? '';
}

function shown(rule: AccessRule, names: Names) {
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
    ...(names.withStatus && { status: READY }),
  };
}

const list: Handler = async (context) => {
  const names = await namesOf(context);
  const all = await found(context, names);
  const page = paged(all, context.query as RuleQuery, PAGE);
  return {
    status: 200,
    body: {
      totalRecords: all.length,
      displayRecords: page.length,
      accessRules: page.map((rule) => shown(rule, names)),
    },
  };
};

const count: Handler = async (context) => {
  const all = await found(context, await namesOf(context));
  return { status: 200, body: { count: all.length } };
};

const get: Handler = async (context) => {
  const names = await namesOf(context);
  const rule = targetOf(context);
  const path = names.scopes.path(rule.scopeType, rule.scopeId);
  const scopePath = path === null ? null : path.map(({ name }) => name).join('/');
  return { status: 200, body: { ...shown(rule, names), scopePath } };
};

const create: Handler = async (context) => {
  const rule = await made(context, context.body as NewRule);
  return { status: 201, body: shown(rule, await namesOf(context)) };
};

const remove: Handler = async (context) => {
  await stillThere(ended(context, targetOf(context).id));
  return { status: 204 };
};

function targetOf({ target }: Context): AccessRule {
  return target as AccessRule;
}

/**
 * A new rule, in the store.
 *
 * @throws Problem naming the part that does not exist, or that the subject has the role there already
 */
async function made(context: Context, order: NewRule): Promise<AccessRule> {
  const { store, now } = context;
  const names = await namesOf(context);
  const scopeId = knownScope(names.scopes, order.scopeType, order.scopeId).at(-1)?.id as string;
  if (order.clusterId !== undefined) knownScope(names.scopes, 'cluster', order.clusterId, 'clusterId');
  const role = names.roles.get(order.roleId);
  if (role === undefined) throw unknown('roleId', `there is no role \`${order.roleId}\``);
  if (!role.enabled) throw new Problem('bad_state', `Field \`roleId\`: the role \`${role.name}\` is disabled.`);
  await checkSubject(context, order);
  await store.collections.sweep(ACCESS_RULES, now);
  const rule: AccessRule = {
    id: (await store.settings.next(LAST_RULE_SETTING)) + 1,
    subjectId: order.subjectId,
    subjectType: order.subjectType,
    roleId: role.id,
    scopeId,
    scopeType: order.scopeType,
    clusterId: order.clusterId ?? null,
    createdBy: callerOf(context).principal.name,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
  try {
    await store.collections.insert(ruleRow(rule, names.scopes.tenantId), null);
  } catch (thrown) {
    if (!(thrown instanceof Collision)) throw thrown;
    throw new Problem('conflict', `\`${order.subjectId}\` has the role \`${role.name}\` in this scope already.`);
  }
  return rule;
}

/** @throws Problem for a scope that there is not, naming the field */
function knownScope(scopes: Scopes, type: ScopeType, id: string, field = 'scopeId'): ScopePath {
  const path = scopes.path(type, id);
  if (path === null) throw unknown(field, `there is no ${type} \`${id}\``);
  return path;
}

const KINDS: Readonly<Record<Exclude<SubjectType, 'group'>, Identity['kind']>> = {
  user: 'user',
  app: 'application',
  'service-account': 'service-account',
};

/** Groups are the identity provider's, so any of them may come to exist. */
async function checkSubject({ store }: Context, { subjectType, subjectId }: NewRule): Promise<void> {
  if (subjectType === 'group') return;
  const known = await store.identities.byName(KINDS[subjectType], subjectId);
  if (known === null) throw unknown('subjectId', `there is no ${subjectType} \`${subjectId}\``);
}

function unknown(field: string, what: string): Problem {
  return new Problem('not_found', `Field \`${field}\`: ${what}.`);
}

/** A rule that was deleted can still be listed for a while, and counts no more. @throws NotFound */
async function ended({ store, now, ...context }: Pick<Context, 'store' | 'now'>, id: number): Promise<void> {
  const tenantId = await tenantIdOf({ store, ...context });
  await store.collections.change(ACCESS_RULES, String(id), ({ body }) => {
    const rule = body as AccessRule;
    if (rule.deletedAt !== null) throw new NotFound();
    return ruleRow({ ...rule, deletedAt: now, updatedAt: now }, tenantId);
  });
}

/** The rules of somebody who is deleted end first, so that nobody inherits them with the name. */
export async function endRulesOf(context: Context, { kind, name }: Identity): Promise<void> {
  const { store, now } = context;
  const book = await ruleBookOf(context);
  const tenantId = await tenantIdOf(context);
  const rules = rulesOfSubject(book, SUBJECT_TYPES[kind] as SubjectType, name);
  await store.collections.commit(
    rules.map((rule) => ({ kind: 'put', row: ruleRow({ ...rule, deletedAt: now, updatedAt: now }, tenantId) })),
  );
}

/** What became of one of several. */
interface Failure {
  readonly code: number;
  readonly message: string;
}

/** Problems of one entry do not concern the others. */
async function attempt<Result>(act: () => Promise<Result>): Promise<{ result: Result } | Failure> {
  try {
    return { result: await act() };
  } catch (thrown) {
    const problem = thrown instanceof NotFound ? new Problem('not_found') : thrown;
    if (!(problem instanceof Problem)) throw thrown;
    return { code: HTTP_STATUS[problem.kind], message: messageOf(problem) };
  }
}

/** `POST /batch`: every rule is judged by itself. */
const batch: Handler = async (context) => {
  const { ids, action } = context.body as { ids: (string | number)[]; action: 'delete' | 'validate_delete' };
  const scopes = await scopesOf(context);
  const succeeded: string[] = [];
  const failed: (Failure & { id: string })[] = [];
  for (const id of new Set(ids.map(String))) {
    const outcome = await attempt(async () => {
      const sighting = await accessRule(context, id);
      if (sighting.seen !== 'object') throw new Problem('not_found');
      const rule = sighting.target as AccessRule;
      if (!context.admits(reachOfRule(rule, scopes))) throw new Problem('forbidden');
      if (action === 'delete') await ended(context, rule.id);
    });
    if ('result' in outcome) succeeded.push(id);
    else failed.push({ id, ...outcome });
  }
  return { status: 200, body: { succeeded, failed } };
};

/** `POST /batch-create`: every subject gets the role in every scope. */
const batchCreate: Handler = async (context) => {
  const { payload } = context.body as {
    payload: {
      roleId: number;
      clusterId?: string;
      subjects: Pick<NewRule, 'subjectId' | 'subjectType'>[];
      scopes: Pick<NewRule, 'scopeId' | 'scopeType'>[];
    };
  };
  const { roleId, clusterId, subjects } = payload;
  const orders = subjects.flatMap(({ subjectId, subjectType }) =>
    payload.scopes.map(
      ({ scopeId, scopeType }): NewRule => ({
        subjectId,
        subjectType,
        roleId,
        scopeId,
        scopeType,
        ...(clusterId !== undefined && { clusterId }),
      }),
    ),
  );
  const names = await namesOf(context);
  const succeeded: object[] = [];
  const failed: (Failure & { payload: NewRule })[] = [];
  for (const order of orders) {
    const outcome = await attempt(async () => {
      const path = knownScope(names.scopes, order.scopeType, order.scopeId);
      if (!context.admits(reachOf(path))) throw new Problem('forbidden');
      return made(context, order);
    });
    if ('result' in outcome) succeeded.push(shown(outcome.result, names));
    else failed.push({ payload: order, ...outcome });
  }
  return { status: 200, body: { succeeded, failed } };
};

/** The rules of the caller, and of the groups that they are in. */
async function own(context: Context, names: Names): Promise<AccessRule[]> {
  const identity = await context.store.identities.byId(callerOf(context).principal.id);
  const rules = identity === null ? [] : rulesOf(await ruleBookOf(context), identity);
  const { search } = context.query as ListQuery;
  return selected(rules, { ...(search !== undefined && { search }) }, fieldsOf(names), ['roleName', 'scopeName']);
}

const listOwn: Handler = async (context) => {
  const names = await namesOf(context);
  const all = await own(context, names);
  const page = paged(all, context.query as ListQuery, PAGE);
  const accessRules = page.map((rule) => {
    const { id, subjectId, subjectType, roleId, scopeId, scopeType, clusterId } = rule;
    return {
      ...{ id, subjectId, subjectType, roleId, scopeId, scopeType },
      ...(clusterId !== null && { clusterId }),
      roleName: roleName(rule, names),
      scopeName: scopeName(rule, names),
      tenantId: Number(names.scopes.tenantId),
    };
  });
  return {
    status: 200,
    body: { accessRules: { totalRecords: all.length, displayRecords: page.length, accessRules } },
  };
};

const countOwn: Handler = async (context) => {
  const all = await own(context, await namesOf(context));
  return { status: 200, body: { count: all.length } };
};

export const accessRuleOperations = {
  get_access_rules: list,
  count_access_rules: count,
  create_access_rule: create,
  get_access_rule_by_id: get,
  delete_access_rule_by_id: remove,
  batch_access_rules: batch,
  batch_create_access_rules: batchCreate,
  get_my_access_rules: listOwn,
  count_my_access_rules: countOwn,
};
