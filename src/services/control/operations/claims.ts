import type { Schema } from '../../../contract/documented.ts';
import type { Operations } from '../../../contract/request.ts';
import { invalidRequest } from '../../../decisions/problem.ts';
import {
  CLAIM_RULES_SETTING,
  type ClaimRule,
  findClaimRulesProblem,
  readClaimRules,
} from '../../../tokens/claim-rules.ts';

function claimRulesView(rules: readonly ClaimRule[]): Schema<'control', 'ClaimRules'> {
  return {
    rules: rules.map(({ set, remove, ...rest }) => ({
      ...rest,
      ...(set && { set }),
      ...(remove && { remove: [...remove] }),
    })),
  };
}

export const claimOperations = {
  get_claim_rules: async ({ store }) => ({
    status: 200,
    body: claimRulesView(await readClaimRules(store)),
  }),
  set_claim_rules: async ({ store, body: { rules } }) => {
    const violation = findClaimRulesProblem(rules);
    if (violation !== null) {
      const field = violation.index === null ? 'rules' : `rules.${violation.index}`;
      throw invalidRequest(`Field \`${field}\` ${violation.why}.`);
    }
    await store.settings.set(CLAIM_RULES_SETTING, JSON.stringify(rules));
    return { status: 200, body: claimRulesView(rules) };
  },
  delete_claim_rules: async ({ store }) => {
    await store.settings.set(CLAIM_RULES_SETTING, '[]');
    return { status: 204 };
  },
} satisfies Partial<Operations<'control'>>;
