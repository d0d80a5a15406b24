import type { Collections } from './collections.ts';
import type { SettingsStore } from './settings.ts';
import type { SharedText, Sharing } from './sharing.ts';
import type { FrozenRows } from './world-rows.ts';

/**
 * Everything that one world remembers. Every call is atomic, so no caller needs a transaction across calls; a store
 * knows nothing of other worlds. Times come from the caller's clock.
 */
export interface Store {
  readonly collections: Collections;
  readonly settings: SettingsStore;
  /** State that several processes share besides this; null if no other process can use it. */
  readonly sharing: Sharing | null;
  /** State that drives the world besides its rows, if it outlives the process. No snapshot has it. Null: it does not. */
  readonly state: SharedText | null;
  /** Notices for the person who opens it. */
  readonly notices: readonly string[];
  /** Has a row of a collection that is in memory this `secretHash` in its body? */
  hasSecret(collection: string, hash: string): boolean;
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
  restore(state: FrozenRows): Promise<void>;
  /** Writes what is pending and closes the file. */
  close(): Promise<void>;
}
