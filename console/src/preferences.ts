import { type Signal, signal } from '@preact/signals';

/**
 * What somebody prefers in this browser. It is kept there, and is no part of an address: it says how a page looks, and not
 * what it shows.
 */
export interface Preference<Value> {
  readonly value: Value;
  set(value: Value): void;
}

/** In which zone times are shown. */
export const zone = preference<'utc' | 'local'>('zone', 'utc', (text) => (text === 'local' ? 'local' : 'utc'));

/** The width of the panel beside a list, in pixels; 0: as the style sheet has it. */
export const panelWidth = preference('panel-width', 0, (text) => Math.max(0, Math.round(Number(text)) || 0));

function preference<Value>(name: string, usual: Value, read: (text: string) => Value): Preference<Value> {
  const key = `nv-auth-mock.${name}`;
  let kept: Signal<Value> | undefined;
  // Only when it is needed: to open the storage takes milliseconds, and the first view is drawn without it.
  const current = () => {
    kept ??= signal(stored(key, usual, read));
    return kept;
  };
  return {
    get value() {
      return current().value;
    },
    set(value) {
      current().value = value;
      try {
        localStorage.setItem(key, String(value));
      } catch {}
    },
  };
}

function stored<Value>(key: string, usual: Value, read: (text: string) => Value): Value {
  // A browser that keeps nothing throws.
  try {
    const text = localStorage.getItem(key);
    return text === null ? usual : read(text);
  } catch {
    return usual;
  }
}
