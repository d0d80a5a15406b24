import { Problem } from '../core/problem.ts';

/** The byte budget that all bodies in progress share. */
export class BodyRoom {
  readonly #most: number;
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** @throws Problem `unavailable` if there is no room for this many more bytes */
  take(bytes: number): void {
    if (this.#taken + bytes > this.#most) {
      const message = `The server reads at most ${this.#most} bytes of request bodies at a time. Send fewer requests at once, and try again.`;
      throw new Problem('unavailable', message, { close: true });
    }
    this.#taken += bytes;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
  }
}
