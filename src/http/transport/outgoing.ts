/** An answer that takes its time. */
export interface Unfinished {
  /** Brings it to its end at once, in a way that HTTP allows. */
  finish(): void;
  /** Breaks it off. */
  cut(): void;
}

/** The answers of a server that take their time: streams, and bodies that are sent slowly. */
export class Outgoing {
  readonly #unfinished = new Set<Unfinished>();
  #isOver = false;

  /** How many there are. */
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

  /** The server stops: these answers end, and later ones end as soon as they begin. */
  finish(): void {
    this.#isOver = true;
    for (const answer of [...this.#unfinished]) answer.finish();
  }

  /** Breaks off what nobody has read to its end. */
  cut(): void {
    for (const answer of [...this.#unfinished]) answer.cut();
  }
}
