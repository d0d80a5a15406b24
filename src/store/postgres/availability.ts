import { stopwatch } from '../../core/clock.ts';

/**
 * If something was not answered, and nothing else for so long either, whatever is asked next fails at once: a caller that
 * does several things one after the other, or waits for another that does, is not to wait for each.
 */
const SILENCE_MS = 300;
/** Not to be asked with each request whether there is room again. */
const ASK_AGAIN_MS = 500;

const READ_ONLY = 'is read-only, as after a failover';
/** It answers, and takes no changes: why, by the code of the error, in words that follow "the database". */
const TAKES_NOTHING: ReadonlyMap<string, string> = new Map([
  ['25006', READ_ONLY],
  ['53100', 'has no room: its disk is full'],
  ['58030', 'cannot write to its disk'],
]);

/** Whether a database answers, and takes changes, as far as it is known. */
export class Availability {
  isSilent = false;
  takesNothing: string | null = null;
  #heardAt = stopwatch();
  #askedAt = 0;

  /** @returns why no changes are taken; undefined if the code says nothing of it */
  recordRefusal(code: string | undefined): string | undefined {
    const why = TAKES_NOTHING.get(code ?? '');
    if (why === undefined) return undefined;
    this.takesNothing = why;
    this.#askedAt = stopwatch();
    return why;
  }

  /** A change was taken. */
  recordChange(): void {
    this.takesNothing = null;
  }

  recordReadOnly(isReadOnly: boolean): void {
    if (isReadOnly) this.recordRefusal('25006');
    else if (this.takesNothing === READ_ONLY) this.recordChange();
  }

  /** Is it time to ask whether there is room again? */
  isToBeAsked(): boolean {
    if (this.takesNothing === null || this.takesNothing === READ_ONLY) return false;
    if (stopwatch() - this.#askedAt < ASK_AGAIN_MS) return false;
    this.#askedAt = stopwatch();
    return true;
  }

  recordAnswer(): void {
    this.#heardAt = stopwatch();
    this.isSilent = false;
  }

  /** Something was not answered. */
  recordSilence(): void {
    if (stopwatch() - this.#heardAt >= SILENCE_MS) this.isSilent = true;
  }
}
