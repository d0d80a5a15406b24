import type { Store } from './index.ts';
import { Settings, type SettingsStore } from './settings.ts';
import type { State } from './state.ts';
import type { StateMemory } from './state-memory.ts';
import { WorldRows } from './world-rows.ts';

/**
 * Opens a store in memory.
 *
 * @param begin the initial state
 * @param memory counts the memory used; null disables counting
 */
export function openMemory(begin: State, memory: StateMemory | null = null): Store {
  return storeOn(new WorldRows(begin, { memory }));
}

/** The parts of a store besides its rows. */
type Kept = Pick<Store, 'state' | 'fault'>;

const NOT_KEPT: Kept = { state: null, fault: () => null };

/** Creates a store with its rows in memory. @param kept where they are also stored */
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

  async freeze(): Promise<State> {
    return this.collections.freeze();
  }

  restore(state: State): Promise<void> {
    return this.collections.replace(state);
  }

  async close(): Promise<void> {
    this.collections.release();
  }
}
