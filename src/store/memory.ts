import type { Store } from './index.ts';
import { Settings } from './settings.ts';
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

/** Creates a store of rows in memory. @param persistence where else they are stored */
export function createStore(
  rows: WorldRows,
  { state, fault }: Pick<Store, 'state' | 'fault'> = { state: null, fault: () => null },
): Store {
  return {
    collections: rows,
    settings: new Settings(rows),
    state,
    fault,
    hasSecret: (collection, hash) => rows.hasSecret(collection, hash),
    freeze: async () => rows.freeze(),
    restore: (next) => rows.replace(next),
    close: async () => rows.release(),
  };
}
