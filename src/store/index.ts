import type { Collections } from './collections.ts';
import type { SettingsStore } from './settings.ts';
import type { State } from './state.ts';
import type { StoredText } from './stored-text.ts';

/**
 * The state of one world, independent of all other worlds. Every call is atomic, so callers need no transactions across
 * calls. Times come from the caller's clock.
 */
export interface Store {
  readonly collections: Collections;
  readonly settings: SettingsStore;
  /** State besides the rows, which snapshots don't include. Null if it ends with the process. */
  readonly state: StoredText | null;
  /** Whether a body in this collection has this `secretHash`. */
  hasSecret(collection: string, hash: string): boolean;
  /** Explains why writes fail now, judged without writing. Null if they seem possible. */
  fault(): string | null;
  /** Returns the current state. @throws WriteFailure if there isn't enough memory */
  freeze(): Promise<State>;
  /**
   * Atomically replaces all rows.
   *
   * @throws WriteFailure, DatabaseFailure if the rows cannot be stored; nothing changes
   */
  restore(state: State): Promise<void>;
  /** Frees its memory. */
  close(): Promise<void>;
}
