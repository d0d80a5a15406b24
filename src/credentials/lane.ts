/** Limits concurrent tasks: each takes milliseconds of a shared thread. The others wait in order of arrival. */
export class Lane {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  readonly #most: number;

  /**
   * @param width tasks that may run at once
   * @param most tasks that may wait
   */
  constructor(width: number, most: number) {
    this.#free = width;
    this.#most = most;
  }

  /** May another task run or wait? */
  get hasRoom(): boolean {
    return this.#free > 0 || this.#waiting.length < this.#most;
  }

  /** @param work runs when its turn comes; check `hasRoom` first */
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
