import type { OperationOf } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler, Lookup } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { orNotFound } from '../../../ngc-keys/or-not-found.ts';
import { ACCESS_RULES, type AccessRule, readRuleBook } from '../access-rules.ts';
import { parseTime, selectItems, slicePage, TIME_REQUIREMENT } from '../lists.ts';
import { createRule, endRule, type NewRule, resolveScope } from '../rule-changes.ts';
import { createRuleFields, type RuleViewContext, readRuleViewContext, renderRule } from '../rule-view.ts';
import { attributesOfPath, attributesOfScope, readScopes, type ScopePath } from '../scopes.ts';

export const findAccessRule: Lookup<AccessRule> = async (context, id) => {
  const rule = (await ACCESS_RULES.byId(context.store.collections, id))?.body;
  if (rule === undefined || rule.deletedAt !== null) return { found: 'nothing' };
  return {
    found: 'object',
    target: rule,
    attributes: attributesOfScope(await readScopes(context), rule.scopeType, rule.scopeId),
  };
};

/** Looks up the scope of a new rule. */
const findScopeInBody: Lookup<ScopePath> = async (context) => {
  // The body is valid here: only operations that create a rule use this look-up.
  const { scopeType, scopeId } = context.body as NewRule;
  const path = resolveScope(await readScopes(context), scopeType, scopeId);
  return { found: 'object', target: path, attributes: attributesOfPath(path) };
};

export const accessRuleLookups = { accessRule: findAccessRule, scopeInBody: findScopeInBody };

/** The query of the list. The count supports only some of its members. */
type RuleQuery = OperationOf<'runai', 'get_access_rules'>['query'];

const PAGE_SIZE = 50;

/** Returns the rules that match a query and that the caller may see. */
async function findRules(
  context: AuthenticatedContext,
  query: RuleQuery,
  names: RuleViewContext,
): Promise<AccessRule[]> {
  const { all } = await readRuleBook(context);
  const since = query.lastUpdated === undefined ? null : parseTime(query.lastUpdated);
  if (since === null && query.lastUpdated !== undefined) {
    throw new Problem('invalid_request', `Query parameter \`lastUpdated\` ${TIME_REQUIREMENT}.`);
  }
  const ids = query.subjectIds?.map((id) => id.toLowerCase());
  const visible = all.filter(
    (rule) =>
      (query.includeDeleted === true || rule.deletedAt === null) &&
      matches(query.subjectType, rule.subjectType) &&
      matches(query.scopeType, rule.scopeType) &&
      matches(query.scopeId?.toLowerCase(), rule.scopeId.toLowerCase()) &&
      matches(query.clusterId?.toLowerCase(), rule.clusterId?.toLowerCase() ?? null) &&
      matches(query.roleId, rule.roleId) &&
      (ids === undefined || ids.includes(rule.subjectId.toLowerCase())) &&
      (query.subjectIdFilter === undefined || contains(rule.subjectId, query.subjectIdFilter)) &&
      (since === null || rule.updatedAt >= since) &&
      context.mayAccess(attributesOfScope(names.scopes, rule.scopeType, rule.scopeId)),
  );
  return selectItems(visible, query, createRuleFields(names), ['subjectId', 'roleName', 'scopeName']);
}

function matches<Value>(wanted: Value | undefined, value: Value | null): boolean {
  return wanted === undefined || wanted === value;
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}

const list: Handler<'runai', 'get_access_rules'> = async (context) => {
  const names = await readRuleViewContext(context);
  const all = await findRules(context, context.query, names);
  const page = slicePage(all, context.query, PAGE_SIZE);
  return {
    status: 200,
    body: {
      totalRecords: all.length,
      displayRecords: page.length,
      accessRules: page.map((rule) => renderRule(rule, names)),
    },
  };
};

const count: Handler<'runai', 'count_access_rules'> = async (context) => {
  const all = await findRules(context, context.query, await readRuleViewContext(context));
  return { status: 200, body: { count: all.length } };
};

const get: Handler<'runai', 'get_access_rule', AccessRule> = async (context) => {
  const names = await readRuleViewContext(context);
  const rule = context.target;
  const path = names.scopes.pathOf(rule.scopeType, rule.scopeId);
  const scopePath = path === null ? null : path.map(({ name }) => name).join('/');
  return { status: 200, body: { ...renderRule(rule, names), scopePath } };
};

const create: Handler<'runai', 'create_access_rule'> = async (context) => {
  const rule = await createRule(context, context.body);
  return { status: 201, body: renderRule(rule, await readRuleViewContext(context)) };
};

const remove: Handler<'runai', 'delete_access_rule', AccessRule> = async (context) => {
  await orNotFound(endRule(context, context.target.id));
  return { status: 204 };
};

export const accessRuleOperations = {
  get_access_rules: list,
  count_access_rules: count,
  create_access_rule: create,
  get_access_rule: get,
  delete_access_rule: remove,
};
