import type { Caller } from '../../decisions/decide.ts';
import { belongToKey } from '../../decisions/policy.ts';
import { createCallerFactory } from '../ngc-keys/key-bearer.ts';
import { RULESETS } from './rulesets.ts';

export { requireAccount } from '../ngc-keys/self-hosted.ts';

export const CALLER_FACTORIES = {
  documented: createCallerFactory(RULESETS.documented),
  'open-source': createCallerFactory(RULESETS['open-source']),
};

/** Returns whether the caller has a token. Unlike a key, a token can be valid for every account. */
export function hasToken({ caller }: { readonly caller: Caller }): boolean {
  return !belongToKey(caller.held);
}
