import { type ReadonlySignal, signal } from '@preact/signals';

/** Whether the window is as narrow as a phone. Lists then have two-line rows, and panels are sheets. */
export const isNarrow = matchMediaQuery('(max-width: 48rem)');

/** Whether a panel fits beside the list instead of replacing it. */
export const hasRoomBeside = matchMediaQuery('(min-width: 60.01rem)');

/** Whether the pointer is a finger, which needs more room. */
export const isCoarse = matchMediaQuery('(pointer: coarse)');

function matchMediaQuery(query: string): ReadonlySignal<boolean> {
  const list = matchMedia(query);
  const isMatching = signal(list.matches);
  list.addEventListener('change', ({ matches }) => {
    isMatching.value = matches;
  });
  return isMatching;
}
