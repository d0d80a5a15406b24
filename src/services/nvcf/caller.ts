import type { Caller } from '../../core/decide.ts';
import { callerUnder } from '../../ngc-keys/key-bearer.ts';
import { RULESETS } from './rulesets.ts';

/** Turns keys into callers, for each profile. */
export const CALLERS = {
  documented: callerUnder(RULESETS.documented),
  'open-source': callerUnder(RULESETS['open-source']),
};

/** The caller's NVIDIA Cloud Account. */
export function accountOf({ caller }: { readonly caller: Caller }): string {
  return caller.principal.account ?? '';
}
