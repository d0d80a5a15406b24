import type { AccessKeys } from './access-keys.ts';
import type { Collections } from './collections.ts';
import type { Grants } from './grants.ts';
import type { Identities, OAuthClients } from './identities.ts';
import type { NgcKeys } from './ngc-keys.ts';
import type { SettingsStore } from './settings.ts';
import type { SharedText, Sharing } from './sharing.ts';
import type { WorldStore } from './world.ts';
import type { FrozenRows } from './world-rows.ts';

/**
 * Everything that one world remembers. Every call is atomic, so no caller needs a transaction across calls; a store
 * knows nothing of other worlds. Times come from the caller's clock.
 */
export interface Store {
  readonly accessKeys: AccessKeys;
  readonly identities: Identities;
  readonly oauthClients: OAuthClients;
  readonly grants: Grants;
  readonly ngcKeys: NgcKeys;
  readonly collections: Collections;
  readonly settings: SettingsStore;
  readonly world: WorldStore;
  /** What several processes share besides this; null if no other process can use it. */
  readonly sharing: Sharing | null;
  /** What drives the world besides its rows, where it outlives the process: no snapshot has it. Null: it does not. */
  readonly state: SharedText | null;
  /** What the person who opens it should know. */
  readonly notices: readonly string[];
  /** Is this the hash of the secret of an access key, an application or a service account that is in memory? */
  hasSecret(hash: string): boolean;
  /** Why nothing can be written now, as far as can be told without writing; null if writing is possible. */
  fault(): string | null;
  /** Its rows as they are now, including what was noted but not written yet. */
  freeze(): Promise<FrozenRows>;
  /**
   * Replaces everything by these rows, in one step.
   *
   * @param state frozen rows, or what makes them
   * @throws Unwritable if the file cannot be written; nothing is changed then
   */
  restore(state: FrozenRows | (() => FrozenRows)): Promise<void>;
  /** It is not used for a while: lets go of what can be made again of its rows. Absent if that is nothing. */
  rest?(): void;
  /** Writes what is pending and closes the file. */
  close(): Promise<void>;
}
