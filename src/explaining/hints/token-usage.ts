import { type SharedCache, WorldCache } from '../../memory/caches.ts';
import type { Instant } from '../../time/clock.ts';

/** A number of events since a time. */
export interface Stretch {
  since: Instant;
  count: number;
}

/** Longer names are truncated, because clients choose them. */
const MAX_NAME = 200;

/**
 * Tracks how clients of one world use tokens, across requests. Keeps only counters, for the most recent clients and
 * tokens.
 */
export class TokenUsage {
  readonly #grants: WorldCache<Stretch>;
  readonly #refusals: WorldCache<Stretch>;
  #resetAt: Instant | null = null;
  #clockBeforeReset: Instant | null = null;

  constructor(shared: SharedCache<Stretch>) {
    this.#grants = new WorldCache(shared);
    this.#refusals = new WorldCache(shared);
  }

  /** When the world was last reset; null if never. */
  get resetAt(): Instant | null {
    return this.#resetAt;
  }

  /** The time on the world's clock before its last reset, which turns the clock back; null if there was none. */
  get clockBeforeReset(): Instant | null {
    return this.#clockBeforeReset;
  }

  /**
   * Counts a granted token.
   *
   * @param who the client and the principal
   * @param lifetime of the token, in milliseconds
   * @returns how many tokens were granted while the first of them was in the first half of its lifetime
   */
  countGrant(who: string, now: Instant, lifetime: number): number {
    const stretch = increment(this.#grants, who.slice(0, MAX_NAME), now);
    if (now < stretch.since || now - stretch.since >= lifetime / 2) {
      stretch.since = now;
      stretch.count = 1;
    }
    return stretch.count;
  }

  /**
   * Counts the refusal of an expired token. Its client may then request a new one.
   *
   * @param token its id
   * @returns how often the token was refused, including now
   */
  countRefusal(token: string, who: string, now: Instant): number {
    this.forgetGrants(who);
    return increment(this.#refusals, token.slice(0, MAX_NAME), now).count;
  }

  /** Forgets the grants of a holder who has reason to request a new token. */
  forgetGrants(who: string): void {
    this.#grants.delete(who.slice(0, MAX_NAME));
  }

  /** Forgets everything, because the world was reset. @param before the time on its clock until then */
  reset(now: Instant, before: Instant): void {
    this.clear();
    this.#resetAt = now;
    this.#clockBeforeReset = before;
  }

  clear(): void {
    this.#grants.clear();
    this.#refusals.clear();
  }
}

/** Increments the counter with this name. */
function increment(counters: WorldCache<Stretch>, name: string, now: Instant): Stretch {
  const stretch = counters.get(name) ?? { since: now, count: 0 };
  stretch.count += 1;
  counters.set(name, stretch);
  return stretch;
}
