/**
 * Work that only so many may do at once; the others wait their turn in the order in which they came. What takes
 * milliseconds of a thread that everybody shares would otherwise keep everybody else waiting.
 */
export class Lane {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  readonly #most: number;

  /**
   * @param width how many may work at once
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

  /** @param work what there is room for */
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
