/** A long-running answer. */
export interface Unfinished {
  /** Ends it at once, with valid HTTP. */
  finish(): void;
  /** Breaks the connection. */
  cut(): void;
}

/** The long-running answers of a server: streams and slow bodies. */
export class Outgoing {
  readonly #unfinished = new Set<Unfinished>();
  #isOver = false;

  /** How many are in progress. */
  get size(): number {
    return this.#unfinished.size;
  }

  add(answer: Unfinished): void {
    this.#unfinished.add(answer);
    if (this.#isOver) answer.finish();
  }

  remove(answer: Unfinished): void {
    this.#unfinished.delete(answer);
  }

  /** The server stops: ends these answers, and later ones as soon as they begin. */
  finish(): void {
    this.#isOver = true;
    for (const answer of [...this.#unfinished]) answer.finish();
  }

  /** Breaks the connections of answers that were not read to their end. */
  cut(): void {
    for (const answer of [...this.#unfinished]) answer.cut();
  }
}
