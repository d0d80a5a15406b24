import { signal } from '@preact/signals';

/** Something that was done, and can be undone. */
export interface Undoable {
  /** What was done, as a sentence. */
  readonly text: string;
  /** What else is lost by undoing it, as a sentence. */
  readonly loses?: string;
  /**
   * Undoes it, only if nothing has changed it since.
   *
   * @returns a sentence that says so
   * @throws Error that says why it cannot be undone any more
   */
  readonly undo: () => Promise<string>;
}

/** What was done last; null if it cannot be undone, or was. */
export const undoable = signal<Undoable | null>(null);

/** Offers to undo what was done last. @param done null: it cannot be undone, and neither can what was done before it */
export function offerUndo(done: Undoable | null): void {
  undoable.value = done;
}
