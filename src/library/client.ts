import type { ClaimRules, Decision } from '../../generated/library.ts';
import { worldPathOf } from '../addresses/world-id.ts';
import type { Cast } from '../contract/cast.ts';
import { describeConnectionError, findSchemeError } from '../diagnostics/connection-advice.ts';
import { type Call, formatQuery, readAllPages, type Send } from './calls.ts';
import { checkMembers, checkObject } from './check-arguments.ts';
import { createClientsBoard } from './clients.ts';
import { getToken } from './credentials.ts';
import { watchEvents } from './events.ts';
import { createFaultsBoard } from './faults.ts';
import { createKeysBoard, createPropagationBoard } from './keys.ts';
import { createRequestsBoard } from './requests.ts';
import type { DecisionFilter, Switchboard, TokensBoard } from './switchboard.ts';
import type { SnapshotsBoard, WorldsBoard } from './worlds.ts';

/** The control API rejected a call. The message tells you what to change. */
export class MockError extends Error {
  override readonly name = 'MockError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Returns the id of a snapshot. @throws TypeError unless it is an id (a whole snapshot is a common mistake) */
function checkSnapshotId(id: string): string {
  if (typeof id === 'string' && id !== '') return id;
  throw new TypeError('restore takes the id of a snapshot: `const { id } = await world.snapshots.take()`.');
}

/** Sends a request to the control API, and returns the response. @throws MockError if the request is rejected */
type SendRequest = (method: string, path: string, body?: unknown, init?: RequestInit) => Promise<Response>;

/** Creates the function that sends the requests. @param adminToken the admin token of the server; null: none */
function createSendRequest(send: Send, adminToken: string | null): SendRequest {
  return async (method, path, body, init = {}) => {
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
}

/** Creates the function that calls the control API with JSON. */
function createCall(sendRequest: SendRequest): Call {
  return async <Result>(method: string, path: string, body?: unknown): Promise<Result> => {
    const text = await (await sendRequest(method, path, body)).text();
    // The response has the type given in the control API's document.
    return (text === '' ? undefined : JSON.parse(text)) as Result;
  };
}

/**
 * Creates the client of the control API of a world.
 *
 * @param send takes paths below the root of a server or a world
 * @param adminToken the admin token of the server; null: none
 * @param cachedCast returns the cast of that world, which never changes; null: read it when needed
 */
export function createSwitchboard(
  send: Send,
  adminToken: string | null = null,
  cachedCast: (() => Cast) | null = null,
): Switchboard {
  const sendRequest = createSendRequest(send, adminToken);
  const call = createCall(sendRequest);
  const readCast = () => call<Cast>('GET', '/cast');
  const keys = createKeysBoard(call);
  return {
    info: () => call('GET', '/info'),
    readCast,
    reset: () => call('POST', '/reset'),
    clock: {
      now: () => call('GET', '/clock'),
      advance: (by) => call('POST', '/clock/advance', typeof by === 'object' ? by : { by }),
      set: async (to) => call('POST', '/clock/set', { to: formatTime(to) }),
      freeze: () => call('POST', '/clock/freeze'),
      resume: () => call('POST', '/clock/resume'),
    },
    propagation: createPropagationBoard(call, keys),
    keys,
    decisions: createDecisionsBoard(call),
    requests: createRequestsBoard(call),
    faults: createFaultsBoard(call),
    clients: createClientsBoard(call),
    events: () =>
      watchEvents((signal) =>
        sendRequest('GET', '/events', undefined, { signal, headers: { accept: 'text/event-stream' } }),
      ),
    worlds: createWorldsBoard(call),
    snapshots: createSnapshotsBoard(call),
    tokens: createTokensBoard(call),
    verifyTraffic: (archive = {}) => call('POST', '/requests/check', archive),
    leastPrivilege: async (filter = {}) => {
      checkMembers(filter, ['principal'], 'leastPrivilege', "{ principal: 'nvcf-deployer' }");
      return call('GET', `/least-privilege${formatQuery({ principal: filter.principal })}`);
    },
    getToken: async (who) => getToken(send, cachedCast?.() ?? (await readCast()), await call('GET', '/info'), who),
  };
}

/** Creates the methods for decisions. */
function createDecisionsBoard(call: Call): Switchboard['decisions'] {
  const list = async (filter: DecisionFilter = {}) => {
    checkObject(filter, 'decisions.list', "{ effect: 'deny' }");
    return readAllPages<Decision>(call, 'decisions', filter);
  };
  return {
    list,
    get: (decision) => call('GET', `/decisions/${encodeURIComponent(decision)}`),
    last: async (filter = {}) => {
      checkObject(filter, 'decisions.last', "{ effect: 'deny' }");
      return (await list({ ...filter, limit: 1 }))[0];
    },
    // The request determines which of the documented types it returns.
    simulate: (accessRequest: object) => call<never>('POST', '/decisions/simulate', accessRequest),
  };
}

/** Creates the methods for worlds. */
function createWorldsBoard(call: Call): WorldsBoard {
  return {
    create: async (order = {}) => {
      checkObject(order, 'worlds.create', "{ id: 'team-a' }");
      return call('POST', '/worlds', order);
    },
    list: () => readAllPages(call, 'worlds'),
    get: (world) => call('GET', `/worlds/${encodeURIComponent(world)}`),
    delete: (world) => call('DELETE', `/worlds/${encodeURIComponent(world)}`),
  };
}

/** Creates the methods for snapshots. */
function createSnapshotsBoard(call: Call): SnapshotsBoard {
  const snapshotPath = (id: string) => `/snapshots/${encodeURIComponent(id)}`;
  return {
    take: (name) => call('POST', '/snapshots', name === undefined ? {} : { name }),
    list: () => readAllPages(call, 'snapshots'),
    get: (snapshot) => call('GET', snapshotPath(snapshot)),
    restore: async (snapshot) => call('POST', `${snapshotPath(checkSnapshotId(snapshot))}/restore`),
    delete: (snapshot) => call('DELETE', snapshotPath(snapshot)),
  };
}

/** Creates the methods for tokens. */
function createTokensBoard(call: Call): TokensBoard {
  return {
    mint: (order) => call('POST', '/tokens', order),
    zoo: ({ audience } = {}) => call('GET', `/tokens/zoo${formatQuery({ audience })}`),
    claims: async (rules) => {
      const response = rules === undefined ? call('GET', '/tokens/claims') : call('PUT', '/tokens/claims', { rules });
      return ((await response) as ClaimRules).rules;
    },
    rotateSigningKey: (options = {}) => call('POST', '/tokens/rotate-signing-key', options),
    revoke: (principal) => call('POST', '/tokens/revoke', { principal }),
  };
}

/** Returns a time as text. @throws TypeError unless it is a string or a valid Date */
function formatTime(to: Date | string): string {
  if (typeof to === 'string') return to;
  if (typeof to?.getTime === 'function' && !Number.isNaN(to.getTime())) return to.toISOString();
  throw new TypeError('clock.set takes a Date, or a time such as `2030-01-15T12:00:00Z`.');
}

/**
 * Connects to the control API of a server that is already running, for example in a container.
 *
 * @param url the root of the server or of a world (the `url` that `worlds.create` returns)
 * @throws TypeError if the URL is invalid
 */
export function connect(url: string, options: ConnectOptions = {}): Switchboard {
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
  return createSwitchboard(send, adminToken);
}

export interface ConnectOptions {
  /** The admin token of the server, if any. */
  readonly adminToken?: string | null;
  /** The id of an existing world. Default: the world in the URL, or the default world. */
  readonly world?: string;
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
