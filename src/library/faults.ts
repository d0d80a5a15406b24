import type { Fault, FaultAction, FaultOrder, OperationName } from '../../generated/library.ts';
import type { Call } from './client.ts';
import { pagesOf } from './pages.ts';

/** What goes wrong on purpose in a world. Calls of the switchboard never do. */
export interface FaultsBoard {
  /** @throws SwitchboardError naming what can never match, or what cannot be done */
  add(order: FaultOrder): Promise<Fault>;
  /**
   * The next call of an operation goes wrong: `next('grant_token', { status: 503 })`.
   *
   * @param action with `times`: so many calls. Default: 1. Anything else takes `add`
   */
  next(operation: OperationName, action: FaultAction & { readonly times?: number }): Promise<Fault>;
  /** Oldest first: the first one that strikes a request is the only one. */
  list(): Promise<readonly Fault[]>;
  get(id: string): Promise<Fault>;
  /** If it never struck, that becomes a finding. */
  remove(id: string): Promise<void>;
  /** Removes all. */
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
 * Without an operation, every request would be struck.
 *
 * @throws TypeError saying what `next` takes
 */
function checkedAction<Action extends object>(operation: unknown, action: Action): Action {
  if (typeof operation === 'string' && typeof action === 'object' && action !== null) return action;
  throw new TypeError(
    "faults.next takes an operation and what happens to it: `faults.next('grant_token', { status: 503 })`.",
  );
}
