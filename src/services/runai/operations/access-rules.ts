import type { Context, Handler, Lookup } from '../../../contract/request.ts';
import { ACCESS_RULES, type AccessRule, ruleBookOf } from '../access-rules.ts';
import { stillThere } from '../gone.ts';
import { type ListQuery, paged, selected } from '../lists.ts';
import { ended, knownScope, made, type NewRule, reachOfRule } from '../rule-changes.ts';
import { fieldsOf, type Names, namesOf, shownRule } from '../rule-view.ts';
import { reachOf, scopesOf } from '../scopes.ts';

/** A rule that counts. */
export const accessRule: Lookup = async (context, id) => {
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
      fits(query.scopeId?.toLowerCase(), rule.scopeId.toLowerCase()) &&
      fits(query.clusterId?.toLowerCase(), rule.clusterId?.toLowerCase() ?? null) &&
      fits(query.roleId, rule.roleId) &&
      (ids === undefined || ids.includes(rule.subjectId.toLowerCase())) &&
      (query.subjectIdFilter === undefined || contains(rule.subjectId, query.subjectIdFilter)) &&
      (since === null || rule.updatedAt >= since) &&
      context.mayReach(reachOfRule(rule, names.scopes)),
  );
  return selected(seen, query, fieldsOf(names), ['subjectId', 'roleName', 'scopeName']);
}

function fits<Value>(wanted: Value | undefined, value: Value | null): boolean {
  return wanted === undefined || wanted === value;
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
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
      accessRules: page.map((rule) => shownRule(rule, names)),
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
  return { status: 200, body: { ...shownRule(rule, names), scopePath } };
};

const create: Handler = async (context) => {
  const rule = await made(context, context.body as NewRule);
  return { status: 201, body: shownRule(rule, await namesOf(context)) };
};

const remove: Handler = async (context) => {
  await stillThere(ended(context, targetOf(context).id));
  return { status: 204 };
};

function targetOf({ target }: Context): AccessRule {
  return target as AccessRule;
}

export const accessRuleOperations = {
  get_access_rules: list,
  count_access_rules: count,
  create_access_rule: create,
  get_access_rule_by_id: get,
  delete_access_rule_by_id: remove,
};
