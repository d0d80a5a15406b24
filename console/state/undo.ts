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

/** Offers to undo what was done last. */
export function offerUndo(done: Undoable): void {
  undoable.value = done;
}

/** Once something was done that cannot be undone, what was done before it cannot be undone either. */
export function withdrawUndo(): void {
  undoable.value = null;
}
