/** Small facts about the world that survive a restart: the clock's state, the tenant's name. */
export interface SettingsStore {
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  /**
   * Replaces a value with what `change` makes of it, which nobody else changes meanwhile.
   *
   * @param change is given null if there is none; if it throws, nothing is stored
   */
  update(name: string, change: (before: string | null) => string): Promise<void>;
  /** Increments a counter that starts at 0, and returns the number before: no two calls get the same. */
  next(name: string): Promise<number>;
  /** Removes settings. */
  remove(names: readonly string[]): Promise<void>;
}
