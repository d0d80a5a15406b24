import type {
  AppliedEdit,
  ClaimRule,
  ClockChange,
  ControlCalls,
  Decision,
  Fault,
  FaultAction,
  HttpArchive,
  Info,
  KeyPolicy,
  KeyResource,
  LeastPrivilege,
  OperationEffect,
  OperationName,
  RecordedRequest,
  RecordedTraffic,
  RequestMatch,
  Restored,
  RevokedTokens,
  RotatedKey,
  Snapshot,
  TokenZoo,
  TrafficReport,
  Verification,
} from '../../generated/library.ts';
import type { Cast } from '../contract/cast.ts';
import type { ClientCredentials } from './credentials.ts';
import type { EventStream } from './events.ts';
import type { MadeWorld, WorldOrder } from './worlds.ts';

/** The methods that are calls of the control API, by the `operationId` in its document, which has their types. */
export const METHODS = {
  clock: {
    now: 'get_clock',
    /** Freezes the clock: every request has the same time until the clock is moved or resumed. */
    freeze: 'freeze_clock',
    /** Lets the clock continue from where it stopped, behind real time if necessary. */
    resume: 'resume_clock',
  },
  propagation: {
    get: 'get_propagation',
    /** Affects later edits. Pending edits keep their time. */
    set: 'set_propagation',
  },
  keys: {
    /** Creates a key. Only this response and that of `rotate` contain the key's text. */
    create: 'create_key',
    get: 'get_key',
    /** Oldest first. */
    list: 'list_keys',
    edit: 'update_key',
    /** Gives the key a new text. The old one becomes invalid. */
    rotate: 'rotate_key',
    delete: 'delete_key',
  },
  decisions: { get: 'get_decision' },
  requests: {
    get: 'get_request',
    /** Checks whether these requests arrived, either now or, with `within`, waiting until the result is certain. */
    verify: 'verify_requests',
  },
  clients: {
    /**
     * Creates a client. Only this response contains the secret of a confidential client.
     *
     * @throws MockError if the client exists, or if a redirect URI is invalid
     */
    create: 'create_client',
    /** Oldest first. */
    list: 'list_clients',
    /** Deletes a client and revokes its refresh tokens. */
    delete: 'delete_client',
  },
  faults: {
    /** Adds a fault. @throws MockError if a part can never match, or isn't possible */
    add: 'add_fault',
    /** Oldest first. Only the first fault that matches a request is injected. */
    list: 'list_faults',
    get: 'get_fault',
    /** Removes a fault. Doesn't log a warning if it was never injected. */
    remove: 'remove_fault',
    /** Removes all faults. The log warns about those that were never injected. */
    clear: 'clear_faults',
  },
  worlds: {
    /** The default world first. */
    list: 'list_worlds',
    get: 'get_world',
    /** Deletes a world after running requests finish. The world `default` cannot be deleted. */
    delete: 'delete_world',
  },
  snapshots: { list: 'list_snapshots', get: 'get_snapshot', delete: 'delete_snapshot' },
  tokens: {
    /** Creates any token, valid or not. The mock accepts it unless you change something. */
    mint: 'mint_token',
  },
} as const satisfies Record<string, Record<string, keyof ControlCalls>>;

/** The methods of a part of `METHODS`. */
export type CallsOf<Part extends keyof typeof METHODS> = {
  -readonly [Name in keyof (typeof METHODS)[Part]]: ControlCalls[(typeof METHODS)[Part][Name] & keyof ControlCalls];
};

/** The NGC keys of a world. */
export type KeysCalls = CallsOf<'keys'>;

/** The OAuth clients that users of the world log in with. */
export type ClientsCalls = CallsOf<'clients'>;

/** An edit of a service key that hasn't taken effect yet. */
export interface PendingEdit extends KeyPolicy {
  readonly keyId: string;
}

/** How long the previous policy of an edited service key remains in effect. */
export interface PropagationCalls extends CallsOf<'propagation'> {
  /** Returns the edits that haven't taken effect yet, of one key or of all. */
  pending(keyId?: string): Promise<readonly PendingEdit[]>;
  /** Applies the pending edits of one key, or of all, immediately. @returns the versions in effect */
  apply(keyId?: string): Promise<readonly AppliedEdit[]>;
}

/** The faults of a world. They never affect the control API. */
export interface FaultsCalls extends CallsOf<'faults'> {
  /**
   * Makes the next call of an operation fail: `next('grant_token', { status: 503 })`.
   *
   * @param action with `times`: the number of calls. Default: 1. Use `add` for everything else
   */
  next(operation: OperationName, action: FaultAction & { readonly times?: number }): Promise<Fault>;
}

/** How many requests are expected. Default: at least one. */
export type RequestCount = Omit<Verification, 'match'>;

/** Filters the journal. */
export interface RequestFilter extends Omit<RequestMatch, 'body'> {
  /** Only later requests: the id of a request, or a time by the clock of the world (a Date, or RFC 3339). */
  readonly since?: string | Date;
  /** Only the request with this decision. */
  readonly decision?: string;
}

/** Filters a list of requests. */
export interface ListFilter extends RequestFilter {
  /** Only requests with hints, refused or not. */
  readonly hints?: true;
  /** The maximum number. Default: the whole journal. */
  readonly limit?: number;
}

/**
 * The journal of a world: every request to every service, except the control API. Keeps the newest 2000 refusals and
 * the newest 2000 other requests.
 */
export interface RequestsCalls extends CallsOf<'requests'> {
  /** Newest first. */
  list(filter?: ListFilter): Promise<readonly RecordedRequest[]>;
  /** Returns the matching requests as an HTTP archive. */
  har(filter?: RequestFilter): Promise<HttpArchive>;
}

/** The worlds of the server; the same registry in every world. */
export interface WorldsCalls extends CallsOf<'worlds'> {
  /** Without `id`, the server chooses a random one. */
  create(order?: WorldOrder): Promise<MadeWorld>;
}

/** The snapshots of a world: state, clock, toggle and histories, without decisions. */
export interface SnapshotsCalls extends CallsOf<'snapshots'> {
  /** Saves the current state of the world. */
  take(name?: string): Promise<Snapshot>;
  /** Returns the world to this state, including the clock. @param id a snapshot of this world */
  restore(id: string): Promise<Restored>;
}

/** Tokens for tests. */
export interface TokensCalls extends CallsOf<'tokens'> {
  /** Returns about 45 valid and invalid tokens. @param options.audience an audience for all of them; adds tokens about it */
  zoo(options?: { readonly audience?: string }): Promise<TokenZoo>;
  /**
   * Changes the access tokens and ID tokens that grants issue from now on. It replaces all rules; `[]` removes them.
   *
   * @returns the rules in force; without an argument nothing changes
   * @example
   * await mock.tokens.claims([{ clientId: 'ci-bot', set: { department: 'vision' }, remove: ['groups'] }]);
   */
  claims(rules?: readonly ClaimRule[]): Promise<readonly ClaimRule[]>;
  /**
   * A new key signs from now on.
   *
   * @param options.overlap for how long tokens of the replaced key are accepted, by the world's clock; default: `10m`
   */
  rotateSigningKey(options?: { readonly overlap?: string }): Promise<RotatedKey>;
  /**
   * Ends the logins of a Run:ai identity, and revokes all its tokens. It can get new ones.
   *
   * @param principal an id, a name, an e-mail address or a client id
   * @throws MockError 404 with the nearest name
   */
  revoke(principal: string): Promise<RevokedTokens>;
}

/** Filters a list of decisions. */
export interface DecisionFilter {
  readonly effect?: 'allow' | 'deny';
  /** An id, name, client id or e-mail address. */
  readonly principal?: string;
  readonly operation?: string;
  /** Only later decisions: the id of a decision, or a time by the clock of the world (a Date, or RFC 3339). */
  readonly since?: string | Date;
  /** The maximum number. Default: all. */
  readonly limit?: number;
}

/** Rights that replace a principal's own. Without a principal, they belong to a new key or user. */
export type HypotheticalRights =
  | {
      /** Scopes as in a service key, by id or documented label. */
      readonly scopes: readonly string[];
      readonly resource?: KeyResource | readonly KeyResource[];
      /** Accepts a combination of rights that the documentation rules out. */
      readonly force?: boolean;
    }
  | {
      /** Roles as in a personal key, or of a Run:ai user in the whole tenant. */
      readonly roles: readonly string[];
    };

/** The simulated caller: an existing principal (by id, name, client id or e-mail address), other rights, or both. */
export type Asker =
  | { readonly principal: string; readonly held?: HypotheticalRights }
  | { readonly principal?: never; readonly held: HypotheticalRights };

interface DecisionsCalls extends CallsOf<'decisions'> {
  /** Newest first. */
  list(filter?: DecisionFilter): Promise<readonly Decision[]>;
  /** Returns the newest decision, if any. */
  last(filter?: DecisionFilter): Promise<Decision | undefined>;
  /** Simulates a decision about one request, which is not executed. */
  simulate(accessRequest: Asker & { readonly method: string; readonly path: string }): Promise<Decision>;
  /** Simulates decisions about every operation, of all services or of one. */
  simulate(
    accessRequest: Asker & { readonly operations: '*'; readonly service?: string },
  ): Promise<{ readonly operations: readonly OperationEffect[] }>;
}

interface ClockCalls extends CallsOf<'clock'> {
  /**
   * Moves the clock forward. A frozen clock stays frozen.
   *
   * @param by a duration such as `15m` or `PT15M`, or the next moment at which something happens by itself
   */
  advance(by: string | { readonly to: 'next-event' }): Promise<ClockChange>;
  /**
   * Moves the clock to a time that isn't before now. A frozen clock stays frozen.
   *
   * @param to a Date, or RFC 3339 with an offset
   */
  set(to: Date | string): Promise<ClockChange>;
}

/** The typed control API of a world. Failed calls throw a `MockError` that tells you what to change. */
export interface ControlClient {
  /** Returns version, effective configuration, services and counts. */
  info(): Promise<Info>;
  /** Returns the identities in the world's seed, with credentials and, for Run:ai, tokens that never expire. */
  readCast(): Promise<Cast>;
  /** Returns the world to its seed. The clock shows real time; the journal and decisions are empty. */
  reset(): Promise<void>;
  readonly clock: ClockCalls;
  readonly propagation: PropagationCalls;
  readonly keys: KeysCalls;
  readonly decisions: DecisionsCalls;
  /** The journal: every request to every service. */
  readonly requests: RequestsCalls;
  /** The OAuth clients that users log in with. */
  readonly clients: ClientsCalls;
  /** The faults of the world. */
  readonly faults: FaultsCalls;
  /** Streams the world's events from now on. */
  events(): EventStream;
  /** Returns the uses of each credential and the least rights they need, for all used credentials or for one. */
  leastPrivilege(only?: { readonly principal?: string }): Promise<LeastPrivilege>;
  /**
   * Checks requests and responses against the documents: those in the journal, or those in an HTTP Archive (HAR) of up
   * to 16 MB.
   */
  verifyTraffic(archive?: RecordedTraffic): Promise<TrafficReport>;
  /** The worlds of the server; the same registry in every world. */
  readonly worlds: WorldsCalls;
  readonly snapshots: SnapshotsCalls;
  /**
   * Returns a Run:ai access token.
   *
   * @param who a user in the cast by e-mail address (using their access key, or their password if they have none); an
   * application, a service account or an access key in the cast by name or client id; or your own credentials.
   * Default: the first user in the cast with an access key, its administrator
   * @throws Error with the nearest name in the cast, or with the server's message
   */
  getToken(who?: string | ClientCredentials): Promise<string>;
  /** Test tokens for token verifiers. */
  readonly tokens: TokensCalls;
}
