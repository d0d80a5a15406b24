import type { Context } from '../../contract/request.ts';
import type { Caller } from '../../core/decide.ts';
import { callerUnder } from '../../kits/ngc/key-bearer.ts';
import { LAWS } from './laws.ts';

/** Callers of keys, by the profile that they are judged under. */
export const CALLERS = { documented: callerUnder(LAWS.documented), 'open-source': callerUnder(LAWS['open-source']) };

/** Who asks; the rules of the operations that ask for it are not public. */
export function callerOf({ caller }: Context): Caller {
  return caller as Caller;
}

/** The NVIDIA Cloud Account of who asks. */
export function accountOf(context: Context): string {
  return callerOf(context).principal.account ?? '';
}
