import type { Schema } from '../../../contract/documented.ts';
import type { Handler } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import {
  CLAIM_RULES_SETTING,
  type ClaimRule,
  findClaimRulesProblem,
  readClaimRules,
} from '../../../tokens/claim-rules.ts';

/** Renders rules without absent members. */
function claimRulesView(rules: readonly ClaimRule[]): Schema<'control', 'ClaimRules'> {
  return {
    rules: rules.map(({ set, remove, ...rest }) => ({
      ...rest,
      ...(set && { set }),
      ...(remove && { remove: [...remove] }),
    })),
  };
}

const get: Handler<'control', 'get_claim_rules'> = async ({ store }) => ({
  status: 200,
  body: claimRulesView(await readClaimRules(store)),
});

const set: Handler<'control', 'set_claim_rules'> = async ({ store, body: { rules } }) => {
  const violation = findClaimRulesProblem(rules);
  if (violation !== null) {
    const field = violation.index === null ? 'rules' : `rules.${violation.index}`;
    throw new Problem('invalid_request', `Field \`${field}\` ${violation.why}.`);
  }
  await store.settings.set(CLAIM_RULES_SETTING, JSON.stringify(rules));
  return { status: 200, body: claimRulesView(rules) };
};

const remove: Handler<'control', 'delete_claim_rules'> = async ({ store }) => {
  await store.settings.set(CLAIM_RULES_SETTING, '[]');
  return { status: 204 };
};

export const claimOperations = { get_claim_rules: get, set_claim_rules: set, delete_claim_rules: remove };
