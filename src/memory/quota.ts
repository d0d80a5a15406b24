/** A shared number of bytes. Nothing is evicted: a request that exceeds it is refused. */
export class Quota {
  readonly limit: number;
  #used = 0;

  constructor(bytes: number) {
    this.limit = bytes;
  }

  get used(): number {
    return this.#used;
  }

  /** @returns false, taking nothing, if there is not enough room */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.limit) return false;
    this.#used += bytes;
    return true;
  }

  /** Takes bytes that are in memory already, even beyond the limit. */
  forceTake(bytes: number): void {
    this.#used += bytes;
  }

  release(bytes: number): void {
    this.#used -= bytes;
  }
}
