import type { Store } from './index.ts';
import { Settings, type SettingsStore } from './settings.ts';
import type { StoreParts } from './shared.ts';
import { StateAccount } from './state-account.ts';
import { type FrozenRows, WorldRows } from './world-rows.ts';

/**
 * A store in memory.
 *
 * @param begin the rows that it begins with
 * @param free how many bytes of them are not counted; default: it is not counted at all
 */
export function openMemory(begin: FrozenRows, shared: StoreParts, free?: number): Store {
  const account = free === undefined ? null : new StateAccount(shared.budgets.state, free);
  return storeOn(new WorldRows(begin, shared.revisions, { account }));
}

/** The parts of a store besides its rows: nothing, if these are in memory alone. */
interface Kept extends Pick<Store, 'notices' | 'state' | 'fault'> {
  close(): void;
}

const NOT_KEPT: Kept = { notices: [], state: null, fault: () => null, close: () => {} };

/** A store whose rows are in memory. @param kept where else they are */
export function storeOn(rows: WorldRows, kept: Kept = NOT_KEPT): Store {
  return new StoreInMemory(rows, kept);
}

class StoreInMemory implements Store {
  readonly collections: WorldRows;
  readonly settings: SettingsStore;
  readonly sharing = null;
  readonly notices: readonly string[];
  readonly state: Store['state'];
  readonly #kept: Kept;

  constructor(rows: WorldRows, kept: Kept) {
    this.collections = rows;
    this.settings = new Settings(rows);
    this.notices = kept.notices;
    this.state = kept.state;
    this.#kept = kept;
  }

  hasSecret(collection: string, hash: string): boolean {
    return this.collections.hasSecret(collection, hash);
  }

  fault(): string | null {
    return this.#kept.fault();
  }

  async freeze(): Promise<FrozenRows> {
    return this.collections.freeze();
  }

  async restore(state: FrozenRows): Promise<void> {
    this.collections.replace(state);
  }

  async close(): Promise<void> {
    this.collections.release();
    this.#kept.close();
  }
}
