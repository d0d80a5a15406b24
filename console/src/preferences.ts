import { signal } from '@preact/signals';

/**
 * A preference of this browser. Stored here and not in the URL, because it concerns the look of the page and not its
 * content.
 */
export interface Preference<Value> {
  readonly value: Value;
  set(value: Value): void;
}

/** The zone in which times are shown. */
export const zone = createPreference<'utc' | 'local'>('zone', 'utc', (text) => (text === 'local' ? 'local' : 'utc'));

/** The width of the panel beside a list, in pixels; 0: the default of the style sheet. */
export const panelWidth = createPreference('panel-width', 0, (text) => Math.max(0, Math.round(Number(text)) || 0));

function createPreference<Value>(name: string, defaultValue: Value, read: (text: string) => Value): Preference<Value> {
  const key = `nv-auth-mock.${name}`;
  const current = signal(readStored(key, defaultValue, read));
  return {
    get value() {
      return current.value;
    },
    set(value) {
      current.value = value;
      try {
        localStorage.setItem(key, String(value));
      } catch {
        // The browser blocks storage: the preference lasts until the page is closed.
      }
    },
  };
}

function readStored<Value>(key: string, defaultValue: Value, read: (text: string) => Value): Value {
  // Throws if the browser blocks storage.
  try {
    const text = localStorage.getItem(key);
    return text === null ? defaultValue : read(text);
  } catch {
    return defaultValue;
  }
}
