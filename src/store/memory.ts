import type { FrozenRows } from './frozen-rows.ts';
import type { Store } from './index.ts';
import { Settings, type SettingsStore } from './settings.ts';
import type { StoreParts } from './shared.ts';
import type { StateAccount } from './state-account.ts';
import { WorldRows } from './world-rows.ts';

/**
 * A store in memory.
 *
 * @param begin the first rows of the store
 * @param account of its memory; null: it is not counted
 * @throws Unwritable if there is no room for these rows
 */
export function openMemory(
  begin: FrozenRows,
  shared: Pick<StoreParts, 'revisions'>,
  account: StateAccount | null = null,
): Store {
  return storeOn(new WorldRows(begin, shared.revisions, { account }));
}

/** The parts of a store besides its rows; empty if the rows are only in memory. */
type Kept = Pick<Store, 'state' | 'fault'>;

const NOT_KEPT: Kept = { state: null, fault: () => null };

/** A store whose rows are in memory. @param kept the place where they are stored as well */
export function storeOn(rows: WorldRows, kept: Kept = NOT_KEPT): Store {
  return new StoreInMemory(rows, kept);
}

class StoreInMemory implements Store {
  readonly collections: WorldRows;
  readonly settings: SettingsStore;
  readonly state: Store['state'];
  readonly #kept: Kept;

  constructor(rows: WorldRows, kept: Kept) {
    this.collections = rows;
    this.settings = new Settings(rows);
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
    await this.collections.replace(state);
  }

  async close(): Promise<void> {
    this.collections.release();
  }
}
