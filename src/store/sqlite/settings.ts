import type { SettingsStore } from '../settings.ts';
import type { Statements } from './statements.ts';

export const SET_SETTING = `INSERT INTO settings (name, value) VALUES (?, ?)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value`;

/** Settings are few and every request reads them, so all of them are remembered. */
export function sqliteSettings(statements: Statements): SettingsStore & { clear(): void } {
  const all = statements.prepare<[], [string, string]>('SELECT name, value FROM settings').raw();
  const set = statements.prepare(SET_SETTING);
  const removal = statements.prepare('DELETE FROM settings WHERE name = ?');
  const removeAll = statements.transaction((names: readonly string[]) => {
    for (const name of names) removal.run(name);
  });
  const count = statements
    .prepare<[string], string>(
      `INSERT INTO settings (name, value) VALUES (?, '1')
       ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1 RETURNING value`,
    )
    .pluck();
  let known: Map<string, string> | undefined;
  return {
    get: async (name) => {
      known ??= new Map(all.all());
      return known.get(name) ?? null;
    },
    set: async (name, value) => {
      set.run(name, value);
      known = undefined;
    },
    next: async (name) => {
      known = undefined;
      return Number(count.get(name)) - 1;
    },
    remove: async (names) => {
      removeAll(names);
      known = undefined;
    },
    clear: () => {
      known = undefined;
    },
  };
}
