import type { Revision } from './collections.ts';

/** Gives out revisions: one counter for all worlds of a process, so that not even a world's id sees one twice. */
export class Revisions {
  #highest: Revision = 0;

  next(): Revision {
    this.#highest += 1;
    return this.#highest;
  }

  /** Goes on above a revision that was given elsewhere. */
  goOnAbove(revision: Revision): void {
    this.#highest = Math.max(this.#highest, revision);
  }

  /** Gives out so many at once. @returns what comes before them */
  block(size: number): Revision {
    const before = this.#highest;
    this.#highest += size;
    return before;
  }
}
