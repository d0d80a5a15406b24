import type { Caller, Context } from '../../service.ts';

/** Who asks; for operations whose rules are not public. */
export function callerOf({ caller }: Pick<Context, 'caller'>): Caller {
  return caller as Caller;
}
