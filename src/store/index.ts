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
  /**
   * The whole store as the bytes of a data file that `--data` opens: state, settings, seed; not the decisions. What was
   * noted and not written yet is in it. Nobody may change the bytes.
   */
  image(): Promise<Uint8Array>;
  /**
   * The store that has the content of an image from now on. A store in memory gives another one, which takes its decisions
   * over; the one before is to be closed once nobody uses it. The store of a file replaces its own content in one step, and
   * gives itself.
   *
   * @throws Unusable when the image is none of ours, of a schema that this version does not know, or damaged; nothing is changed then
   * @throws Unwritable when the file cannot be written; nothing is changed then
   */
  restored(image: Uint8Array): Promise<Store>;
  /**
   * Lets go of what is quickly made again when something is asked: for a world that was just made and may wait for its first
   * request. A store that nobody asks does so by itself after a while.
   */
  rest(): Promise<void>;
  /** Writes what is pending and lets go of the file. */
  close(): Promise<void>;
}
