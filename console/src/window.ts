import { type ReadonlySignal, signal } from '@preact/signals';

/** Whether the window is as narrow as a phone. Lists then have two-line rows, and panels are sheets. */
export const isNarrow = matching('(max-width: 48rem)');

/** Whether a panel fits beside the list instead of replacing it. */
export const hasRoomBeside = matching('(min-width: 60.01rem)');

/** Whether the pointer is a finger, which needs more room. */
export const isCoarse = matching('(pointer: coarse)');

function matching(query: string): ReadonlySignal<boolean> {
  // The build renders the first view without a window.
  const list = globalThis.matchMedia?.(query);
  const found = signal(list?.matches === true);
  list?.addEventListener('change', ({ matches }) => {
    found.value = matches;
  });
  return found;
}
