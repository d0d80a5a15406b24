import { Mutex } from './mutex.ts';

/**
 * A string that is stored with a world but is not one of its rows, so snapshots do not include it. A change is stored
 * before it is visible.
 */
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
   * Atomically replaces the string.
   *
   * @param change returns the new string, and the result for the caller
   * @returns that result
   * @throws the same errors as a commit
   */
  update<Result>(change: (before: string) => readonly [text: string, result: Result]): Promise<Result> {
    return this.#mutex.runExclusive(async () => {
      const [after, result] = change(this.#text);
      if (after !== this.#text) await this.#write(after);
      this.#text = after;
      return result;
    });
  }
}
