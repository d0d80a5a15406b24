import type { Fault, FaultAction, FaultOrder, OperationName } from '../../generated/library.ts';
import { type Call, pagesOf } from './calls.ts';

/** The faults of a world. Calls of the control API never fail by them. */
export interface FaultsBoard {
  /** @throws MockError naming the part that can never match, or cannot be done */
  add(order: FaultOrder): Promise<Fault>;
  /**
   * The next call of an operation fails: `next('grant_token', { status: 503 })`.
   *
   * @param action with `times`: the number of calls. Default: 1. `add` takes everything else
   */
  next(operation: OperationName, action: FaultAction & { readonly times?: number }): Promise<Fault>;
  /** Oldest first: only the first one that matches a request is injected. */
  list(): Promise<readonly Fault[]>;
  get(id: string): Promise<Fault>;
  /** That it was never injected is no finding then. */
  remove(id: string): Promise<void>;
  /** Removes all; those that were never injected become findings. */
  clear(): Promise<void>;
}

export function faultsBoard(call: Call): FaultsBoard {
  const one = (id: string) => `/faults/${encodeURIComponent(id)}`;
  return {
    add: (order) => call('POST', '/faults', order),
    next: async (operation, given) => {
      const { times = 1, ...action } = checkedAction(operation, given);
      return call('POST', '/faults', { match: { operation }, times, do: action });
    },
    list: () => pagesOf(call, 'faults'),
    get: (id) => call('GET', one(id)),
    remove: (id) => call('DELETE', one(id)),
    clear: () => call('DELETE', '/faults'),
  };
}

/**
 * Without an operation, it would match every request.
 *
 * @throws TypeError that says what `next` expects
 */
function checkedAction<Action extends object>(operation: unknown, action: Action): Action {
  if (typeof operation === 'string' && typeof action === 'object' && action !== null) return action;
  throw new TypeError(
    "faults.next takes an operation and what happens to it: `faults.next('grant_token', { status: 503 })`.",
  );
}
