import type { Cast } from '../contract/cast.ts';
import type { DenyReason } from '../core/explaining/reasons.ts';
import type { PrincipalKind } from '../core/principal.ts';
import type { ClientCredentials } from './credentials.ts';
import type { DrillsBoard } from './drills.ts';
import type { EventStream } from './events.ts';
import type { FaultsBoard } from './faults.ts';
import type { FidelityReport } from './fidelity.ts';
import type { LeastPrivilege, Mode } from './least-privilege.ts';
import type { RequestsBoard } from './requests.ts';
import type { Simulate } from './simulation.ts';
import type { TokensBoard } from './tokens.ts';
import type { Snapshot, SnapshotsBoard, WorldsBoard } from './worlds.ts';

/** How the switchboard is reached: over the network, or in process. */
export type Send = (path: string, init?: RequestInit) => Promise<Response>;

/** A decision as the switchboard shows it. */
export interface Decision {
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly service: string;
  readonly operation: string;
  readonly request: { readonly method: string; readonly path: string };
  readonly effect: 'allow' | 'deny';
  readonly principal: Principal | null;
  /** Whom a rejected credential would have stood for. */
  readonly claimed?: Principal;
  readonly rule: string | null;
  /** Why it was refused: a code from `docs/reference/why-was-i-refused.md`. */
  readonly reason: DenyReason | null;
  /** The refusal was only recorded, and the request went on: its world observes. */
  readonly enforced?: false;
  /** Everything that the rule needs and the caller lacks. */
  readonly missing?: readonly string[];
  /** Of these the rule needs one, and the caller has none. */
  readonly missingAnyOf?: readonly string[];
  /** For an answer that was allowed: the scopes or permissions that counted. */
  readonly used?: readonly string[];
  readonly held?: readonly string[];
  readonly roles?: readonly string[];
  readonly accepted?: readonly string[];
  readonly target?: string;
  readonly boundTo?: string;
  /** Of a refusal that rights would turn, by a rule to which it matters what the caller is bound to. */
  readonly binding?: { readonly fits: boolean; readonly accepted: readonly string[]; readonly held: string };
  /** The world that the credential belongs to, if it is a different one. */
  readonly ofWorld?: string;
  readonly policyVersion?: number;
  readonly pending?: { readonly version: number; readonly effectiveAt: string; readonly effect: 'allow' | 'deny' };
  readonly detail?: string;
  /** The smallest changes that would turn a refusal. */
  readonly fixes: readonly Fix[];
  /** One English sentence. */
  readonly explanation: string;
}

/** The caller: keys by id, never with a secret. */
export interface Principal {
  readonly kind: PrincipalKind;
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
  readonly request?: {
    readonly method: string;
    readonly path: string;
    readonly body: Record<string, unknown>;
    /** Who may send it, with a token of theirs; absent for calls of the switchboard. */
    readonly as?: { readonly principal: string };
  };
}

/** What a service key applies to; several ids add up. */
export interface KeyResource {
  readonly type: string;
  readonly ids?: readonly string[];
}

/** A key to make. Scopes and resource types are given by id or by documented label. */
export interface KeyOrder {
  readonly type: 'service' | 'personal';
  readonly name: string;
  readonly services: readonly string[];
  /** Default: the first organisation of the cast. */
  readonly org?: string;
  /** For service keys. */
  readonly scopes?: readonly string[];
  readonly resource?: KeyResource | readonly KeyResource[];
  /** For personal keys: the user who owns it, or the roles of a new user. */
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
  /** The policy in force; null for personal keys. */
  readonly policy: KeyPolicy | null;
  readonly pending: readonly KeyPolicy[];
  readonly history: readonly KeyPolicy[];
  /** Why it can do nothing, in the answer to the call that stored it that way. */
  readonly warnings?: readonly string[];
}

/** Something a person should know although no request failed because of it. */
export interface Finding {
  readonly id: string;
  readonly kind: string;
  readonly message: string;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly count: number;
  /** The id of the latest request that it is about; null if it is about none. */
  readonly request: string | null;
}

/** Something that happens by itself. */
export interface WorldEvent {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly kind: string;
  readonly [detail: string]: unknown;
}

/** The state of the mock's clock. */
export interface ClockState {
  /** RFC 3339, UTC. */
  readonly now: string;
  /** How far it is ahead of real time: an ISO 8601 duration, such as `PT15M`; `-PT15M` if it is behind. */
  readonly ahead: string;
  /** Does every request have the same time? */
  readonly frozen: boolean;
}

/** The clock, with upcoming events. */
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
  /** Id, name, client id or e-mail address. */
  readonly principal?: string;
  readonly operation?: string;
  /** Only later ones: the id of a decision, or a time by the clock of the world (as RFC 3339 writes it, if it is a text). */
  readonly since?: string | Date;
  /** At most this many. Default: all that are kept. */
  readonly limit?: number;
}

/** The typed switchboard of a world. Failed calls throw a `SwitchboardError` that says what to change. */
export interface Switchboard {
  /** Version, effective configuration, services and counts. */
  info(): Promise<Record<string, unknown>>;
  readCast(): Promise<Cast>;
  /** Returns the world to its seed; the clock shows real time, and decisions and findings are empty. */
  reset(): Promise<void>;
  readonly clock: {
    now(): Promise<ClockReading>;
    /**
     * Moves it forward; a frozen one stays frozen.
     *
     * @param by a duration such as `15m` or `PT15M`, or where to move it: the earliest moment at which something
     * happens by itself
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
    /** It runs on from where it stopped, behind real time if need be. */
    resume(): Promise<ClockChange>;
  };
  readonly propagation: {
    get(): Promise<Propagation>;
    set(change: Partial<Propagation>): Promise<Propagation>;
    /** Pending edits take effect now: of one key, or of all. */
    flush(keyId?: string): Promise<void>;
  };
  readonly keys: {
    /** The only answer that shows the key's text. */
    create(order: KeyOrder): Promise<Key & { readonly key: string }>;
    list(): Promise<readonly Key[]>;
    get(id: string): Promise<Key>;
    edit(id: string, edit: KeyEdit): Promise<Key>;
    delete(id: string): Promise<void>;
    /** Gives the key a new text; the old one is no longer valid. */
    rotate(id: string): Promise<{ readonly key: string }>;
  };
  readonly decisions: {
    /** Newest first. */
    list(filter?: DecisionFilter): Promise<readonly Decision[]>;
    get(id: string): Promise<Decision>;
    /** The newest, if any. */
    last(filter?: DecisionFilter): Promise<Decision | undefined>;
    /** What would be decided, without doing it: about a request, or about every operation. */
    readonly simulate: Simulate;
  };
  /** The journal: every request of every service. */
  readonly requests: RequestsBoard;
  /** What goes wrong on purpose. */
  readonly faults: FaultsBoard;
  /**
   * What happens, as it happens, from the call on.
   *
   * @param from `lastEventId`: tells first what happened since that event, of the newest 1000
   */
  events(from?: { readonly lastEventId?: string }): EventStream;
  /** Newest first. */
  findings(): Promise<readonly Finding[]>;
  deleteFinding(id: string): Promise<void>;
  readonly drills: DrillsBoard;
  /** From now on, what lacks rights is refused (`enforce`), or let pass and only recorded (`observe`). */
  mode(mode: Mode): Promise<void>;
  /** What each credential was used for, and the smallest rights for it: of all that were used, or of one. */
  leastPrivilege(only?: { readonly principal?: string }): Promise<LeastPrivilege>;
  /** The worlds of the server; the same registry for every world. */
  readonly worlds: WorldsBoard;
  readonly snapshots: SnapshotsBoard;
  /** Saves the world as it is now: short for `snapshots.take`. */
  snapshot(name?: string): Promise<Snapshot>;
  /** Returns the world to a saved state, clock included: short for `snapshots.restore`. */
  restore(id: string): Promise<{ readonly now: string }>;
  /**
   * An access token of Run:ai.
   *
   * @param who a user in the cast by e-mail (with their access key, or their password if they have none); an
   * application, a service account or an access key in the cast by name or client id; or credentials of your own.
   * Default: the first user in the cast who has an access key, its administrator
   * @throws Error naming the nearest name in the cast, or with what the server said
   */
  getToken(who?: string | ClientCredentials): Promise<string>;
  /** What the answers rest on: of every service, or of one. */
  fidelity(service?: string): Promise<FidelityReport>;
  /** Tokens for whoever verifies them. */
  readonly tokens: TokensBoard;
  /** The rules of a service as data. */
  tables(service: string): Promise<Record<string, unknown>>;
}
