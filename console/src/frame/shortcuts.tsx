import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Dialog } from '../parts/dialog.tsx';
import { Facts } from '../parts/facts.tsx';
import { isCovered } from '../parts/focus.ts';

// Firefox and Safari have no `userAgentData`.
const { userAgentData, platform } = navigator as Navigator & { userAgentData?: { platform: string } };

/** The shortcut for the palette, as the platform writes it. */
export const PALETTE_KEYS = /^mac|^iP/i.test(userAgentData?.platform ?? platform) ? '⌘K' : 'Ctrl K';

export const openDialog = signal<'help' | 'palette' | null>(null);
export const closeDialog = () => {
  openDialog.value = null;
};

/** Controls that use letter keys themselves. */
const TEXT_CONTROLS = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]';

const ENTRIES = 'main [data-entry]';

/** Rows of lists whose entries are not marked with `data-entry`. */
const ROWS = 'main :is(tbody tr, .report)';

function findFirstControl(row: Element): HTMLElement | undefined {
  return [...row.querySelectorAll<HTMLElement>('a, button, summary')].find((control) => control.checkVisibility());
}

/** Moves the focus to the next or previous entry of the visible list. */
function moveFocus(offset: 1 | -1): void {
  const marked = [...document.querySelectorAll<HTMLElement>(ENTRIES)];
  const all = marked.length > 0 ? marked : [...document.querySelectorAll(ROWS)].map(findFirstControl);
  const entries = all.filter((entry) => entry?.checkVisibility()) as readonly HTMLElement[];
  const focused = entries.findIndex((entry) => entry.contains(document.activeElement));
  const from = focused >= 0 ? focused : entries.findIndex((entry) => entry.matches('[aria-current=true]'));
  entries[Math.max(0, Math.min(entries.length - 1, from < 0 ? 0 : from + offset))]?.focus();
}

function onKeyDown(event: KeyboardEvent): void {
  const { key, ctrlKey, metaKey, altKey, target } = event;
  if ((ctrlKey || metaKey) && key.toLowerCase() === 'k') {
    event.preventDefault();
    if (!isCovered()) openDialog.value = 'palette';
    return;
  }
  // A list that handles the keys itself prevents the default.
  if (ctrlKey || metaKey || altKey || event.defaultPrevented || isCovered()) return;
  if (target instanceof Element && target.matches(TEXT_CONTROLS)) return;
  if (key === '/') document.querySelector<HTMLElement>('main input[type=search]')?.focus();
  else if (key === 'j') moveFocus(1);
  else if (key === 'k') moveFocus(-1);
  else if (key === '?') openDialog.value = 'help';
  else return;
  event.preventDefault();
}

export function useShortcuts(): void {
  useEffect(() => {
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

const KEYS: readonly (readonly [keys: string, action: string])[] = [
  ['/', 'search in this view'],
  ['j, k', 'next and previous in a list'],
  ['Enter', 'open'],
  ['Esc', 'close what is open'],
  [PALETTE_KEYS, 'go to an action, view, operation, identity or request'],
  ['?', 'this help'],
];

export function Help() {
  return (
    <Dialog label="Keys" onClose={closeDialog}>
      <h2>Keys</h2>
      <Facts facts={KEYS.map(([keys, action]) => [<kbd key={keys}>{keys}</kbd>, action])} />
    </Dialog>
  );
}
