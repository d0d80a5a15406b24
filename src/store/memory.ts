import type { Store } from './index.ts';
import { Settings, type SettingsStore } from './settings.ts';
import type { State } from './state.ts';
import type { StateMemory } from './state-memory.ts';
import { WorldRows } from './world-rows.ts';

/**
 * Opens a store in memory.
 *
 * @param initial the initial state
 * @param memory counts the memory used; null disables counting
 */
export function openMemory(initial: State, memory: StateMemory | null = null): Store {
  return createStore(new WorldRows(initial, { memory }));
}

/** The parts of a store besides its rows. */
type Persistence = Pick<Store, 'state' | 'fault'>;

const IN_MEMORY_ONLY: Persistence = { state: null, fault: () => null };

/** Creates a store with its rows in memory. @param persistence where they are also stored */
export function createStore(rows: WorldRows, persistence: Persistence = IN_MEMORY_ONLY): Store {
  return new StoreInMemory(rows, persistence);
}

class StoreInMemory implements Store {
  readonly collections: WorldRows;
  readonly settings: SettingsStore;
  readonly state: Store['state'];
  readonly #persistence: Persistence;

  constructor(rows: WorldRows, persistence: Persistence) {
    this.collections = rows;
    this.settings = new Settings(rows);
    this.state = persistence.state;
    this.#persistence = persistence;
  }

  hasSecret(collection: string, hash: string): boolean {
    return this.collections.hasSecret(collection, hash);
  }

  fault(): string | null {
    return this.#persistence.fault();
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
