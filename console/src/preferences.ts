import { signal } from '@preact/signals';

/** The zone in which times are shown. */
export const zone = createPreference<'utc' | 'local'>('zone', 'utc', (text) => (text === 'local' ? 'local' : 'utc'));

/** The width of the panel beside a list, in pixels; 0: the default of the style sheet. */
export const panelWidth = createPreference('panel-width', 0, (text) => Math.max(0, Math.round(Number(text)) || 0));

/**
 * A preference of this browser. Stored here and not in the URL, because it concerns the look of the page and not its
 * content. If the browser blocks storage, it lasts until the page is closed.
 */
function createPreference<Value>(name: string, defaultValue: Value, read: (text: string) => Value) {
  const key = `nv-auth-mock.${name}`;
  const current = signal(defaultValue);
  try {
    const text = localStorage.getItem(key);
    if (text !== null) current.value = read(text);
  } catch {}
  return {
    get value() {
      return current.value;
    },
    set(value: Value) {
      current.value = value;
      try {
        localStorage.setItem(key, String(value));
      } catch {}
    },
  };
}
