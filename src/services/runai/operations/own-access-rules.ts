import type { AuthenticatedContext, Operations } from '../../../contract/request.ts';
import { type AccessRule, readRuleBook, rulesOf } from '../access-rules.ts';
import { identitiesIn } from '../collections/identities.ts';
import { type ListQuery, selectItems, slicePage } from '../lists.ts';
import { createRuleFields, type RuleViewContext, readRuleViewContext, roleNameOf, scopeNameOf } from '../rule-view.ts';

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
