/**
 * Work that only so many may do at once; the others wait their turn in the order in which they came. What takes
 * milliseconds of a thread that everybody shares would otherwise keep everybody else waiting.
 */
export class Lane {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param width how many may work at once */
  constructor(width: number) {
    this.#free = width;
  }

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
