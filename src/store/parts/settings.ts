import { type Collections, NEW } from '../collections.ts';
import type { SettingsStore } from '../settings.ts';
import { updating } from '../updating.ts';
import { SETTINGS, settingRow } from './records.ts';

export function settingsOn(rows: Collections): SettingsStore {
  const change = <Value>(name: string, next: (before: string | null) => readonly [string, Value]) =>
    updating(rows, async () => {
      const before = await SETTINGS.byId(rows, name);
      const [value, result] = next(before?.body ?? null);
      const after = { ...settingRow(name, value), revision: before?.revision ?? NEW };
      await rows.commit([SETTINGS.put(after)], [SETTINGS.still(before, name)]);
      return result;
    });
  return {
    get: async (name) => (await SETTINGS.byId(rows, name))?.body ?? null,
    set: (name, value) => change(name, () => [value, undefined]),
    update: (name, update) => change(name, (before) => [update(before), undefined]),
    next: (name) =>
      change(name, (before) => {
        const number = Number(before ?? 0);
        return [String(number + 1), number];
      }),
    remove: async (names) => {
      await rows.commit(names.map((name) => SETTINGS.removal(name)));
    },
  };
}
