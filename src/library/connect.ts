import { CONTROL_CALLS, type ControlCalls, type Decision } from '../../generated/library.ts';
import type { Cast } from '../contract/cast.ts';
import { describeConnectionError, findSchemeError } from '../lib/connection-advice.ts';
import { worldPathOf } from '../lib/world-id.ts';
import { formatQuery, readAllPages, type Send } from './calls.ts';
import { checkMembers, checkObject } from './check-arguments.ts';
import { type CallsOf, type ControlClient, type DecisionFilter, METHODS } from './control-client.ts';
import { getToken } from './credentials.ts';
import { watchEvents } from './events.ts';

/** The control API rejected a call. The message tells you what to change. */
export class MockError extends Error {
  override readonly name = 'MockError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Sends a call in the control API's document, with the parameters in its path, and its body. */
type Invoke = <Id extends keyof ControlCalls>(
  id: Id,
  ...values: Parameters<ControlCalls[Id]>
) => ReturnType<ControlCalls[Id]>;

/** @param send takes paths below a server or a world @param cachedCast of that world; null: read when needed */
export function createControlClient(
  send: Send,
  adminToken: string | null = null,
  cachedCast: (() => Cast) | null = null,
): ControlClient {
  const request = async (method: string, path: string, body?: unknown, init: RequestInit = {}) => {
    const response = await send(`/_mock${path}`, {
      ...init,
      method,
      headers: {
        ...(adminToken !== null && { 'x-mock-admin-token': adminToken }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...init.headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    const { status } = response;
    throw new MockError(status, readErrorMessage(await response.text()) ?? `the control API answered ${status}`);
  };
  const call = async <Result>(method: string, path: string, body?: unknown): Promise<Result> => {
    const text = await (await request(method, path, body)).text();
    // The response has the type given in the control API's document.
    return (text === '' ? undefined : JSON.parse(text)) as Result;
  };
  const invoke: Invoke = (id, ...values) => {
    const { method, path, takesBody, list } = CONTROL_CALLS[id];
    const rest: unknown[] = values;
    const filledPath = path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(String(rest.shift())));
    // More values are ignored, such as those that `map` passes to its callback.
    const answer =
      list === undefined ? call(method, filledPath, takesBody ? rest[0] : undefined) : readAllPages(call, list);
    // The document has the types of all answers.
    return answer as ReturnType<ControlCalls[typeof id]>;
  };
  const methods = createMethods(invoke);
  const readCast = () => call<Cast>('GET', '/cast');
  const listDecisions = (filter: DecisionFilter) => readAllPages<Decision>(call, 'decisions', filter);
  return {
    ...methods,
    info: () => invoke('get_info'),
    readCast,
    reset: () => call('POST', '/reset'),
    clock: {
      ...methods.clock,
      advance: (by) => invoke('advance_clock', typeof by === 'object' ? by : { by }),
      set: async (to) => invoke('set_clock', { to: formatTime(to) }),
    },
    propagation: {
      ...methods.propagation,
      pending: async (keyId) => {
        const selected = keyId === undefined ? await invoke('list_keys') : [await invoke('get_key', keyId)];
        return selected.flatMap(({ id, pending }) => pending.map((version) => ({ keyId: id, ...version })));
      },
      apply: async (keyId) => (await invoke('flush_propagation', keyId === undefined ? {} : { keyId })).flushed,
    },
    decisions: {
      ...methods.decisions,
      list: async (filter = {}) => {
        checkObject(filter, 'decisions.list', "{ effect: 'deny' }");
        return listDecisions(filter);
      },
      last: async (filter = {}) => {
        checkObject(filter, 'decisions.last', "{ effect: 'deny' }");
        return (await listDecisions({ ...filter, limit: 1 }))[0];
      },
      // The request determines which of the documented types it returns.
      simulate: (accessRequest: object) => call<never>('POST', '/decisions/simulate', accessRequest),
    },
    requests: {
      ...methods.requests,
      list: async (filter = {}) => {
        checkObject(filter, 'requests.list', "{ operation: 'grant_token' }");
        return readAllPages(call, 'requests', filter);
      },
      har: async (filter = {}) => {
        checkObject(filter, 'requests.har', "{ operation: 'grant_token' }");
        return call('GET', `/requests/har${formatQuery(filter)}`);
      },
    },
    faults: {
      ...methods.faults,
      next: async (operation, actionAndTimes) => {
        const { times = 1, ...action } = checkAction(operation, actionAndTimes);
        return invoke('add_fault', { match: { operation }, times, do: action });
      },
    },
    events: () =>
      watchEvents((signal) =>
        request('GET', '/events', undefined, { signal, headers: { accept: 'text/event-stream' } }),
      ),
    worlds: {
      ...methods.worlds,
      create: async (order = {}) => {
        checkObject(order, 'worlds.create', "{ id: 'team-a' }");
        return call('POST', '/worlds', order);
      },
    },
    snapshots: {
      ...methods.snapshots,
      take: (name) => invoke('take_snapshot', name === undefined ? {} : { name }),
      restore: async (snapshot) => invoke('restore_snapshot', checkSnapshotId(snapshot)),
    },
    tokens: {
      ...methods.tokens,
      zoo: ({ audience } = {}) => call('GET', `/tokens/zoo${formatQuery({ audience })}`),
      claims: async (rules) =>
        (await (rules === undefined ? invoke('get_claim_rules') : invoke('set_claim_rules', { rules }))).rules,
      rotateSigningKey: (options = {}) => invoke('rotate_signing_key', options),
      revoke: (principal) => invoke('revoke_tokens', { principal }),
    },
    verifyTraffic: (archive = {}) => invoke('check_requests', archive),
    leastPrivilege: async (filter = {}) => {
      checkMembers(filter, ['principal'], 'leastPrivilege', "{ principal: 'nvcf-deployer' }");
      return call('GET', `/least-privilege${formatQuery({ principal: filter.principal })}`);
    },
    getToken: async (who) => getToken(send, cachedCast?.() ?? (await readCast()), await call('GET', '/info'), who),
  };
}

function createMethods(invoke: Invoke): { readonly [Part in keyof typeof METHODS]: CallsOf<Part> } {
  const parts = Object.entries(METHODS).map(([part, ids]) => {
    const methods = Object.entries(ids).map(([name, id]) => [name, invoke.bind(null, id)]);
    return [part, Object.fromEntries(methods)];
  });
  return Object.fromEntries(parts);
}

/** Returns a time as text. @throws TypeError unless it is a string or a valid Date */
function formatTime(to: Date | string): string {
  if (typeof to === 'string') return to;
  if (typeof to?.getTime === 'function' && !Number.isNaN(to.getTime())) return to.toISOString();
  throw new TypeError('clock.set takes a Date, or a time such as `2030-01-15T12:00:00Z`.');
}

/** Returns the id of a snapshot. @throws TypeError unless it is an id (a whole snapshot is a common mistake) */
function checkSnapshotId(id: string): string {
  if (typeof id === 'string' && id !== '') return id;
  throw new TypeError('restore takes the id of a snapshot: `const { id } = await world.snapshots.take()`.');
}

/** Checks both arguments: a fault without an operation would match every request. @throws TypeError */
function checkAction<Action extends object>(operation: unknown, action: Action): Action {
  if (typeof operation === 'string' && typeof action === 'object' && action !== null) return action;
  throw new TypeError("faults.next takes an operation and an action: `faults.next('grant_token', { status: 503 })`.");
}

/** Returns the message in a response of the control API; null if it is another server's. */
function readErrorMessage(text: string): string | null {
  try {
    const { detail }: { detail?: unknown } = JSON.parse(text);
    return typeof detail === 'string' ? detail : null;
  } catch {
    return findSchemeError(text)?.message ?? null;
  }
}

/**
 * Connects to the control API of a server that is already running, for example in a container.
 *
 * @param url the root of the server or of a world (the `url` that `worlds.create` returns)
 * @throws TypeError if the URL is invalid
 */
export function connect(url: string, options: ConnectOptions = {}): ControlClient {
  checkMembers(options, ['adminToken', 'world'], 'connect', "{ world: 'team-a' }");
  const { adminToken = null, world } = options;
  if (!/^https?:\/\//.test(url)) throw new TypeError(`connect takes an http or https URL, but got \`${url}\`.`);
  const root = `${url.replace(/\/$/, '')}${world === undefined ? '' : worldPathOf(encodeURIComponent(world))}`;
  const send: Send = (path, init) =>
    fetch(`${root}${path}`, init).catch((cause: unknown) => {
      // A caller that aborts a call already knows the reason.
      if (init?.signal?.aborted === true) throw cause;
      const { origin } = new URL(root);
      // `fetch` hides the reason in `cause`.
      const advice = describeConnectionError(cause instanceof Error ? cause.cause : null, origin);
      if (advice !== null) throw new Error(`The server on ${origin} ${advice}.`, { cause });
      throw new Error(`No server answers on ${origin}. Is it running, and is this its port?`, { cause });
    });
  return createControlClient(send, adminToken);
}

export interface ConnectOptions {
  /** The admin token of the server, if any. */
  readonly adminToken?: string | null;
  /** The id of an existing world. Default: the world in the URL, or the default world. */
  readonly world?: string;
}
