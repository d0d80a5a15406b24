import { Mutex } from './mutex.ts';

/** Text stored with a world besides its rows; snapshots don't include it. Changes are stored before they are visible. */
export class StoredText {
  #text: string;
  readonly #write: (text: string) => Promise<void>;
  readonly #mutex = new Mutex();

  constructor(text: string, write: (text: string) => Promise<void>) {
    this.#text = text;
    this.#write = write;
  }

  get text(): string {
    return this.#text;
  }

  /**
   * Atomically replaces the text with the result of `change`.
   *
   * @returns the second result of `change`
   * @throws the same errors as a commit
   */
  update<Result>(change: (before: string) => readonly [text: string, result: Result]): Promise<Result> {
    return this.#mutex.take(async () => {
      const [after, result] = change(this.#text);
      if (after !== this.#text) await this.#write(after);
      this.#text = after;
      return result;
    });
  }
}
