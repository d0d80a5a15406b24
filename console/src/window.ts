import { type ReadonlySignal, signal } from '@preact/signals';

/** Is the window as narrow as a telephone? Then lists have rows of two lines, and panels are sheets. */
export const isNarrow = matching('(max-width: 48rem)');

/** Is a panel beside the list, and not in its place? */
export const hasRoomBeside = matching('(min-width: 60.01rem)');

/** Do fingers point? They need more room. */
export const isCoarse = matching('(pointer: coarse)');

function matching(query: string): ReadonlySignal<boolean> {
  // The build draws the first view without a window.
  const list = globalThis.matchMedia?.(query);
  const found = signal(list?.matches === true);
  list?.addEventListener('change', ({ matches }) => {
    found.value = matches;
  });
  return found;
}
