import type { Revision } from './collections.ts';

/** Issues revisions. All worlds of a process share a counter, so that worlds with the same id never repeat one. */
export class Revisions {
  #highest: Revision = 0;

  /** The latest one that was issued; 0 before the first. */
  get highest(): Revision {
    return this.#highest;
  }

  /** @throws RangeError if the next one is not a safe integer: beyond, different revisions would be equal */
  next(): Revision {
    this.goOnAbove(this.#highest + 1);
    return this.#highest;
  }

  /** Continues above a revision that was issued elsewhere. @throws RangeError if it is not a safe integer */
  goOnAbove(revision: Revision): void {
    if (!Number.isSafeInteger(revision)) throw new RangeError(`${revision} cannot be a revision`);
    this.#highest = Math.max(this.#highest, revision);
  }
}
