import type { Caller } from '../../decisions/decide.ts';
import { areOfKey } from '../../decisions/policy.ts';
import { callerUnder } from '../../ngc-keys/key-bearer.ts';
import { RULESETS } from './rulesets.ts';

export { accountOf } from '../../ngc-keys/self-hosted.ts';

/** Turns keys into callers, for each profile. */
export const CALLERS = {
  documented: callerUnder(RULESETS.documented),
  'open-source': callerUnder(RULESETS['open-source']),
};

/** Has the caller a token, which may be for every account? A key is of one. */
export function isToken({ caller }: { readonly caller: Caller }): boolean {
  return !areOfKey(caller.heldRights);
}
