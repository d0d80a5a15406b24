import { Problem } from '../decisions/problem.ts';
import { MEGABYTE } from '../lib/memory.ts';
import { clearTimeout, setTimeout } from '../lib/time.ts';

export const LARGE_ANSWER_BYTES = MEGABYTE;

const MAX_WAIT_MS = 5000;

const RETRY_AFTER = 1;

/** The memory for large responses that are rendered or not yet sent. They take turns, in the order of their arrival. */
export class AnswerRoom {
  readonly #limit: number;
  #free: number;
  readonly #queue = new Set<{ readonly bytes: number; start(): void }>();

  constructor(limit: number) {
    this.#limit = limit;
    this.#free = limit;
  }

  /** Waits for room. @returns the bytes to `release` later @throws Problem `unavailable` after five seconds */
  async take(bytes: number): Promise<number> {
    const taken = Math.min(bytes, this.#limit);
    if (this.#queue.size === 0 && taken <= this.#free) this.#free -= taken;
    else await this.#wait(taken);
    return taken;
  }

  release(bytes: number): void {
    this.#free += bytes;
    this.#startNext();
  }

  #wait(bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#queue.delete(waiting);
      };
      const waiting = {
        bytes,
        start: () => {
          end();
          resolve();
        },
      };
      const timer = setTimeout(() => {
        end();
        const message =
          `Other large responses fill the ${Math.round(this.#limit / MEGABYTE)} MB that they may have together. Read them to their end, ` +
          'send the request again, or give the server a larger heap (`NODE_OPTIONS=--max-old-space-size`).';
        reject(new Problem('unavailable', message, { retryAfter: RETRY_AFTER }));
        // Smaller ones may have waited behind it.
        this.#startNext();
      }, MAX_WAIT_MS);
      this.#queue.add(waiting);
    });
  }

  #startNext(): void {
    for (const { bytes, start } of this.#queue) {
      if (bytes > this.#free) return;
      this.#free -= bytes;
      start();
    }
  }
}
