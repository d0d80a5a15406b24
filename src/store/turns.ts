/** Runs tasks one after the other. */
export class Turns {
  readonly #around: <Result>(work: () => Promise<Result>) => Promise<Result>;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** @param around wraps each task, for example with a lock that other processes respect */
  constructor(around: <Result>(work: () => Promise<Result>) => Promise<Result> = (work) => work()) {
    this.#around = around;
  }

  /** Is no task running or waiting? */
  get isIdle(): boolean {
    return this.#waiting === 0;
  }

  /** Runs a task after all earlier tasks have ended, with or without an error. */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.#last;
    const mine = (async () => {
      await before;
      return this.#around(work);
    })();
    // The next task waits for the end of this one, and not for its success.
    this.#last = mine.catch(() => {});
    this.#waiting += 1;
    try {
      return await mine;
    } finally {
      this.#waiting -= 1;
    }
  }
}
