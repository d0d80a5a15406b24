import { performance, RealDate } from '../platform/time.ts';

/** Milliseconds since 1970-01-01T00:00:00Z. Only this file reads the machine's clock; other code is passed the time. */
export type Instant = number;

/** A source of time. */
export interface Clock {
  now(): Instant;
}

/** The latest moment the mock's clock can show: in RFC 3339 a year has four digits. */
export const END_OF_TIME: Instant = Date.UTC(9999, 0, 1) - 1;

/** The latest moment with a form in RFC 3339; what ends some time after the clock's own end may be later than that end. */
export const LAST_MOMENT: Instant = Date.UTC(10_000, 0, 1) - 1;

/** The moment this many milliseconds after another one, or the end of time. */
export function later(from: Instant, milliseconds: number): Instant {
  return Math.min(from + milliseconds, END_OF_TIME);
}

/** The machine's own clock. */
export function machineClock(): Clock {
  return { now: () => RealDate.now() };
}

/** Milliseconds of a monotonic clock, to measure durations. */
export function stopwatch(): number {
  return performance.now();
}

/** A clock that stands still until it is set, for tests. */
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

/** The two moments between which time jumped. */
export interface Jump {
  readonly from: Instant;
  readonly to: Instant;
}

/** A check that has to succeed before a clock moves. */
export type BeforeJump = (jump: Jump) => Promise<void>;

/**
 * The clock of a world: it runs at an offset from the machine's clock, or is frozen. Every change survives a restart.
 */
export interface WorldClock extends Clock {
  /** Its offset from real time in milliseconds; negative if it is behind. */
  readonly ahead: number;
  /** Does it stand still? */
  readonly frozen: boolean;
  /**
   * Moves it forward; a frozen one stays frozen.
   *
   * @param before is called first; if it throws, the clock does not move
   * @throws UnreachableTime
   */
  advance(milliseconds: number, before?: BeforeJump): Promise<Jump>;
  /**
   * Moves it to a moment that is not before now; a frozen one stays frozen.
   *
   * @param before as for `advance`
   * @throws UnreachableTime if the moment has passed: only a reset or restore turns time back
   */
  set(to: Instant, before?: BeforeJump): Promise<Jump>;
  /** Stops it at the current time. */
  freeze(): Promise<void>;
  /** Continues from where it stopped, which may be behind real time. */
  resume(): Promise<void>;
}

/** The clock cannot move there: it would run backwards (`past`), or show a moment that no date can express (`end`). */
export class UnreachableTime extends Error {
  override readonly name = 'UnreachableTime';
  readonly why: 'past' | 'end';

  constructor(why: UnreachableTime['why']) {
    super(why === 'past' ? 'time does not run backwards' : 'time ends with the year 9998');
    this.why = why;
  }
}

/** The state of a clock: a fixed offset from real time in milliseconds, or one moment. */
export type ClockState = { readonly ahead: number } | { readonly frozenAt: Instant };

/** The time of a clock in this state. */
export function readTime(state: ClockState, real: Instant): Instant {
  return 'frozenAt' in state ? state.frozenAt : real + state.ahead;
}

/**
 * Moves a clock; it keeps running, or standing still, as before.
 *
 * @throws UnreachableTime
 */
export function moveTo(state: ClockState, to: Instant, real: Instant): ClockState {
  if (!(to >= readTime(state, real))) throw new UnreachableTime('past');
  if (to > END_OF_TIME) throw new UnreachableTime('end');
  return 'frozenAt' in state ? { frozenAt: to } : { ahead: to - real };
}

const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/**
 * Parses a time with an offset (RFC 3339, 5.6), such as `2026-01-15T12:00:00+01:00`. Digits below the millisecond are
 * dropped.
 *
 * @returns null for other texts and impossible moments: the 30th of February, a leap second
 */
export function parseInstant(text: string): Instant | null {
  const [, date, time, fraction = '', sign, hours = 0, minutes = 0] = RFC_3339.exec(text) ?? [];
  const seconds = Date.parse(`${date}T${time}Z`);
  // `Date` rolls impossible days and hours over to others.
  if (Number.isNaN(seconds) || !rfc3339(seconds).startsWith(`${date}T${time}`)) return null;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return seconds + Number(fraction.slice(1, 4).padEnd(3, '0')) + (sign === '-' ? offset : -offset);
}

/** An instant as RFC 3339 in UTC with milliseconds. */
export function rfc3339(instant: Instant): string {
  return new Date(instant).toISOString();
}
