import type { Caller } from '../../core/decide.ts';
import { callerUnder } from '../../kits/ngc/key-bearer.ts';
import { LAWS } from './laws.ts';

/** Turns keys into callers, for each profile. */
export const CALLERS = { documented: callerUnder(LAWS.documented), 'open-source': callerUnder(LAWS['open-source']) };

/** The caller's NVIDIA Cloud Account. */
export function accountOf({ caller }: { readonly caller: Caller }): string {
  return caller.principal.account ?? '';
}
