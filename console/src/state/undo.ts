import { signal } from '@preact/signals';
import type { Topic } from './changes.ts';

/** An action that can be undone. */
export interface Undoable {
  /** What was done, as a sentence. */
  readonly text: string;
  /** A side effect of undoing it, as a sentence. */
  readonly warning?: string;
  /** Checks whether undo is still possible. Absent: it always is. */
  readonly guard?: Guard;
  /**
   * Undoes the action. Called only if the guard reports no obstacle.
   *
   * @returns a sentence that reports the result
   * @throws like the control API
   */
  readonly undo: () => Promise<string>;
}

/** Checks whether an action can still be undone, because others may have changed things since. */
export interface Guard {
  /** Changes of these topics require a new check. */
  readonly topics: readonly Topic[];
  /** @returns why it can no longer be undone, as a sentence; null if it can */
  readonly obstacle: () => Promise<string | null>;
}

/** The latest action; null if it cannot be undone, or already was. */
export const undoable = signal<Undoable | null>(null);

/** Offers to undo an action, in place of the earlier offer. @param action null if the action cannot be undone */
export function offerUndo(action: Undoable | null): void {
  undoable.value = action;
}

/** Undoes an action. @throws Error with the reason if it can no longer be undone */
export async function undo(action: Undoable): Promise<string> {
  const obstacle = await action.guard?.obstacle();
  if (typeof obstacle === 'string') throw new Error(obstacle);
  return action.undo();
}

/** Withdraws the offer if the action can no longer be undone. @throws like the control API */
export async function withdrawIfStale(action: Undoable): Promise<void> {
  const obstacle = await action.guard?.obstacle();
  if (typeof obstacle === 'string' && undoable.value === action) offerUndo(null);
}
