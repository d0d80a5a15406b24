import { stopwatch } from '../../core/clock.ts';

/**
 * If a statement was not answered, and no other statement for so long either, the next ones fail at once. Otherwise a
 * caller with several statements, or one that waits for such a caller, would wait for each of them. In milliseconds.
 */
const SILENCE_MS = 300;
/** The shortest time between two attempts to write to a full database, in milliseconds. */
const ASK_AGAIN_MS = 500;

const READ_ONLY = 'is read-only, as after a failover';
/** Why the database accepts no changes, by the code of its error, in words that follow "the database". */
const TAKES_NOTHING: ReadonlyMap<string, string> = new Map([
  ['25006', READ_ONLY],
  ['53100', 'has no space left: its disk is full'],
  ['58030', 'cannot write to its disk'],
]);

/** Tracks whether a database answers, and whether it accepts changes. */
export class Availability {
  isSilent = false;
  takesNothing: string | null = null;
  #answeredAt = stopwatch();
  #askedAt = 0;

  /** @returns why no changes are accepted; undefined if the error code has another meaning */
  recordRefusal(code: string | undefined): string | undefined {
    const why = TAKES_NOTHING.get(code ?? '');
    if (why === undefined) return undefined;
    this.takesNothing = why;
    this.#askedAt = stopwatch();
    return why;
  }

  /** Called when a change was accepted. */
  recordChange(): void {
    this.takesNothing = null;
  }

  recordReadOnly(isReadOnly: boolean): void {
    if (isReadOnly) this.recordRefusal('25006');
    else if (this.takesNothing === READ_ONLY) this.recordChange();
  }

  /** Is it time to try a write, because the disk may have room again? */
  isToBeAsked(): boolean {
    if (this.takesNothing === null || this.takesNothing === READ_ONLY) return false;
    if (stopwatch() - this.#askedAt < ASK_AGAIN_MS) return false;
    this.#askedAt = stopwatch();
    return true;
  }

  recordAnswer(): void {
    this.#answeredAt = stopwatch();
    this.isSilent = false;
  }

  /** Called when a statement was not answered. */
  recordSilence(): void {
    if (stopwatch() - this.#answeredAt >= SILENCE_MS) this.isSilent = true;
  }
}
