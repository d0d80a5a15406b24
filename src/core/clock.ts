/**
 * The only file that reads the machine's clock. Everything else is given a time.
 *
 * An `Instant` is a number of milliseconds since 1970-01-01T00:00:00Z.
 */
export type Instant = number;

/** Something that knows what time it is. */
export interface Clock {
  now(): Instant;
}

/** The last moment the mock can stand at: RFC 3339 has four digits for the year. */
export const END_OF_TIME: Instant = Date.UTC(9999, 0, 1) - 1;

/** The machine's own clock. */
export function machineClock(): Clock {
  return { now: () => Date.now() };
}

/** A clock that stands still until it is set; for tests. */
export interface ManualClock extends Clock {
  set(instant: Instant): void;
}

/** A clock that shows `start` until it is set to something else. */
export function manualClock(start: Instant): ManualClock {
  let shown = start;
  return {
    now: () => shown,
    set: (instant) => {
      shown = instant;
    },
  };
}

/** A clock that runs like another one, ahead of it by an offset that can only grow, except by `restart`. */
export class MovableClock implements Clock {
  readonly #base: Clock;
  #ahead: number;

  constructor(base: Clock, ahead = 0) {
    this.#base = base;
    this.#ahead = ahead;
  }

  /** How far ahead of its base this clock is, in milliseconds. */
  get ahead(): number {
    return this.#ahead;
  }

  now(): Instant {
    return this.#base.now() + this.#ahead;
  }

  /** Moves the clock by milliseconds; back only by what it was moved before. */
  advance(milliseconds: number): void {
    this.#ahead += milliseconds;
  }

  /** Back to the time of the base. */
  restart(): void {
    this.#ahead = 0;
  }
}

/** An instant as RFC 3339 in UTC with milliseconds. */
export function rfc3339(instant: Instant): string {
  return new Date(instant).toISOString();
}
