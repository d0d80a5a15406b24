import type { AccessKeys } from './access-keys.ts';
import type { Collections } from './collections.ts';
import type { Grants } from './grants.ts';
import type { Identities, OAuthClients } from './identities.ts';
import type { NgcKeys } from './ngc-keys.ts';
import type { SettingsStore } from './settings.ts';
import type { Sharing } from './sharing.ts';
import type { WorldStore } from './world.ts';

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
  /** What the person who opens it should know. */
  readonly notices: readonly string[];
  /** Why nothing can be written now, as far as can be told without writing; null if writing is possible. */
  fault(): string | null;
  /**
   * The whole store as the bytes of a data file that `--data` opens: state, settings and seed.
   * It includes what was noted but not written yet. The bytes must not be changed.
   */
  image(): Promise<Uint8Array>;
  /**
   * The store, with an image's content from now on. A store in memory returns a new one; the old one must be
   * closed once nobody uses it. The store of a file replaces its own content in one
   * step, and returns itself.
   *
   * @throws Unusable if the image is not one of ours, has a schema that this version does not know, or is damaged;
   * nothing is changed then
   * @throws Unwritable if the file cannot be written; nothing is changed then
   */
  restored(image: Uint8Array): Promise<Store>;
  /**
   * Releases what can be rebuilt quickly when it is needed: for a world that was just made and may wait for its first
   * request. A store that is not used does so by itself after a while.
   */
  rest(): Promise<void>;
  /** Writes what is pending and closes the file. */
  close(): Promise<void>;
}
