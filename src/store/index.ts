import type { Collections } from './collections.ts';
import type { FrozenRows } from './frozen-rows.ts';
import type { KeptState } from './kept-state.ts';
import type { SettingsStore } from './settings.ts';

/**
 * The state of one world. Every call is atomic, so no caller needs a transaction across calls. A store knows no other
 * world. Times come from the caller's clock.
 */
export interface Store {
  readonly collections: Collections;
  readonly settings: SettingsStore;
  /** The state of a world besides its rows, which no snapshot contains; null if it does not outlive the process. */
  readonly state: KeptState | null;
  /** Has a row of a collection that is in memory this `secretHash` in its body? */
  hasSecret(collection: string, hash: string): boolean;
  /** Why nothing can be written now, as far as is known without writing; null if writing seems possible. */
  fault(): string | null;
  /** The rows as they are now, including noted uses that are not written yet. */
  freeze(): Promise<FrozenRows>;
  /**
   * Replaces all rows by these, in one step.
   *
   * @throws Unwritable, Unreachable if that cannot be stored; then nothing is changed
   */
  restore(state: FrozenRows): Promise<void>;
  /** Frees its memory. */
  close(): Promise<void>;
}
