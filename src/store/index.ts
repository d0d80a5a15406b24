import type { Collections } from './collections.ts';
import type { SettingsStore } from './settings.ts';
import type { SharedText, Sharing } from './sharing.ts';
import type { FrozenRows } from './world-rows.ts';

/**
 * The state of one world. Every call is atomic, so no caller needs a transaction across calls. A store knows no other
 * world. Times come from the caller's clock.
 */
export interface Store {
  readonly collections: Collections;
  readonly settings: SettingsStore;
  /** Further state that several processes share; null if no other process can use the store. */
  readonly sharing: Sharing | null;
  /** The state of a world besides its rows, which no snapshot contains; null if it does not outlive the process. */
  readonly state: SharedText | null;
  /** Notices for the person who opens it. */
  readonly notices: readonly string[];
  /** Has a row of a collection that is in memory this `secretHash` in its body? */
  hasSecret(collection: string, hash: string): boolean;
  /** Why nothing can be written now, as far as is known without writing; null if writing seems possible. */
  fault(): string | null;
  /** The rows as they are now, including noted uses that are not written yet. */
  freeze(): Promise<FrozenRows>;
  /**
   * Replaces all rows by these, in one step.
   *
   * @throws Unwritable if the file cannot be written; then nothing is changed
   */
  restore(state: FrozenRows): Promise<void>;
  /** Writes pending uses and closes the store. */
  close(): Promise<void>;
}
