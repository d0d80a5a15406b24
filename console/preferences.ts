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
  const kept: Signal<Value> = signal(usual);
  // A browser that keeps nothing throws.
  try {
    const text = localStorage.getItem(key);
    if (text !== null) kept.value = read(text);
  } catch {}
  return {
    get value() {
      return kept.value;
    },
    set(value) {
      kept.value = value;
      try {
        localStorage.setItem(key, String(value));
      } catch {}
    },
  };
}
