/** Limits the memory that several users share, in bytes. Nothing is evicted: a request beyond the limit is refused. */
export class Quota {
  readonly limit: number;
  #used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** Takes bytes and returns true; takes nothing and returns false if there is not enough room. */
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
