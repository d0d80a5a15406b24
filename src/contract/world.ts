import type { TokenUsage } from '../decisions/explaining/hints/token-usage.ts';
import type { Ruleset, Settings } from '../decisions/ruleset.ts';
import type { ActivityLog } from '../journal/activity-log.ts';
import type { Faults } from '../journal/faults/faults.ts';
import type { Instant, WorldClock } from '../lib/clock.ts';
import type { KnownHosts } from '../lib/hosts.ts';
import type { WorldCache } from '../lib/memory.ts';
import type { Random } from '../lib/random.ts';
import type { Store } from '../store/index.ts';
import type { Seed, StoredSeed } from '../store/seed.ts';
import type { DeletedCredentials } from '../tokens/deleted.ts';
import type { IdentityProvider } from '../tokens/identity-provider.ts';
import type { Tokens } from '../tokens/index.ts';
import type { PublicJwk } from '../tokens/keys.ts';
import type { PresentedCredential } from '../tokens/presented-credential.ts';
import type { RefreshTokens } from '../tokens/refresh-token.ts';
import type { TrustedIssuer } from '../tokens/trusted-issuer.ts';
import type { VerifiedClaims } from '../tokens/verify.ts';

/** Everything that a request may access in its world and in the server, whose parts never change after startup. */
export interface RequestScope extends Pick<World, 'tokens' | 'store' | 'verifiedTokens' | 'random'> {
  /** The provider whose tokens are exchanged for ours; null if none was configured. */
  readonly identityProvider: IdentityProvider | null;
  /** Further issuers of tokens for self-hosted Cloud Functions, by the `iss` of their tokens. */
  readonly trustedIssuers: ReadonlyMap<string, TrustedIssuer>;
  readonly hosts: KnownHosts;
  readonly settings: Settings;
  /** The ruleset in force for each service, in the chosen profile. */
  readonly rulesets: readonly Ruleset[];
}

export interface Rotation {
  readonly kid: string;
  readonly replacedKid: string;
  /** The time until which tokens of the replaced key are valid. */
  readonly validUntil: Instant;
}

/** The registry of worlds, as the steps of a request use it. */
export interface WorldRegistry {
  readonly default: World;
  /** Whether no second world was created yet. */
  readonly hasOneWorld: boolean;
  has(id: string): boolean;
  /** Returns the world with this id. Finding it counts as use. */
  find(id: string): World | undefined;
  /** Returns whether a world with this id was deleted or ended. Only the latest 10,000 such worlds are remembered. */
  isRemoved(id: string): boolean;
  /** Returns the ids of the worlds, also deleted ones, that a credential belongs to. Several may share it. */
  ownersOf(presented: PresentedCredential): readonly string[];
  /** Returns the current signing keys of all worlds, without duplicates. */
  publishedKeys(): readonly PublicJwk[];
  /** Whether the default world has this client or key. `ownersOf` omits it: credentials without an owner lead there. */
  isOfDefault(presented: PresentedCredential): Promise<boolean>;
}

/** One world, as the steps of a request and the control API use it: all of its mutable state. */
export interface World {
  readonly id: string;
  readonly tokens: Tokens;
  readonly store: Store;
  /** Claims of tokens with a verified signature. Time, issuer and subject are still checked on each use. */
  readonly verifiedTokens: WorldCache<VerifiedClaims>;
  readonly random: Random;
  /** The mark at the start of its keys, by which the world of a key is found; empty for the default world. */
  readonly mark: string;
  /** The mark of its authorization codes. Unlike `mark`, it is never empty. */
  readonly grantMark: string;
  /** `own`: no other world has its client ids. `cast`: its client ids are those of the cast. */
  readonly credentials: 'own' | 'cast';
  /** The seed from which it was created, before its own credentials were derived. */
  readonly origin: Seed;
  readonly clock: WorldClock;
  readonly signingKeys: {
    /** Replaces the signing key. @param now by the world's clock @param overlapMs default: ten minutes */
    rotate(now: Instant, overlapMs?: number): Promise<Rotation>;
  };
  readonly refreshTokens: RefreshTokens;
  readonly activityLog: ActivityLog;
  readonly deleted: DeletedCredentials;
  /** Counts how its clients request and reuse tokens. */
  readonly tokenUsage: TokenUsage;
  readonly faults: Faults;
  /** Returns an id for the next decision, which is unique even across restarts. */
  nextDecisionId(): string;
  seed(): Promise<StoredSeed>;
  /** Marks the world as in use until `release`: it stays usable until then, even if it is deleted. */
  hold(): void;
  release(): void;
  /** Resets the world to its seed and to real time, without journal, decisions, faults and uses. */
  reset(): Promise<void>;
}
