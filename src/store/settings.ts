import { Collection } from './collection.ts';
import { type Collections, NEW, type Row } from './collections.ts';
import { updating } from './updating.ts';

export const SETTINGS = new Collection<string>('settings');

export function settingRow(name: string, value: string): Row<string, null> {
  return SETTINGS.row({ id: name, owner: '', parent: null, body: value });
}

/** Small facts about the world that survive a restart: the clock's state, the tenant's name. */
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

  /**
   * Replaces a value with what `change` makes of it, which nobody else changes meanwhile.
   *
   * @param change is given null if there is none; if it throws, nothing is stored
   */
  update(name: string, change: (before: string | null) => string): Promise<void> {
    return this.#change(name, (before) => [change(before), undefined]);
  }

  /** Increments a counter that starts at 0, and returns the number before: no two calls get the same. */
  next(name: string): Promise<number> {
    return this.#change(name, (before) => {
      const number = Number(before ?? 0);
      return [String(number + 1), number];
    });
  }

  /** Removes settings. */
  async remove(names: readonly string[]): Promise<void> {
    await this.#rows.commit(names.map((name) => SETTINGS.removal(name)));
  }

  #change<Value>(name: string, next: (before: string | null) => readonly [string, Value]): Promise<Value> {
    return updating(this.#rows, async () => {
      const before = await SETTINGS.byId(this.#rows, name);
      const [value, result] = next(before?.body ?? null);
      const after = { ...settingRow(name, value), revision: before?.revision ?? NEW };
      await this.#rows.commit([SETTINGS.put(after)], [SETTINGS.still(before, name)]);
      return result;
    });
  }
}
