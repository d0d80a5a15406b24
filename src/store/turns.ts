const NOTHING = Promise.resolve();

/** Runs tasks one after the other. */
export class Turns {
  /** Resolves when the latest task has ended, with or without an error. */
  #last: Promise<unknown> = NOTHING;
  #waiting = 0;

  /** Is no task running or waiting? */
  get isIdle(): boolean {
    return this.#waiting === 0;
  }

  /** Runs a task after all earlier tasks have ended, with or without an error. */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    const { isIdle } = this;
    this.#waiting += 1;
    try {
      const mine = isIdle ? work() : this.#last.then(work);
      // The next task waits for the end of this one, and not for its success.
      this.#last = mine.catch(ignore);
      return await mine;
    } finally {
      this.#waiting -= 1;
    }
  }
}

function ignore(): void {}
