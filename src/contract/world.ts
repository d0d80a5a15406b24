import type { WorldClock } from '../core/clock.ts';
import type { Views } from '../core/derived.ts';
import type { Findings } from '../core/finding.ts';
import type { KnownHosts } from '../core/hosts.ts';
import type { Law } from '../core/law.ts';
import type { Presented } from '../credentials/presented.ts';
import type { RememberedTokens } from '../credentials/remembered.ts';
import type { Random } from '../machine/random.ts';
import type { Store } from '../store/index.ts';
import type { KeptSeed } from '../store/world.ts';
import type { IdentityProvider } from '../tokens/identity-provider.ts';
import type { Tokens } from '../tokens/index.ts';
import type { Settings } from './settings.ts';

/** What a process has, the same for all of its worlds, as far as services look at it. It never changes after the start. */
export interface ServerScope {
  readonly tokens: Tokens;
  /** Whose tokens are exchanged for ours; null where none was configured. */
  readonly identityProvider: IdentityProvider | null;
  readonly hosts: KnownHosts;
  readonly settings: Settings;
  /** What counts for each service, in the profile that was chosen. */
  readonly laws: readonly Law[];
}

/** Which worlds there are, as far as requests ask. */
export interface WorldsByName {
  /** The one that a request is about unless it names another. */
  readonly default: World;
  /** Is there no other world, and was there none? */
  readonly isAlone: boolean;
  has(id: string): boolean;
  /** The world of an id, which counts as a use of it. */
  find(id: string): World | undefined;
  /** Was there a world of this id, which was deleted or ended? The latest 10,000 are known. */
  isGone(id: string): boolean;
  /** Ids of the worlds that a credential is of, there or gone: several where they were given the same. */
  ownersOf(presented: Presented): readonly string[];
  /** Has the default world this client or key? `ownersOf` does not tell: what nobody claims leads there anyway. */
  isOfDefault(presented: Presented): Promise<boolean>;
}

/** What one world has, as far as services look at it. */
export interface WorldScope {
  readonly store: Store;
  readonly remembered: RememberedTokens;
  readonly findings: Findings;
  readonly random: Random;
  /** Views of rows, so that a list that did not change is put together once. */
  readonly views: Views;
}

/** One world, as the steps of a request and the switchboard see it: everything that changes, and nothing of another world. */
export interface World extends WorldScope {
  readonly id: string;
  /** What its keys begin with, so that they lead to it; empty for the default world. */
  readonly mark: string;
  /** The same of its refresh tokens and codes; the default world has one, too. */
  readonly grantMark: string;
  /** `own`: no other world has its client ids; `cast`: they are as they are written, such as an application's name. */
  readonly credentials: 'own' | 'cast';
  readonly clock: WorldClock;
  /** An id for the next decision; never the same twice, not even after a restart. */
  nextDecisionId(): string;
  /** The seed it was made of. */
  seed(): Promise<KeptSeed>;
  /** A request begins that may use it until `release`: as long as that, it stays as it is, whatever becomes of it. */
  hold(): void;
  release(): void;
  /** Back to the seed it was made of: clock real, decisions and findings empty, what was made since is gone. */
  reset(): Promise<void>;
}

/** Everything that a request may touch: of its world, and of the server that has it. */
export interface Surroundings extends ServerScope, WorldScope {}
