/** Small facts about the world that survive a restart: how far the clock was moved, the tenant's name. */
export interface SettingsStore {
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
}
