import type { Call } from './client.ts';
import type { OperationName } from './names.ts';
import { pagesOf } from './pages.ts';
import type { RequestMatch } from './requests.ts';

/** What a fault does. Durations are such as `2s`. */
export interface FaultAction {
  /**
   * An error, in the vendor's own form. The documents must know it for every operation that the fault can strike, unless
   * `offDocument` is true.
   */
  readonly status?: number;
  readonly offDocument?: boolean;
  /** The header `Retry-After`: seconds, or a duration. */
  readonly retryAfter?: number | string;
  /** How long the request waits, by the machine's clock; at most 5 minutes. */
  readonly delay?: string | { readonly min: string; readonly max: string };
  /** Breaks the connection: before the answer, in its headers, or in its body. */
  readonly drop?: 'before' | 'headers' | 'body';
  /** Spoils the body; what arrives is still well-formed HTTP. */
  readonly body?: 'empty' | 'truncated' | 'garbage' | 'slow';
  /** Does first what was asked for. */
  readonly after?: boolean;
}

/** Which requests a fault strikes. */
export interface FaultMatch extends RequestMatch {
  /** How often it strikes, from above 0 to 1, by a sequence that `seed` determines. Default: 1. */
  readonly probability?: number;
  /** Default: `1`. */
  readonly seed?: string;
}

/** Which requests go wrong, and how. */
export interface FaultOrder {
  /** Default: every request. */
  readonly match?: FaultMatch;
  /** How often at most. Default: as often as there are requests. */
  readonly times?: number;
  /** How many requests that match it lets pass first. Default: 0. */
  readonly after?: number;
  readonly do: FaultAction;
}

/** A fault, with what has become of it. Times are RFC 3339 in UTC, by the clock of the world. */
export interface Fault {
  /** As in `x-mock-fault`, and as `fault` of a request. */
  readonly id: string;
  readonly createdAt: string;
  readonly match: FaultMatch & {
    /** One of these, in faults of drills. */
    readonly operations?: readonly OperationName[];
  };
  /** Null: as often as there are requests. */
  readonly times: number | null;
  readonly after: number;
  readonly do: Omit<FaultAction, 'offDocument' | 'retryAfter'> & {
    /** Seconds, or as many as are left until the fault ends. */
    readonly retryAfter?: number | 'end';
  };
  /** When it ends; null: it stays until it is removed. */
  readonly until: string | null;
  /** The drill that it is part of. */
  readonly drill: string | null;
  /** How many requests matched. */
  readonly seen: number;
  /** How many it struck. */
  readonly fired: number;
  /** The id of the fault that struck in its place, the last time that one did; null if none did. */
  readonly shadowedBy: string | null;
  /** How sure it is that the vendor answers with this status; only in the answer to `add`. */
  readonly certainty?: 'documented' | 'inferred';
}

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
