import type { Instant } from '../core/clock.ts';
import { type Budget, Held } from '../core/held.ts';

/** How many there were since when. */
interface Stretch {
  since: Instant;
  count: number;
}

/** About how many bytes one takes. */
const STRETCH_BYTES = 32;
/** Longer names are cut: they come from a sender. */
const MOST_NAME = 200;

/**
 * How clients of one world treat their tokens, as far as single requests do not show it: numbers only, for the clients
 * and tokens that were seen last.
 */
export class Habits {
  readonly #grants: Held<Stretch>;
  readonly #refusals: Held<Stretch>;
  #resetAt: Instant | null = null;

  constructor(budget: Budget) {
    this.#grants = new Held<Stretch>(budget, () => STRETCH_BYTES);
    this.#refusals = new Held<Stretch>(budget, () => STRETCH_BYTES);
  }

  /** When its world was last reset; null if it never was. */
  get resetAt(): Instant | null {
    return this.#resetAt;
  }

  /**
   * A token was given to somebody.
   *
   * @param who the client, and for whom
   * @param lifetime of the token, in milliseconds
   * @returns how many they were given while the first of them was in the first half of its life
   */
  granted(who: string, now: Instant, lifetime: number): number {
    const stretch = counted(this.#grants, who.slice(0, MOST_NAME), now);
    if (now < stretch.since || now - stretch.since >= lifetime / 2) {
      stretch.since = now;
      stretch.count = 1;
    }
    return stretch.count;
  }

  /**
   * An expired token was refused, so its client does well to ask for another.
   *
   * @param token its id
   * @returns how often it has been refused, this time included
   */
  refusedExpired(token: string, who: string, now: Instant): number {
    this.renews(who);
    return counted(this.#refusals, token.slice(0, MOST_NAME), now).count;
  }

  /** Somebody's token does not count any more, so they are right to ask for the next one. */
  renews(who: string): void {
    this.#grants.forget(who.slice(0, MOST_NAME));
  }

  /** Forgets everything: its world was reset. */
  reset(now: Instant): void {
    this.clear();
    this.#resetAt = now;
  }

  clear(): void {
    this.#grants.clear();
    this.#refusals.clear();
  }
}

/** The stretch of this name, with one more in it. */
function counted(held: Held<Stretch>, name: string, now: Instant): Stretch {
  const stretch = held.find(name);
  if (stretch === undefined) return held.keep(name, { since: now, count: 1 });
  stretch.count += 1;
  return stretch;
}
