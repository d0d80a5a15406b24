import type { Collections } from './collections.ts';
import { Settings, type SettingsStore } from './settings.ts';
import type { StoredText } from './stored-text.ts';

/** The state of one world. Every call is atomic: callers need no transactions. Times are from the caller's clock. */
export class Store {
  readonly collections: Collections;
  readonly settings: SettingsStore;
  /** State besides the rows, which snapshots don't include. Null if it ends with the process. */
  readonly state: StoredText | null;
  /** Explains why writes fail now, judged without writing. Null if they seem possible. */
  readonly fault: () => string | null;

  constructor(collections: Collections, state: StoredText | null = null, fault: () => string | null = () => null) {
    this.collections = collections;
    this.settings = new Settings(collections);
    this.state = state;
    this.fault = fault;
  }
}
