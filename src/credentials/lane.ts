/**
 * Limits how many tasks run at once; the others wait for their turn in order of arrival. A task that takes milliseconds
 * of a shared thread would otherwise keep everybody else waiting.
 */
export class Lane {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  readonly #most: number;

  /**
   * @param width how many may run at once
   * @param most how many may wait
   */
  constructor(width: number, most: number) {
    this.#free = width;
    this.#most = most;
  }

  /** Is there room for one more? */
  get hasRoom(): boolean {
    return this.#free > 0 || this.#waiting.length < this.#most;
  }

  /** @param work run when it is its turn; check `hasRoom` first */
  async run<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((begin) => this.#waiting.push(begin));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
