import { signal } from '@preact/signals';
import type { Topic } from './changes.ts';

/** Something that was done, and can be undone. */
export interface Undoable {
  /** What was done, as a sentence. */
  readonly text: string;
  /** What else is lost by undoing it, as a sentence. */
  readonly loses?: string;
  /** What can get in its way. Absent: nothing can. */
  readonly guard?: Guard;
  /**
   * Undoes it. Called only while nothing is in its way.
   *
   * @returns a sentence that says so
   * @throws as the control API does
   */
  readonly undo: () => Promise<string>;
}

/** Tells whether something can still be undone, which others may have changed since. */
export interface Guard {
  /** When to look again. */
  readonly topics: readonly Topic[];
  /** @returns why it cannot be undone any more, as a sentence; null if it can */
  readonly obstacle: () => Promise<string | null>;
}

/** What was done last; null if it cannot be undone, or was. */
export const undoable = signal<Undoable | null>(null);

/** Offers to undo what was done last. @param done null: it cannot be undone, and neither can what was done before it */
export function offerUndo(done: Undoable | null): void {
  undoable.value = done;
}

/** Undoes it, if nothing is in its way. @throws Error that says why it cannot be undone any more */
export async function undo(done: Undoable): Promise<string> {
  const obstacle = await done.guard?.obstacle();
  if (typeof obstacle === 'string') throw new Error(obstacle);
  return done.undo();
}

/** Stops offering what can no longer be undone. */
export async function dropIfStale(done: Undoable): Promise<void> {
  const obstacle = await done.guard?.obstacle();
  if (typeof obstacle === 'string' && undoable.value === done) undoable.value = null;
}
