import type { Caller } from '../../core/decide.ts';
import { callerUnder } from '../../kits/ngc/key-bearer.ts';
import { LAWS } from './laws.ts';

/** Callers of keys, by the profile that they are judged under. */
export const CALLERS = { documented: callerUnder(LAWS.documented), 'open-source': callerUnder(LAWS['open-source']) };

/** The NVIDIA Cloud Account of who asks. */
export function accountOf({ caller }: { readonly caller: Caller }): string {
  return caller.principal.account ?? '';
}
