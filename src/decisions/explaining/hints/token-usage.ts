import type { Instant } from '../../../lib/clock.ts';
import { type SharedCache, WorldCache } from '../../../lib/memory.ts';

export interface EventCount {
  since: Instant;
  count: number;
}

/** Longer names are truncated, because clients choose them. */
const MAX_NAME_LENGTH = 200;

/** Counts how clients of one world use tokens, for the most recent clients and tokens. */
export class TokenUsage {
  readonly #grants: WorldCache<EventCount>;
  readonly #refusals: WorldCache<EventCount>;
  #resetAt: Instant | null = null;
  #clockBeforeReset: Instant | null = null;

  constructor(shared: SharedCache<EventCount>) {
    this.#grants = new WorldCache(shared);
    this.#refusals = new WorldCache(shared);
  }

  get resetAt(): Instant | null {
    return this.#resetAt;
  }

  /** The time on the world's clock before its last reset, which turns the clock back; null if there was none. */
  get clockBeforeReset(): Instant | null {
    return this.#clockBeforeReset;
  }

  /** @param holder client and principal @returns the grants within the first half of the first token's lifetime */
  countGrant(holder: string, now: Instant, lifetimeMs: number): number {
    const grants = increment(this.#grants, holder.slice(0, MAX_NAME_LENGTH), now);
    if (now < grants.since || now - grants.since >= lifetimeMs / 2) {
      grants.since = now;
      grants.count = 1;
    }
    return grants.count;
  }

  /** Counts the refusals of an expired token, and returns them. Its client may then request a new one. */
  countRefusal(token: string, holder: string, now: Instant): number {
    this.forgetGrants(holder);
    return increment(this.#refusals, token.slice(0, MAX_NAME_LENGTH), now).count;
  }

  /** Forgets the grants of a holder who has reason to request a new token. */
  forgetGrants(holder: string): void {
    this.#grants.delete(holder.slice(0, MAX_NAME_LENGTH));
  }

  /** Forgets everything, because the world was reset. @param before the time that its clock showed until then */
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

function increment(counters: WorldCache<EventCount>, name: string, now: Instant): EventCount {
  const counter = counters.get(name) ?? { since: now, count: 0 };
  counter.count += 1;
  counters.set(name, counter);
  return counter;
}
