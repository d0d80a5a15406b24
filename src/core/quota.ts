/** A number of bytes that is shared, and that nobody gives up for others: whatever does not fit is refused. */
export class Quota {
  readonly bytes: number;
  #used = 0;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  get used(): number {
    return this.#used;
  }

  /** @returns false if there is no room for so many; then none are taken */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.bytes) return false;
    this.#used += bytes;
    return true;
  }

  /** Takes them although there may be no room, because another process has granted them. */
  takeAnyway(bytes: number): void {
    this.#used += bytes;
  }

  release(bytes: number): void {
    this.#used -= bytes;
  }
}
