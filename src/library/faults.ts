import type { Fault, FaultAction, FaultOrder, OperationName } from '../../generated/library.ts';
import { type Call, readAllPages } from './calls.ts';

/** The faults of a world. They never affect the control API. */
export interface FaultsBoard {
  /** Adds a fault. @throws MockError if a part can never match, or isn't possible */
  add(order: FaultOrder): Promise<Fault>;
  /**
   * Makes the next call of an operation fail: `next('grant_token', { status: 503 })`.
   *
   * @param action with `times`: the number of calls. Default: 1. Use `add` for everything else
   */
  next(operation: OperationName, action: FaultAction & { readonly times?: number }): Promise<Fault>;
  /** Oldest first. Only the first fault that matches a request is injected. */
  list(): Promise<readonly Fault[]>;
  get(id: string): Promise<Fault>;
  /** Removes a fault. Doesn't log a warning if it was never injected. */
  remove(id: string): Promise<void>;
  /** Removes all faults. The log warns about those that were never injected. */
  clear(): Promise<void>;
}

/** Creates the methods for faults. */
export function createFaultsBoard(call: Call): FaultsBoard {
  const faultPath = (id: string) => `/faults/${encodeURIComponent(id)}`;
  return {
    add: (order) => call('POST', '/faults', order),
    next: async (operation, actionAndTimes) => {
      const { times = 1, ...action } = checkAction(operation, actionAndTimes);
      return call('POST', '/faults', { match: { operation }, times, do: action });
    },
    list: () => readAllPages(call, 'faults'),
    get: (id) => call('GET', faultPath(id)),
    remove: (id) => call('DELETE', faultPath(id)),
    clear: () => call('DELETE', '/faults'),
  };
}

/**
 * Returns the action after checking both arguments, because a fault without an operation would match every request.
 *
 * @throws TypeError with the expected arguments
 */
function checkAction<Action extends object>(operation: unknown, action: Action): Action {
  if (typeof operation === 'string' && typeof action === 'object' && action !== null) return action;
  throw new TypeError("faults.next takes an operation and an action: `faults.next('grant_token', { status: 503 })`.");
}
