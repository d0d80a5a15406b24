import type { AccessKeys } from './access-keys.ts';
import type { Collections } from './collections.ts';
import type { DecisionLog } from './decisions.ts';
import type { Grants } from './grants.ts';
import type { Identities, OAuthClients } from './identities.ts';
import type { NgcKeys } from './ngc-keys.ts';
import type { SettingsStore } from './settings.ts';
import type { WorldStore } from './world.ts';

/**
 * Everything that one world remembers. Every call is one atomic use, so no caller needs a transaction across calls; a
 * store knows nothing of other worlds. Times are values that the caller's clock gave.
 */
export interface Store {
  readonly accessKeys: AccessKeys;
  readonly identities: Identities;
  readonly oauthClients: OAuthClients;
  readonly grants: Grants;
  readonly ngcKeys: NgcKeys;
  readonly collections: Collections;
  readonly settings: SettingsStore;
  readonly decisions: DecisionLog;
  readonly world: WorldStore;
  /** What somebody who opens it should know. */
  readonly notices: readonly string[];
  /** Why nothing can be written now, as far as that is known without writing; null where it can. */
  fault(): string | null;
  /** Writes what is pending and lets go of the file. */
  close(): Promise<void>;
}
