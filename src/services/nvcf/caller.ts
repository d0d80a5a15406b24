import type { Caller } from '../../core/decide.ts';
import { callerUnder } from '../../ngc-keys/key-bearer.ts';
import { accountOfCaller } from '../../ngc-keys/self-hosted.ts';
import { RULESETS } from './rulesets.ts';

/** Turns keys into callers, for each profile. */
export const CALLERS = {
  documented: callerUnder(RULESETS.documented),
  'open-source': callerUnder(RULESETS['open-source']),
};

interface Called {
  readonly caller: Caller;
}

/** The caller's NVIDIA Cloud Account. @throws Problem if the caller has a token of a client that no account has */
export function accountOf({ caller }: Called): string {
  return accountOfCaller(caller);
}

/** Has the caller a token, which may be for every account? Otherwise it has a key, which is of one. */
export function isToken({ caller }: Called): boolean {
  return caller.heldRights.services === null;
}
