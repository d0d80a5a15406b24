import type { Database } from 'better-sqlite3';
import type { SettingsStore } from '../settings.ts';

export const SET_SETTING = `INSERT INTO settings (name, value) VALUES (?, ?)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value`;

/** Settings are few and asked for by every request, so all of them are remembered. */
export function sqliteSettings(database: Database): SettingsStore & { clear(): void } {
  const all = database.prepare<[], [string, string]>('SELECT name, value FROM settings').raw();
  const set = database.prepare(SET_SETTING);
  let known: Map<string, string> | undefined;
  return {
    get: async (name) => {
      known ??= new Map(all.all() as [string, string][]);
      return known.get(name) ?? null;
    },
    set: async (name, value) => {
      set.run(name, value);
      known = undefined;
    },
    clear: () => {
      known = undefined;
    },
  };
}
