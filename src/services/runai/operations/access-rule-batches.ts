import type { Schema } from '../../../contract/documented.ts';
import type { Operations } from '../../../contract/request.ts';
import { HTTP_STATUS, Problem } from '../../../decisions/problem.ts';
import { NotFound } from '../../../store/errors.ts';
import { messageOf } from '../problem.ts';
import { createRule, endRule, type NewRule, resolveScope } from '../rule-changes.ts';
import { readRuleViewContext, renderRule } from '../rule-view.ts';
import { attributesOfPath, attributesOfScope, readScopes } from '../scopes.ts';
import { findAccessRule } from './access-rules.ts';

interface Failure {
  readonly code: number;
  readonly message: string;
}

/** Processes an entry of a batch. A problem becomes the failure of this entry, and does not affect the others. */
async function processEntry<Result>(process: () => Promise<Result>): Promise<{ result: Result } | Failure> {
  try {
    return { result: await process() };
  } catch (thrown) {
    // Another request may delete the rule after the look-up.
    const problem = thrown instanceof NotFound ? new Problem('not_found') : thrown;
    if (!(problem instanceof Problem)) throw thrown;
    return { code: HTTP_STATUS[problem.kind], message: messageOf(problem) };
  }
}

export const accessRuleBatchOperations = {
  /** Handles `POST /batch`. Authorizes each rule separately. */
  access_rules_batch: async (context) => {
    const { ids, action } = context.body;
    const scopes = await readScopes(context);
    const succeeded: string[] = [];
    const failed: (Failure & { id: string })[] = [];
    for (const id of new Set(ids.map(String))) {
      const outcome = await processEntry(async () => {
        const lookedUp = await findAccessRule(context, id);
        if (lookedUp.found !== 'object') throw new Problem('not_found');
        const rule = lookedUp.target;
        if (!context.mayAccess(attributesOfScope(scopes, rule.scopeType, rule.scopeId))) throw new Problem('forbidden');
        if (action === 'delete') await endRule(context, rule.id);
      });
      if ('result' in outcome) succeeded.push(id);
      else failed.push({ id, ...outcome });
    }
    return { status: 200, body: { id: context.random.uuid(), succeeded, failed } };
  },
  /** Handles `POST /batch-create`. Gives each subject the role in each scope. */
  access_rules_batch_create: async (context) => {
    const { roleId, clusterId, subjects, scopes } = context.body.payload;
    const newRules = subjects.flatMap(({ subjectId, subjectType }) =>
      scopes.map(
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
    const viewContext = await readRuleViewContext(context);
    const succeeded: Schema<'runai', 'AccessRule'>[] = [];
    const failed: (Failure & { payload: NewRule })[] = [];
    for (const newRule of newRules) {
      const outcome = await processEntry(async () => {
        const path = resolveScope(viewContext.scopes, newRule.scopeType, newRule.scopeId);
        if (!context.mayAccess(attributesOfPath(path))) throw new Problem('forbidden');
        return createRule(context, newRule);
      });
      if ('result' in outcome) succeeded.push(renderRule(outcome.result, viewContext));
      else failed.push({ payload: newRule, ...outcome });
    }
    return { status: 200, body: { succeeded, failed } };
  },
} satisfies Partial<Operations<'runai'>>;
