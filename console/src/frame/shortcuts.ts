import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { isCovered } from '../parts/focus.ts';

/** Firefox and Safari have no `userAgentData`. */
const { userAgentData, platform } = navigator as Navigator & { userAgentData?: { platform: string } };

/** The shortcut of the palette, in the notation of the platform. */
export const PALETTE_KEYS = /^mac|^iP/i.test(userAgentData?.platform ?? platform) ? '⌘K' : 'Ctrl K';

/** The open dialog. */
export const opened = signal<'help' | 'palette' | null>(null);

/** Controls that need the keys themselves. */
const WRITING = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]';

/** Elements that open a list entry, in document order. */
const ENTRIES = 'main [data-entry]';

/** Rows of lists without marked entries. */
const ROWS = 'main :is(tbody tr, .drill, .report)';

function firstControlOf(row: Element): HTMLElement | undefined {
  return [...row.querySelectorAll<HTMLElement>('a, button, summary')].find((one) => one.checkVisibility());
}

/** Moves the focus among the entries of the visible list, unless the list handles the keys itself. */
function step(by: 1 | -1): void {
  const marked = [...document.querySelectorAll<HTMLElement>(ENTRIES)];
  const all = marked.length > 0 ? marked : [...document.querySelectorAll(ROWS)].map(firstControlOf);
  const entries = all.filter((entry) => entry?.checkVisibility()) as readonly HTMLElement[];
  const focused = entries.findIndex((entry) => entry.contains(document.activeElement));
  const from = focused >= 0 ? focused : entries.findIndex((entry) => entry.matches('[aria-current=true]'));
  entries[Math.max(0, Math.min(entries.length - 1, from < 0 ? 0 : from + by))]?.focus();
}

function onKeyDown(event: KeyboardEvent): void {
  const { key, ctrlKey, metaKey, altKey, target } = event;
  if ((ctrlKey || metaKey) && key.toLowerCase() === 'k') {
    event.preventDefault();
    if (!isCovered()) opened.value = 'palette';
    return;
  }
  if (ctrlKey || metaKey || altKey || event.defaultPrevented || isCovered()) return;
  if (target instanceof Element && target.matches(WRITING)) return;
  if (key === '/') document.querySelector<HTMLElement>('main input[type=search]')?.focus();
  else if (key === 'j') step(1);
  else if (key === 'k') step(-1);
  else if (key === '?') opened.value = 'help';
  else return;
  event.preventDefault();
}

/** Registers the keyboard shortcuts of every view. */
export function useShortcuts(): void {
  useEffect(() => {
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}
