import { BoundedCache, type Budget, bytesOf } from '../core/bounded-cache.ts';
import type { Instant } from '../core/clock.ts';

/** How long the published services remember what they found out about a key, in milliseconds. */
export const KEY_CACHE_TIME = 60_000;

/** An answer about a key, and the period in which it is given again. */
interface Remembered {
  readonly answer: unknown;
  readonly from: Instant;
  readonly until: Instant;
}

/**
 * The caches of services that ask about keys: a change of a key counts when the answer before it is forgotten. Time is
 * that of the world; a clock that went back forgets, too.
 */
export class KeyCache {
  readonly #answers: BoundedCache<Remembered>;

  constructor(budget: Budget) {
    this.#answers = new BoundedCache<Remembered>(budget, bytesOf);
  }

  /** The remembered answer, and when it is forgotten; undefined if there is none. */
  find<Answer>(name: string, now: Instant): { readonly answer: Answer; readonly until: Instant } | undefined {
    const found = this.#answers.find(name);
    if (found === undefined || now < found.from || now >= found.until) return undefined;
    // Each name has answers of one type.
    return { answer: found.answer as Answer, until: found.until };
  }

  keep(name: string, answer: unknown, now: Instant): void {
    this.#answers.keep(name, { answer, from: now, until: now + KEY_CACHE_TIME });
  }

  clear(): void {
    this.#answers.clear();
  }
}
