import { Turns } from './turns.ts';

/** A text beside the rows of a world, which no snapshot contains. It is stored before it is seen. */
export class KeptState {
  #text: string;
  readonly #write: (text: string) => Promise<void>;
  readonly #turns = new Turns();

  constructor(text: string, write: (text: string) => Promise<void>) {
    this.#text = text;
    this.#write = write;
  }

  get text(): string {
    return this.#text;
  }

  /**
   * Replaces the text with the result of `change`. No other change comes between.
   *
   * @returns the second result of `change`
   * @throws as a commit
   */
  update<Result>(change: (before: string) => readonly [text: string, result: Result]): Promise<Result> {
    return this.#turns.take(async () => {
      const [after, result] = change(this.#text);
      if (after !== this.#text) await this.#write(after);
      this.#text = after;
      return result;
    });
  }
}
