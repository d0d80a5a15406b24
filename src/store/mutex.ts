/** Tracks the turns of the running task, so that a task waiting for its own turn fails instead of hanging. */
export interface TurnWatch {
  getStore(): ReadonlySet<Mutex> | undefined;
  run<Result>(turns: ReadonlySet<Mutex>, work: () => Promise<Result>): Promise<Result>;
}

export class Mutex {
  /** An `AsyncLocalStorage` in tests. In a server, it would slow down every promise. */
  static watch: TurnWatch | null = null;
  #isTaken = false;
  readonly #waiting: (() => void)[] = [];

  async runExclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    const { watch } = Mutex;
    const taken = watch?.getStore();
    if (taken?.has(this) === true) throw new TypeError('a task waits for its own turn');
    if (this.#isTaken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#isTaken = true;
    try {
      return await (watch === null ? work() : watch.run(new Set([...(taken ?? []), this]), work));
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#isTaken = false;
      else next();
    }
  }
}
