import type { Collections } from './collections.ts';
import type { KeptState } from './kept-state.ts';
import type { SettingsStore } from './settings.ts';
import type { State } from './state.ts';

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
  /** Its state as it is now. @throws Unwritable if it has no room in memory */
  freeze(): Promise<State>;
  /**
   * Replaces all rows by these, in one step.
   *
   * @throws Unwritable, Unreachable if that cannot be stored; then nothing is changed
   */
  restore(state: State): Promise<void>;
  /** Frees its memory. */
  close(): Promise<void>;
}
