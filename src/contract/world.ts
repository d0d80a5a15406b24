import type { KnownHosts } from '../addresses/hosts.ts';
import type { DeletedCredentials } from '../credentials/deleted.ts';
import type { PresentedCredential } from '../credentials/presented-credential.ts';
import type { Modes } from '../decisions/mode.ts';
import type { Problem } from '../decisions/problem.ts';
import type { Ruleset } from '../decisions/ruleset.ts';
import type { Settings } from '../definitions/settings.ts';
import type { TokenUsage } from '../explaining/hints/token-usage.ts';
import type { Faults } from '../faults/faults.ts';
import type { ActivityLog } from '../journal/activity-log.ts';
import type { Findings } from '../journal/finding.ts';
import type { WorldCache } from '../memory/caches.ts';
import type { Random } from '../platform/random.ts';
import type { Store } from '../store/index.ts';
import type { StoredSeed } from '../store/seed.ts';
import type { Instant, WorldClock } from '../time/clock.ts';
import type { IdentityProvider } from '../tokens/identity-provider.ts';
import type { Tokens } from '../tokens/index.ts';
import type { PublicJwk } from '../tokens/keys.ts';
import type { RefreshTokens } from '../tokens/refresh-token.ts';
import type { TrustedIssuer } from '../tokens/trusted-issuer.ts';
import type { VerifiedClaims } from '../tokens/verify.ts';

/** The part of the server that services use, shared by all worlds. It never changes after startup. */
export interface ServerScope {
  /** The provider whose tokens are exchanged for ours; null if none was configured. */
  readonly identityProvider: IdentityProvider | null;
  /** Further issuers of tokens for self-hosted Cloud Functions, by the `iss` of their tokens. */
  readonly trustedIssuers: ReadonlyMap<string, TrustedIssuer>;
  readonly hosts: KnownHosts;
  readonly settings: Settings;
  /** The ruleset in force for each service, in the chosen profile. */
  readonly rulesets: readonly Ruleset[];
}

/** The signing keys of a world, which drills and tests can rotate. */
export interface SigningKeys {
  /**
   * Replaces the signing key with a new one for the same algorithm. Tokens of the old key are accepted for ten more
   * minutes.
   *
   * @param now by the clock of the world
   */
  rotate(now: Instant): Promise<Rotation>;
}

/** The result of a rotation. */
export interface Rotation {
  /** The key that signs now. */
  readonly kid: string;
  /** The key that signed before, and the time until which its tokens are valid. */
  readonly replacedKid: string;
  readonly validUntil: Instant;
}

/** The options of a new world. */
export interface WorldOrder {
  /** Generated if left out. */
  readonly id?: string | undefined;
  readonly credentials: World['credentials'];
  /** Milliseconds without use after which it ends; null: never. */
  readonly ttl: number | null;
  /** For people: for example, the test that created it. */
  readonly label: string | null;
}

/** A world's description for users. */
export interface WorldInfo extends WorldOrder {
  readonly id: string;
  readonly createdAt: Instant;
  readonly lastUsedAt: Instant;
}

/** The registry of worlds, as the steps of a request use it. */
export interface WorldRegistry {
  /** The world of a request that names no other. */
  readonly default: World;
  /**
   * Returns why no request can be answered now, such as a takeover by another process; null if this process owns the
   * worlds.
   */
  fault(): Problem | null;
  /** True until a second world is created. */
  readonly isAlone: boolean;
  has(id: string): boolean;
  /** The world with this id. Finding it counts as use. */
  find(id: string): World | undefined;
  /** Returns whether a world with this id was deleted or ended. Only the latest 10,000 such worlds are remembered. */
  isRemoved(id: string): boolean;
  /** Ids of the worlds that a credential belongs to, deleted ones included: several if they share the credential. */
  ownersOf(presented: PresentedCredential): readonly string[];
  /** The current signing keys of all worlds, each once. */
  publishedKeys(): readonly PublicJwk[];
  /**
   * Returns whether the default world has this client or key. `ownersOf` omits the default world, because a credential
   * without an owner leads there anyway.
   */
  isOfDefault(presented: PresentedCredential): Promise<boolean>;
}

/** The part of a world that services use. */
export interface WorldScope {
  readonly tokens: Tokens;
  readonly store: Store;
  /**
   * The claims of tokens with a verified signature, by token. Time, issuer and subject are still checked on each use.
   */
  readonly verifiedTokens: WorldCache<VerifiedClaims>;
  readonly findings: Pick<Findings, 'report'>;
  readonly random: Random;
}

/**
 * One world, as the steps of a request and the control API use it: all of its mutable state.
 */
export interface World extends WorldScope, Modes {
  readonly id: string;
  /** The mark at the start of its keys, which leads to it; empty for the default world. */
  readonly mark: string;
  /** The mark of its authorization codes; the default world has one, too. */
  readonly grantMark: string;
  /** `own`: no other world has its client ids; `cast`: they are as written, such as an application's name. */
  readonly credentials: 'own' | 'cast';
  readonly clock: WorldClock;
  readonly signingKeys: SigningKeys;
  readonly refreshTokens: RefreshTokens;
  /** Its activity log. */
  readonly activityLog: ActivityLog;
  /** When its credentials were deleted. */
  readonly deleted: DeletedCredentials;
  /** How its clients treat their tokens. */
  readonly tokenUsage: TokenUsage;
  /** Its faults. */
  readonly faults: Faults;
  setModes(change: Partial<Modes>): Promise<void>;
  /** An id for the next decision: unique, even across restarts. */
  nextDecisionId(): string;
  /** The seed it was created from. */
  seed(): Promise<StoredSeed>;
  /** Marks the world as in use until `release`: it stays usable until then, even if it is deleted. */
  hold(): void;
  release(): void;
  /**
   * Resets it to its seed: its clock shows real time; journal, decisions, findings, faults and uses
   * are empty; its modes are the initial ones; objects created since are deleted.
   */
  reset(): Promise<void>;
}

/** Everything that a request may access in its world and in the server. */
export interface RequestScope extends ServerScope, WorldScope {}
