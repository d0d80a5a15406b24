import type {
  ClaimRule,
  ClockChange,
  ClockReading,
  Decision,
  Info,
  LeastPrivilege,
  MintedToken,
  RecordedTraffic,
  RevokedTokens,
  RotatedKey,
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

/** Tokens for tests. */
export interface TokensBoard {
  /** Creates any token, valid or not. The mock accepts it unless you change something. */
  mint(order: TokenOrder): Promise<MintedToken>;
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

/** The typed control API of a world. Failed calls throw a `MockError` that tells you what to change. */
export interface Switchboard {
  /** Returns version, effective configuration, services and counts. */
  info(): Promise<Info>;
  /** Returns the identities in the world's seed, with credentials and, for Run:ai, tokens that never expire. */
  readCast(): Promise<Cast>;
  /** Returns the world to its seed. The clock shows real time; the journal and decisions are empty. */
  reset(): Promise<void>;
  readonly clock: {
    now(): Promise<ClockReading>;
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
    /** Freezes the clock: every request has the same time until the clock is moved or resumed. */
    freeze(): Promise<ClockChange>;
    /** Lets the clock continue from where it stopped, behind real time if necessary. */
    resume(): Promise<ClockChange>;
  };
  readonly propagation: PropagationBoard;
  readonly keys: KeysBoard;
  readonly decisions: {
    /** Newest first. */
    list(filter?: DecisionFilter): Promise<readonly Decision[]>;
    get(id: string): Promise<Decision>;
    /** Returns the newest decision, if any. */
    last(filter?: DecisionFilter): Promise<Decision | undefined>;
    /** Simulates decisions about a request, or about every operation. */
    readonly simulate: Simulate;
  };
  /** The journal: every request to every service. */
  readonly requests: RequestsBoard;
  /** The OAuth clients that users log in with. */
  readonly clients: ClientsBoard;
  /** The faults of the world. */
  readonly faults: FaultsBoard;
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
  readonly worlds: WorldsBoard;
  readonly snapshots: SnapshotsBoard;
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
  readonly tokens: TokensBoard;
}
