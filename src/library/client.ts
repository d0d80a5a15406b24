import type { Cast } from '../contract/cast.ts';
import type { DenyReason } from '../core/explaining/reasons.ts';
import { worldPath } from '../core/world-id.ts';
import { type ClientCredentials, tokenRequest } from './credentials.ts';
import type { MadeWorld, Snapshot, SnapshotsBoard, WorldInfo, WorldsBoard } from './worlds.ts';

export type { DenyReason };

/** A decision as the switchboard tells it. */
export interface Decision {
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly service: string;
  readonly operation: string;
  readonly request: { readonly method: string; readonly path: string };
  readonly effect: 'allow' | 'deny';
  readonly principal: Principal | null;
  /** Whom a credential that was not accepted would have stood for. */
  readonly claimed?: Principal;
  readonly rule: string | null;
  /** Why it was refused: a code of `docs/why-was-i-refused.md`. */
  readonly reason: DenyReason | null;
  /** What the rule needs and the caller lacks: all of it. */
  readonly missing?: readonly string[];
  /** Of what the rule needs one, and the caller has none. */
  readonly missingAnyOf?: readonly string[];
  /** Of an answer that was allowed: the scopes or permissions that counted. */
  readonly used?: readonly string[];
  readonly held?: readonly string[];
  readonly roles?: readonly string[];
  readonly accepted?: readonly string[];
  readonly target?: string;
  readonly boundTo?: string;
  /** The world that the credential is of, where it is another one. */
  readonly ofWorld?: string;
  readonly policyVersion?: number;
  readonly pending?: { readonly version: number; readonly effectiveAt: string; readonly effect: 'allow' | 'deny' };
  readonly detail?: string;
  /** The smallest changes that would turn a refusal. */
  readonly fixes: readonly Fix[];
  /** One English sentence. */
  readonly explanation: string;
}

/** Who asked; keys by id, never a secret. */
export interface Principal {
  readonly kind: 'user' | 'application' | 'service-account' | 'personal-key' | 'service-key';
  readonly id: string;
  readonly name: string;
  readonly clientId?: string;
  readonly tenant?: string;
  readonly user?: string;
  readonly org?: string;
  readonly account?: string;
}

/** One change that would turn a refusal, or the first step of it. */
export interface Fix {
  readonly kind: string;
  readonly text: string;
  readonly roles?: readonly string[];
  /** The call that makes the change. */
  readonly request?: { readonly method: string; readonly path: string; readonly body: Record<string, unknown> };
}

/** What a service key counts for; several ids add up. */
export interface KeyResource {
  readonly type: string;
  readonly ids?: readonly string[];
}

/** A key to make. Scopes and resource types by id or by documented label. */
export interface KeyOrder {
  readonly type: 'service' | 'personal';
  readonly name: string;
  readonly services: readonly string[];
  /** Default: the first organisation of the cast. */
  readonly org?: string;
  /** Of service keys. */
  readonly scopes?: readonly string[];
  readonly resource?: KeyResource | readonly KeyResource[];
  /** Of personal keys: whose it is, or the roles of somebody new. */
  readonly user?: string;
  readonly roles?: readonly string[];
  /** RFC 3339. */
  readonly expiresAt?: string;
  /** Stores a combination that the documents rule out. */
  readonly force?: boolean;
}

export interface KeyEdit {
  readonly name?: string;
  readonly services?: readonly string[];
  readonly scopes?: readonly string[];
  readonly resource?: KeyResource | readonly KeyResource[];
  readonly roles?: readonly string[];
  readonly status?: 'active' | 'disabled';
  readonly expiresAt?: string | null;
  readonly force?: boolean;
}

/** One entry of a key's history. */
export interface KeyPolicy {
  readonly version: number;
  readonly recordedAt: string;
  readonly effectiveAt: string;
  readonly scopes: readonly string[];
  readonly resource: unknown;
}

export interface Key {
  readonly id: string;
  readonly name: string;
  readonly type: 'service' | 'personal';
  readonly services: readonly string[];
  readonly status: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  /** In force; null for personal keys. */
  readonly policy: KeyPolicy | null;
  readonly pending: readonly KeyPolicy[];
  readonly history: readonly KeyPolicy[];
  /** Why it can do nothing, in the answer that stored it so. */
  readonly warnings?: readonly string[];
}

/** Something a person should know although no request failed. */
export interface Finding {
  readonly kind: string;
  readonly message: string;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly count: number;
}

/** Something that happens by itself. */
export interface WorldEvent {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly kind: string;
  readonly [detail: string]: unknown;
}

/** How the clock of the mock stands. */
export interface ClockState {
  /** RFC 3339, UTC. */
  readonly now: string;
  /** How far it stands ahead of the real time: an ISO 8601 duration, such as `PT15M`; `-PT15M` behind it. */
  readonly ahead: string;
  /** Does every request have the same time? */
  readonly frozen: boolean;
}

/** The clock, and what is to come. */
export interface ClockReading extends ClockState {
  /** The next events, earliest first, at most 100. */
  readonly upcoming: readonly WorldEvent[];
  /** Are there more than these? */
  readonly more: boolean;
}

/** The clock after a change, and what happened in between. */
export interface ClockChange extends ClockState {
  /** The first events, earliest first, at most 1000. */
  readonly events: readonly WorldEvent[];
  /** Were there more than these? */
  readonly more: boolean;
}

export interface Propagation {
  readonly mode: 'off' | 'fixed' | 'jitter';
  readonly delay: string;
  readonly seed?: string;
}

/** Narrows a list of decisions. */
export interface DecisionFilter {
  readonly effect?: 'allow' | 'deny';
  /** Id, name or client id. */
  readonly principal?: string;
  readonly operation?: string;
  readonly limit?: number;
}

/** The switchboard refused a call: its problem document says what to change. */
export class SwitchboardError extends Error {
  override readonly name = 'SwitchboardError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** @throws TypeError for what is no id, such as a whole snapshot */
function snapshotId(given: string): string {
  if (typeof given === 'string' && given !== '') return given;
  throw new TypeError('restore takes the id of a snapshot: `const { id } = await world.snapshot()`.');
}

/** How the switchboard is reached: over the network, or in process. */
export type Send = (path: string, init?: RequestInit) => Promise<Response>;

/** The switchboard of a world, typed. Every call throws a `SwitchboardError` that says what to change. */
export interface Switchboard {
  /** Version, effective configuration, services and counts. */
  info(): Promise<Record<string, unknown>>;
  readCast(): Promise<Cast>;
  /** The world back to its seed; clock real; decisions and findings empty. */
  reset(): Promise<void>;
  readonly clock: {
    now(): Promise<ClockReading>;
    /**
     * Moves it forward; a frozen one stays frozen.
     *
     * @param by a duration such as `15m` or `PT15M`, or where to: the earliest moment at which something happens by itself
     */
    advance(by: string | { readonly to: 'next-event' }): Promise<ClockChange>;
    /**
     * Moves it to a moment that is not before now; a frozen one stays frozen.
     *
     * @param to a Date, or RFC 3339 with an offset
     */
    set(to: Date | string): Promise<ClockChange>;
    /** From now on every request has the same time, until the clock is moved or resumed. */
    freeze(): Promise<ClockChange>;
    /** It runs on from where it stands, behind the real time where need be. */
    resume(): Promise<ClockChange>;
  };
  readonly propagation: {
    get(): Promise<Propagation>;
    set(change: Partial<Propagation>): Promise<Propagation>;
    /** Pending edits count now: of one key, or of all. */
    flush(keyId?: string): Promise<void>;
  };
  readonly keys: {
    /** The one answer that shows the key's text. */
    create(order: KeyOrder): Promise<Key & { readonly key: string }>;
    list(): Promise<readonly Key[]>;
    get(id: string): Promise<Key>;
    edit(id: string, edit: KeyEdit): Promise<Key>;
    delete(id: string): Promise<void>;
    /** A new text; the old one ends. */
    rotate(id: string): Promise<{ readonly key: string }>;
  };
  readonly decisions: {
    /** Newest first. */
    list(filter?: DecisionFilter): Promise<readonly Decision[]>;
    get(id: string): Promise<Decision>;
    /** The newest, if there is one. */
    last(filter?: DecisionFilter): Promise<Decision | undefined>;
    /** What would be decided, without doing it. */
    simulate(question: {
      readonly principal: string;
      readonly method: string;
      readonly path: string;
    }): Promise<Decision>;
  };
  findings(): Promise<readonly Finding[]>;
  /** The worlds of the server: one registry, whichever world asks. */
  readonly worlds: WorldsBoard;
  readonly snapshots: SnapshotsBoard;
  /** What the world is now, to come back to: short for `snapshots.take`. */
  snapshot(name?: string): Promise<Snapshot>;
  /** The world becomes what it was, clock included: short for `snapshots.restore`. */
  restore(id: string): Promise<{ readonly now: string }>;
  /**
   * An access token of Run:ai.
   *
   * @param who a user of the cast by e-mail (by their access key, or by their password where they have none); an
   * application, a service account or an access key of the cast by name or client id; or credentials of your own.
   * Default: the first user of the cast who has an access key, its administrator
   * @throws Error naming the nearest name of the cast, or with what the server said
   */
  getToken(who?: string | ClientCredentials): Promise<string>;
  /** The rules of a service as data. */
  tables(service: string): Promise<Record<string, unknown>>;
}

/**
 * @param send takes paths below the root of a server, or of a world
 * @param adminToken what the server was started with, where it was
 */
export function switchboard(send: Send, adminToken: string | null = null): Switchboard {
  const answerOf = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const response = await send(`/_mock${path}`, {
      method,
      headers: {
        ...(adminToken !== null && { 'x-mock-admin-token': adminToken }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    const { status } = response;
    throw new SwitchboardError(status, messageOf(await response.text()) ?? `the switchboard answered ${status}`);
  };
  const call = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
    const text = await (await answerOf(method, path, body)).text();
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  };
  const id = (text: string) => encodeURIComponent(text);
  const list = async (filter: DecisionFilter = {}) => {
    const query = new URLSearchParams(
      Object.entries(filter).map(([name, value]) => [name, String(value)] as [string, string]),
    );
    const { decisions } = await call<{ decisions: readonly Decision[] }>('GET', `/decisions?${query}`);
    return decisions;
  };
  const snapshots: SnapshotsBoard = {
    take: (name) => call('POST', '/snapshots', name === undefined ? {} : { name }),
    list: async () => (await call<{ snapshots: readonly Snapshot[] }>('GET', '/snapshots')).snapshots,
    get: (snapshot) => call('GET', `/snapshots/${id(snapshot)}`),
    file: async (snapshot) =>
      new Uint8Array(await (await answerOf('GET', `/snapshots/${id(snapshot)}/file`)).arrayBuffer()),
    restore: async (snapshot) => call('POST', `/snapshots/${id(snapshotId(snapshot))}/restore`),
    delete: (snapshot) => call('DELETE', `/snapshots/${id(snapshot)}`),
  };
  return {
    info: () => call('GET', '/info'),
    readCast: () => call('GET', '/cast'),
    reset: () => call('POST', '/reset'),
    clock: {
      now: () => call('GET', '/clock'),
      advance: (by) => call('POST', '/clock/advance', typeof by === 'object' ? by : { by }),
      set: async (to) => call('POST', '/clock/set', { to: timeText(to) }),
      freeze: () => call('POST', '/clock/freeze'),
      resume: () => call('POST', '/clock/resume'),
    },
    propagation: {
      get: () => call('GET', '/propagation'),
      set: (change) => call('PUT', '/propagation', change),
      flush: (keyId) => call('POST', '/propagation/flush', keyId === undefined ? {} : { keyId }),
    },
    keys: {
      create: (order) => call('POST', '/keys', order),
      list: async () => (await call<{ keys: readonly Key[] }>('GET', '/keys')).keys,
      get: (key) => call('GET', `/keys/${id(key)}`),
      edit: (key, edit) => call('PATCH', `/keys/${id(key)}`, edit),
      delete: (key) => call('DELETE', `/keys/${id(key)}`),
      rotate: (key) => call('POST', `/keys/${id(key)}/rotate`),
    },
    decisions: {
      list,
      get: (decision) => call('GET', `/decisions/${id(decision)}`),
      last: async (filter) => (await list({ ...filter, limit: 1 }))[0],
      simulate: (question) => call('POST', '/decisions/simulate', question),
    },
    findings: async () => (await call<{ findings: readonly Finding[] }>('GET', '/findings')).findings,
    worlds: {
      create: (order = {}) => call<MadeWorld>('POST', '/worlds', order),
      list: async () => (await call<{ worlds: readonly WorldInfo[] }>('GET', '/worlds')).worlds,
      get: (world) => call('GET', `/worlds/${id(world)}`),
      delete: (world) => call('DELETE', `/worlds/${id(world)}`),
    },
    snapshots,
    snapshot: snapshots.take,
    restore: snapshots.restore,
    getToken: async (who) => {
      const [cast, version] = await Promise.all([call<Cast>('GET', '/cast'), runaiVersion(call)]);
      const request = tokenRequest(cast, who, version);
      const response = await send('/api/v1/token', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
      });
      const { accessToken, message } = (await response.json()) as { accessToken?: string; message?: string };
      if (accessToken === undefined) throw new Error(`the mock gave no token: ${message}`);
      return accessToken;
    },
    tables: (service) => call('GET', `/tables/${id(service)}`),
  };
}

/** @throws TypeError for what is neither a text nor a moment */
function timeText(to: Date | string): string {
  if (typeof to === 'string') return to;
  if (typeof to?.getTime === 'function' && !Number.isNaN(to.getTime())) return to.toISOString();
  throw new TypeError('clock.set takes a Date, or a time such as `2030-01-15T12:00:00Z`.');
}

async function runaiVersion(call: (method: string, path: string) => Promise<unknown>): Promise<string> {
  const { configuration } = (await call('GET', '/info')) as { configuration: { runai: { value: string } } };
  return configuration.runai.value;
}

/**
 * The switchboard of a server that runs elsewhere, such as in a container; of its default world, or of another.
 *
 * @param url the root of the server, or of a world: what `worlds.create` tells as `url`
 * @throws TypeError for a URL that is none
 */
export function connect(url: string, { adminToken = null, world }: ConnectOptions = {}): Switchboard {
  if (!/^https?:\/\//.test(url)) throw new TypeError(`connect takes an http or https URL, and got \`${url}\`.`);
  const root = `${url.replace(/\/$/, '')}${world === undefined ? '' : worldPath(encodeURIComponent(world))}`;
  return switchboard((path, init) => fetch(`${root}${path}`, init), adminToken);
}

export interface ConnectOptions {
  /** What the server was started with, where it was. */
  readonly adminToken?: string | null;
  /** The id of a world that is there. Default: that of the URL, or the server's own. */
  readonly world?: string;
}

function messageOf(text: string): string | null {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    return typeof detail === 'string' ? detail : null;
  } catch {
    return null;
  }
}
