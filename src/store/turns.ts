/** Work that is done one after the other. */
export class Turns {
  readonly #around: <Result>(work: () => Promise<Result>) => Promise<Result>;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** @param around what is done around each, such as keeping other processes out */
  constructor(around: <Result>(work: () => Promise<Result>) => Promise<Result> = (work) => work()) {
    this.#around = around;
  }

  /** Is nothing being done in turn, and does nothing wait? */
  get isIdle(): boolean {
    return this.#waiting === 0;
  }

  /** Does it when everything that came before is done, well or not. */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.#last;
    const mine = (async () => {
      await before;
      return this.#around(work);
    })();
    // The next one waits for its end, and not for its success.
    this.#last = mine.catch(() => {});
    this.#waiting += 1;
    try {
      return await mine;
    } finally {
      this.#waiting -= 1;
    }
  }
}
