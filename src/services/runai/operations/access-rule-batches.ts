import type { Schema } from '../../../contract/documented.ts';
import type { Handler } from '../../../contract/request.ts';
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

/** Processes one entry. An error does not affect the other entries. */
async function attempt<Result>(act: () => Promise<Result>): Promise<{ result: Result } | Failure> {
  try {
    return { result: await act() };
  } catch (thrown) {
    const problem = thrown instanceof NotFound ? new Problem('not_found') : thrown;
    if (!(problem instanceof Problem)) throw thrown;
    return { code: HTTP_STATUS[problem.kind], message: messageOf(problem) };
  }
}

/** `POST /batch`: authorizes each rule separately. */
const processBatch: Handler<'runai', 'access_rules_batch'> = async (context) => {
  const { ids, action } = context.body;
  const scopes = await readScopes(context);
  const succeeded: string[] = [];
  const failed: (Failure & { id: string })[] = [];
  for (const id of new Set(ids.map(String))) {
    const outcome = await attempt(async () => {
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
};

/** `POST /batch-create`: gives each subject the role in each scope. */
const createBatch: Handler<'runai', 'access_rules_batch_create'> = async (context) => {
  const { payload } = context.body;
  const { roleId, clusterId, subjects } = payload;
  const newRules = subjects.flatMap(({ subjectId, subjectType }) =>
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
  const names = await readRuleViewContext(context);
  const succeeded: Schema<'runai', 'AccessRule'>[] = [];
  const failed: (Failure & { payload: NewRule })[] = [];
  for (const newRule of newRules) {
    const outcome = await attempt(async () => {
      const path = resolveScope(names.scopes, newRule.scopeType, newRule.scopeId);
      if (!context.mayAccess(attributesOfPath(path))) throw new Problem('forbidden');
      return createRule(context, newRule);
    });
    if ('result' in outcome) succeeded.push(renderRule(outcome.result, names));
    else failed.push({ payload: newRule, ...outcome });
  }
  return { status: 200, body: { succeeded, failed } };
};

export const accessRuleBatchOperations = {
  access_rules_batch: processBatch,
  access_rules_batch_create: createBatch,
};
