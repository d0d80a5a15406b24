import type {
  ClaimRule,
  ClockChange,
  ClockReading,
  Decision,
  Drill,
  DrillName,
  DrillOrder,
  FidelityReport,
  Finding,
  Info,
  LeastPrivilege,
  MintedToken,
  ModeState,
  NeededKeys,
  ProviderState,
  RecordedTraffic,
  RequestToAllow,
  Restored,
  Snapshot,
  StartedDrill,
  StateValues,
  Tables,
  TokenOrder,
  TokenZoo,
  TrafficReport,
} from '../../generated/library.ts';
import type { Cast } from '../contract/cast.ts';
import type { ClientsBoard } from './clients.ts';
import type { ClientCredentials } from './credentials.ts';
import type { EventStream } from './events.ts';
import type { FaultsBoard } from './faults.ts';
import type { KeysBoard, PropagationBoard } from './keys.ts';
import type { RequestsBoard } from './requests.ts';
import type { Simulate } from './simulation.ts';
import type { SnapshotsBoard, WorldsBoard } from './worlds.ts';

/** Are requests that lack rights refused, or allowed and only recorded? */
export type Mode = ModeState['mode'];

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

/** Drills of a world: failures that a client must survive. */
export interface DrillsBoard {
  /** Starts it; a running one is restarted. */
  run(name: DrillName, order?: DrillOrder): Promise<StartedDrill>;
  list(): Promise<readonly Drill[]>;
  /** One, with its verdict about the client. */
  get(name: DrillName): Promise<Drill>;
  /** Ends one that is running. */
  end(name: DrillName): Promise<void>;
}

/** Provider states of a world: what holds before an interaction of a contract. */
export interface StatesBoard {
  list(): Promise<readonly ProviderState[]>;
  /**
   * @returns the values of the state
   * @example
   * const { key } = await mock.states.setup('a key with scopes', { type: 'service', name: 'ci', services: ['nvcf'] });
   */
  setup(state: string, params?: Readonly<Record<string, unknown>>): Promise<StateValues>;
  /** Removes what a setup with the same parameters made; without one nothing happens. */
  teardown(state: string, params?: Readonly<Record<string, unknown>>): Promise<void>;
}

/** Tokens for tests. */
export interface TokensBoard {
  /** Any token, valid or not. If nothing is changed, the mock accepts it. */
  mint(order: TokenOrder): Promise<MintedToken>;
  /** About 45 tokens, valid and not. @param options.audience gives each of them one, and adds those that are about it */
  zoo(options?: { readonly audience?: string }): Promise<TokenZoo>;
  /**
   * Changes the access tokens and ID tokens that grants issue from now on. It replaces all rules; `[]` removes them.
   *
   * @returns the rules in force; without an argument nothing changes
   * @example
   * await mock.tokens.claims([{ clientId: 'ci-bot', set: { department: 'vision' }, remove: ['groups'] }]);
   */
  claims(rules?: readonly ClaimRule[]): Promise<readonly ClaimRule[]>;
}

/** The typed control API of a world. Failed calls throw a `MockError` that says what to change. */
export interface Switchboard {
  /** Version, effective configuration, services and counts. */
  info(): Promise<Info>;
  /** The identities of the world's seed, with credentials and, for Run:ai, tokens that do not end. */
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
    /** It runs on from where it stopped, behind real time if necessary. */
    resume(): Promise<ClockChange>;
  };
  readonly propagation: PropagationBoard;
  readonly keys: KeysBoard;
  readonly decisions: {
    /** Newest first. */
    list(filter?: DecisionFilter): Promise<readonly Decision[]>;
    get(id: string): Promise<Decision>;
    /** The newest, if any. */
    last(filter?: DecisionFilter): Promise<Decision | undefined>;
    /** Decisions without their effects: about a request, or about every operation. */
    readonly simulate: Simulate;
  };
  /** The journal: every request of every service. */
  readonly requests: RequestsBoard;
  /** The OAuth clients with which users log in. */
  readonly clients: ClientsBoard;
  /** The faults of the world. */
  readonly faults: FaultsBoard;
  /**
   * The world's events, from the call on.
   *
   * @param from `lastEventId`: begins with the events after that one, of the newest 1000, or with `restarted`
   *   if an earlier process gave the id
   */
  events(from?: { readonly lastEventId?: string }): EventStream;
  /** Newest first. */
  findings(): Promise<readonly Finding[]>;
  deleteFinding(id: string): Promise<void>;
  readonly drills: DrillsBoard;
  /** Provider states, as verifiers of contracts set them up. */
  readonly states: StatesBoard;
  /** From now on, requests that lack rights are refused (`enforce`), or allowed and only recorded (`observe`). */
  mode(mode: Mode): Promise<void>;
  /** The uses of each credential, and the least rights for them: of all that were used, or of one. */
  leastPrivilege(only?: { readonly principal?: string }): Promise<LeastPrivilege>;
  /** The keys with the least rights that allow these requests, which are not sent. */
  leastPrivilegeFor(requests: readonly RequestToAllow[]): Promise<NeededKeys>;
  /**
   * What requests and answers have that the documents do not allow: those in the journal, or those of an HTTP Archive
   * (HAR) of at most 16 MB.
   */
  verifyTraffic(archive?: RecordedTraffic): Promise<TrafficReport>;
  /** The worlds of the server; the same registry for every world. */
  readonly worlds: WorldsBoard;
  readonly snapshots: SnapshotsBoard;
  /** Saves the world as it is now: short for `snapshots.take`. */
  snapshot(name?: string): Promise<Snapshot>;
  /** Returns the world to a saved state, clock included: short for `snapshots.restore`. */
  restore(id: string): Promise<Restored>;
  /**
   * An access token of Run:ai.
   *
   * @param who a user in the cast by e-mail (with their access key, or their password if they have none); an
   * application, a service account or an access key in the cast by name or client id; or credentials of your own.
   * Default: the first user in the cast who has an access key, its administrator
   * @throws Error naming the nearest name in the cast, or with the server's message
   */
  getToken(who?: string | ClientCredentials): Promise<string>;
  /** The sources of the answers: of every service, or of one. */
  fidelity(service?: string): Promise<FidelityReport>;
  /** Test tokens for token verifiers. */
  readonly tokens: TokensBoard;
  /** The rules of a service as data. */
  tables(service: string): Promise<Tables>;
}
