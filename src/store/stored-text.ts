import { Mutex } from './mutex.ts';

/** A text that is stored with a world, but not in its snapshots. A change is stored before it is visible. */
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

  /** Atomically replaces the text with the first result of `change`, and returns the second. @throws as a commit */
  update<Result>(change: (before: string) => readonly [text: string, result: Result]): Promise<Result> {
    return this.#mutex.runExclusive(async () => {
      const [after, result] = change(this.#text);
      if (after !== this.#text) await this.#write(after);
      this.#text = after;
      return result;
    });
  }
}
