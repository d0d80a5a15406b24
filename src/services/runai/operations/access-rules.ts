import type { OperationOf } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Lookup, Operations } from '../../../contract/request.ts';
import { invalidRequest } from '../../../decisions/problem.ts';
import { rejectMissing } from '../../../store/errors.ts';
import { ACCESS_RULES, type AccessRule, readRuleBook, rulesOf } from '../access-rules.ts';
import { identitiesIn } from '../collections/identities.ts';
import { parseTime, TIME_REQUIREMENT } from '../list-filters.ts';
import { type ListQuery, selectItems, slicePage } from '../lists.ts';
import { createRule, endRule, type NewRule, resolveScope } from '../rule-changes.ts';
import {
  createRuleFields,
  type RuleViewContext,
  readRuleViewContext,
  renderRule,
  roleNameOf,
  scopeNameOf,
} from '../rule-view.ts';
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

/** Finds the scope of a new rule. */
const scopeInBody: Lookup<ScopePath> = async (context) => {
  // The body is valid here: only operations that create a rule use this look-up.
  const { scopeType, scopeId } = context.body as NewRule;
  const path = resolveScope(await readScopes(context), scopeType, scopeId);
  return { found: 'object', target: path, attributes: attributesOfPath(path) };
};

export const accessRuleLookups = { accessRule: findAccessRule, scopeInBody };

/** The query of the list. The count supports only some of its members. */
type RuleQuery = OperationOf<'runai', 'get_access_rules'>['query'];

/** Returns the rules that match a query and that the caller may see. @throws Problem if a query parameter is invalid */
async function findRules(
  context: AuthenticatedContext,
  query: RuleQuery,
  viewContext: RuleViewContext,
): Promise<AccessRule[]> {
  const { all } = await readRuleBook(context);
  const matchesQuery = createRuleFilter(query);
  const visible = all.filter(
    (rule) =>
      matchesQuery(rule) && context.mayAccess(attributesOfScope(viewContext.scopes, rule.scopeType, rule.scopeId)),
  );
  return selectItems(visible, query, createRuleFields(viewContext), ['subjectId', 'roleName', 'scopeName']);
}

/** Returns a function that tests whether a rule matches the parameters that only this list has. @throws Problem */
function createRuleFilter(query: RuleQuery): (rule: AccessRule) => boolean {
  const updatedSince = parseLastUpdated(query.lastUpdated);
  const subjectIds = query.subjectIds?.map((id) => id.toLowerCase());
  return (rule) =>
    (query.includeDeleted === true || rule.deletedAt === null) &&
    matches(query.subjectType, rule.subjectType) &&
    matches(query.scopeType, rule.scopeType) &&
    matches(query.scopeId?.toLowerCase(), rule.scopeId.toLowerCase()) &&
    matches(query.clusterId?.toLowerCase(), rule.clusterId?.toLowerCase() ?? null) &&
    matches(query.roleId, rule.roleId) &&
    (subjectIds === undefined || subjectIds.includes(rule.subjectId.toLowerCase())) &&
    (query.subjectIdFilter === undefined ||
      rule.subjectId.toLowerCase().includes(query.subjectIdFilter.toLowerCase())) &&
    (updatedSince === null || rule.updatedAt >= updatedSince);
}

/** Parses the query parameter `lastUpdated`; null if it is omitted. @throws Problem if it is not a time */
function parseLastUpdated(lastUpdated: string | undefined): number | null {
  if (lastUpdated === undefined) return null;
  const time = parseTime(lastUpdated);
  if (time === null) {
    throw invalidRequest(`Query parameter \`lastUpdated\` ${TIME_REQUIREMENT}.`);
  }
  return time;
}

/** Returns whether a value is the expected one. @param expected undefined for any value */
function matches<Value>(expected: Value | undefined, value: Value | null): boolean {
  return expected === undefined || expected === value;
}

export const accessRuleOperations = {
  get_access_rules: async (context) => {
    const viewContext = await readRuleViewContext(context);
    const all = await findRules(context, context.query, viewContext);
    const page = slicePage(all, context.query);
    return {
      status: 200,
      body: {
        totalRecords: all.length,
        displayRecords: page.length,
        accessRules: page.map((rule) => renderRule(rule, viewContext)),
      },
    };
  },
  count_access_rules: async (context) => {
    const all = await findRules(context, context.query, await readRuleViewContext(context));
    return { status: 200, body: { count: all.length } };
  },
  create_access_rule: async (context) => {
    const rule = await createRule(context, context.body);
    return { status: 201, body: renderRule(rule, await readRuleViewContext(context)) };
  },
  get_access_rule: async (context: AuthenticatedContext<AccessRule>) => {
    const viewContext = await readRuleViewContext(context);
    const rule = context.target;
    const path = viewContext.scopes.pathOf(rule.scopeType, rule.scopeId);
    const scopePath = path === null ? null : path.map(({ name }) => name).join('/');
    return { status: 200, body: { ...renderRule(rule, viewContext), scopePath } };
  },
  delete_access_rule: async (context: AuthenticatedContext<AccessRule>) => {
    await rejectMissing(endRule(context, context.target.id));
    return { status: 204 };
  },
} satisfies Partial<Operations<'runai'>>;

async function findOwnRules(
  context: AuthenticatedContext,
  { search }: ListQuery,
  viewContext: RuleViewContext,
): Promise<AccessRule[]> {
  const identity = await identitiesIn(context.store).byId(context.caller.principal.id);
  const rules = identity === null ? [] : rulesOf(await readRuleBook(context), identity);
  const query = search === undefined ? {} : { search };
  return selectItems(rules, query, createRuleFields(viewContext), ['roleName', 'scopeName']);
}

export const ownAccessRuleOperations = {
  get_me_access_rules: async (context) => {
    const viewContext = await readRuleViewContext(context);
    const all = await findOwnRules(context, context.query, viewContext);
    const page = slicePage(all, context.query);
    const accessRules = page.map((rule) => {
      const { id, subjectId, subjectType, roleId, scopeId, scopeType, clusterId } = rule;
      return {
        id,
        subjectId,
        subjectType,
        roleId,
        scopeId,
        scopeType,
        ...(clusterId !== null && { clusterId }),
        roleName: roleNameOf(rule, viewContext),
        scopeName: scopeNameOf(rule, viewContext),
        tenantId: Number(viewContext.scopes.tenantId),
      };
    });
    return {
      status: 200,
      body: { accessRules: { totalRecords: all.length, displayRecords: page.length, accessRules } },
    };
  },
  count_me_access_rules: async (context) => {
    const all = await findOwnRules(context, context.query, await readRuleViewContext(context));
    return { status: 200, body: { count: all.length } };
  },
} satisfies Partial<Operations<'runai'>>;
