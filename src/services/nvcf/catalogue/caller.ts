import type { RequestContext } from '../../../contract/request.ts';
import { type Caller, decide } from '../../../decisions/decide.ts';
import { Problem } from '../../../decisions/problem.ts';
import type { Ruleset } from '../../../decisions/ruleset.ts';
import { authenticateKey, createCallerFactory } from '../../ngc-keys/key-bearer.ts';
import { findTokenCaller } from '../../ngc-keys/self-hosted.ts';
import { RULESETS } from './rulesets.ts';
import type { RuleId } from './tables/rules.ts';

export const CALLER_FACTORIES = {
  documented: createCallerFactory(RULESETS.documented),
  'open-source': createCallerFactory(RULESETS['open-source']),
};

export async function authenticateCaller(context: RequestContext): Promise<Caller> {
  if (context.settings.nvcf === 'documented') return CALLER_FACTORIES.documented(await authenticateKey(context));
  return (
    (await findTokenCaller(context, { trustsOtherIssuers: true })) ??
    CALLER_FACTORIES['open-source'](await authenticateKey(context))
  );
}

/** Returns the reason why the key of a request cannot call models; null if it can, or if there is no key. */
export async function findKeyProblem(context: RequestContext): Promise<string | null> {
  const ruleset = RULESETS[context.settings.nvcf];
  try {
    const verdict = decide({ rule: findCallRule(ruleset), ruleset }, await authenticateCaller(context));
    return verdict.effect === 'deny' ? verdict.reason : null;
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    return thrown.reason === 'no_token' ? null : (thrown.reason ?? null);
  }
}

function findCallRule({ tables }: Ruleset) {
  const rule = tables.rules.find(({ id }) => id === ('call-model' satisfies RuleId));
  if (rule === undefined) throw new Error('the rules have no `call-model`');
  return rule;
}
