/** Values that are dear to make, by a name, at most so many: the oldest make room. */
export class Remembered<Value> {
  readonly #values = new Map<string, Value>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  find(name: string): Value | undefined {
    return this.#values.get(name);
  }

  /** Keeps a value, and gives it back. */
  keep(name: string, value: Value): Value {
    if (this.#values.size >= this.#most && !this.#values.has(name)) {
      this.#values.delete(this.#values.keys().next().value as string);
    }
    this.#values.set(name, value);
    return value;
  }

  forget(name: string): void {
    this.#values.delete(name);
  }

  clear(): void {
    this.#values.clear();
  }
}
