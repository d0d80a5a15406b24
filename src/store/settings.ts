import { Collection } from './collection.ts';
import type { Collections } from './collections.ts';
import { NEW, type Row } from './row.ts';

export const SETTINGS = new Collection<string>('settings');

/** Creates the row of a setting, whose name is the id. */
export function createSettingRow(name: string, value: string): Row<string, null> {
  return SETTINGS.row({ id: name, owner: '', parent: null, body: value });
}

/** Settings of a world that survive a restart, such as the state of its clock and the name of its tenant. */
export type SettingsStore = Pick<Settings, keyof Settings>;

export class Settings {
  readonly #rows: Collections;

  constructor(rows: Collections) {
    this.#rows = rows;
  }

  async get(name: string): Promise<string | null> {
    return (await SETTINGS.byId(this.#rows, name))?.body ?? null;
  }

  set(name: string, value: string): Promise<void> {
    return this.#change(name, () => [value, undefined]);
  }

  /** Atomically replaces a value; null if there is none yet. If `change` throws, nothing is stored. */
  update(name: string, change: (before: string | null) => string): Promise<void> {
    return this.#change(name, (before) => [change(before), undefined]);
  }

  /** Increments a counter that starts at 0 and returns the previous number, so each call returns a different number. */
  next(name: string): Promise<number> {
    return this.#change(name, (before) => {
      const number = Number(before ?? 0);
      return [String(number + 1), number];
    });
  }

  async remove(names: readonly string[]): Promise<void> {
    await this.#rows.commit(names.map((name) => SETTINGS.removal(name)));
  }

  #change<Value>(name: string, next: (before: string | null) => readonly [string, Value]): Promise<Value> {
    return this.#rows.updating(async (commit) => {
      const before = await SETTINGS.byId(this.#rows, name);
      const [value, result] = next(before?.body ?? null);
      await commit([SETTINGS.put({ ...createSettingRow(name, value), revision: before?.revision ?? NEW })]);
      return result;
    });
  }
}
