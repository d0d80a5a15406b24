import type { Context } from '../../contract/request.ts';
import type { Caller } from '../../core/decide.ts';

/** Who asks; for operations whose rules are not public. */
export function callerOf({ caller }: Pick<Context, 'caller'>): Caller {
  return caller as Caller;
}
