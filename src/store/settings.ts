/** Small facts about the world that survive a restart: how the clock stands to the real time, the tenant's name. */
export interface SettingsStore {
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  /** Counts one up, from 0, and gives the number before: no two calls get the same. */
  next(name: string): Promise<number>;
  /** Takes settings away again. */
  remove(names: readonly string[]): Promise<void>;
}
