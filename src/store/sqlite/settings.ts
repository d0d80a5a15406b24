import type { Database } from 'better-sqlite3';
import type { SettingsStore } from '../settings.ts';

export const SET_SETTING = `INSERT INTO settings (name, value) VALUES (?, ?)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value`;

export function sqliteSettings(database: Database): SettingsStore {
  const get = database.prepare<[string], string>('SELECT value FROM settings WHERE name = ?').pluck();
  const set = database.prepare(SET_SETTING);
  return {
    get: async (name) => (get.get(name) as string | undefined) ?? null,
    set: async (name, value) => {
      set.run(name, value);
    },
  };
}
