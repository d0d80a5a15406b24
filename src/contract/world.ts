import type { Instant, WorldClock } from '../core/clock.ts';
import type { Findings } from '../core/finding.ts';
import type { KnownHosts } from '../core/hosts.ts';
import type { Mode } from '../core/mode.ts';
import type { Ruleset } from '../core/ruleset.ts';
import type { Settings } from '../core/settings.ts';
import type { Views } from '../core/views.ts';
import type { PresentedCredential } from '../credentials/presented-credential.ts';
import type { RememberedTokens } from '../credentials/remembered.ts';
import type { Faults } from '../faults/faults.ts';
import type { TokenUsage } from '../hints/token-usage.ts';
import type { ActivityLog } from '../journal/activity-log.ts';
import type { Random } from '../platform/random.ts';
import type { Store } from '../store/index.ts';
import type { KeptSeed } from '../store/seed.ts';
import type { IdentityProvider } from '../tokens/identity-provider.ts';
import type { PublicJwk, Tokens } from '../tokens/index.ts';

/** What a process has in common for all of its worlds, as far as services use it. It never changes after the start. */
export interface ServerScope {
  /** The provider whose tokens are exchanged for ours; null if none was configured. */
  readonly identityProvider: IdentityProvider | null;
  readonly hosts: KnownHosts;
  readonly settings: Settings;
  /** The law in force for each service, in the chosen profile. */
  readonly rulesets: readonly Ruleset[];
}

/** The tokens of a world, with what only its drills and tests do. */
export interface WorldTokens extends Tokens {
  /**
   * Replaces the key that signs by a new one of the same algorithm. The old one counts for ten more minutes; then
   * tokens of it are refused.
   *
   * @param now by the clock of the world
   */
  rotate(now: Instant): Promise<Rotation>;
}

/** What a rotation did. */
export interface Rotation {
  /** The key that signs now. */
  readonly kid: string;
  /** The key that signed before, and until when its tokens count. */
  readonly replaced: string;
  readonly until: Instant;
}

/** How a world is to be made. */
export interface WorldOrder {
  /** Generated if left out. */
  readonly id?: string | undefined;
  readonly credentials: World['credentials'];
  /** Milliseconds without use after which it ends; null: never. */
  readonly ttl: number | null;
}

/** What is reported of a world. */
export interface WorldInfo extends Required<WorldOrder> {
  readonly id: string;
  readonly createdAt: Instant;
  readonly lastUsedAt: Instant;
}

/** The worlds, as far as requests ask about them. */
export interface WorldsByName {
  /** The world of a request that names no other. */
  readonly default: World;
  /** Do other processes use the same worlds? Then `look` comes before everything else. */
  readonly isShared: boolean;
  /**
   * Looks at what other processes have changed: which worlds there are, and what is in the default one, in those named and
   * in those that credentials lead to. From then on all of this is as it was when this was called, or later.
   *
   * @throws Unreachable
   */
  refresh(names: readonly string[], presented?: readonly PresentedCredential[]): Promise<void>;
  /** Is there no other world, and has there never been one? */
  readonly isAlone: boolean;
  has(id: string): boolean;
  /** The world with this id. Finding it counts as use. */
  find(id: string): World | undefined;
  /** Did a world with this id exist, and was it deleted or has it ended? The latest 10,000 are known. */
  isGone(id: string): boolean;
  /** Ids of the worlds that a credential belongs to, existing or gone: several if they were given the same one. */
  ownersOf(presented: PresentedCredential): readonly string[];
  /** The keys that sign in any world now, each once. */
  publishedKeys(): readonly PublicJwk[];
  /** Does the default world have this client or key? `ownersOf` does not say: what nobody claims leads there anyway. */
  isOfDefault(presented: PresentedCredential): Promise<boolean>;
}

/** What one world has, as far as services use it. */
export interface WorldScope {
  readonly tokens: Tokens;
  readonly store: Store;
  readonly remembered: RememberedTokens;
  readonly findings: Pick<Findings, 'report'>;
  readonly random: Random;
  /** What was made from rows, each made once for as long as it is made from the same. */
  readonly views: Views;
}

/**
 * One world, as the steps of a request and the switchboard see it: everything that can change, and nothing of other
 * worlds.
 */
export interface World extends WorldScope {
  readonly id: string;
  /** What its keys begin with, so that they lead to it; empty for the default world. */
  readonly mark: string;
  /** The same for its refresh tokens and codes; the default world has one, too. */
  readonly grantMark: string;
  /** `own`: no other world has its client ids; `cast`: they are as written, such as an application's name. */
  readonly credentials: 'own' | 'cast';
  readonly clock: WorldClock;
  readonly tokens: WorldTokens;
  /** What happened in it. */
  readonly activityLog: ActivityLog;
  /** How its clients treat their tokens. */
  readonly tokenUsage: TokenUsage;
  /** What goes wrong in it on purpose. */
  readonly faults: Faults;
  /** Does it refuse what lacks rights, or only record it? */
  readonly mode: Mode;
  /** Switches that. */
  setMode(mode: Mode): Promise<void>;
  /** An id for the next decision; never the same twice, not even after a restart. */
  nextDecisionId(): string;
  /** Reads which secrets it has, so that they can be hidden. Null if they are known. */
  readSecrets(): Promise<void> | null;
  /** The seed it was made from. */
  seed(): Promise<KeptSeed>;
  /** A request that may use it begins, until `release`: until then it stays usable, even if it is deleted. */
  hold(): void;
  release(): void;
  /**
   * Returns it to the seed it was made from: its clock shows real time, journal, decisions, findings, faults and uses
   * are empty, its mode is that of the start, and everything made since is gone.
   */
  reset(): Promise<void>;
}

/** Everything that a request may access: of its world, and of the server that has it. */
export interface Surroundings extends ServerScope, WorldScope {}
