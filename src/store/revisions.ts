import type { Revision } from './collections.ts';

/** Gives out revisions: one counter for all worlds of a process, so that not even a world's id sees one twice. */
export class Revisions {
  #highest: Revision = 0;

  /** @throws RangeError if it would not be a safe integer: from there on, different revisions look equal */
  next(): Revision {
    this.goOnAbove(this.#highest + 1);
    return this.#highest;
  }

  /** Goes on above a revision that was given elsewhere. @throws RangeError if that is not a safe integer */
  goOnAbove(revision: Revision): void {
    if (!Number.isSafeInteger(revision)) throw new RangeError(`${revision} cannot be a revision`);
    this.#highest = Math.max(this.#highest, revision);
  }
}
