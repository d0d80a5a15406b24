import { performance, RealDate } from './time.ts';

/** Milliseconds since 1970-01-01T00:00:00Z. Only this file reads the system clock; other code is passed the time. */
export type Instant = number;

export interface Clock {
  now(): Instant;
}

/** The latest time that the mock's clock can show, because years in RFC 3339 have four digits. */
export const END_OF_TIME: Instant = Date.UTC(9999, 0, 1) - 1;

/** The latest time that a `Date` can express. */
const MAX_INSTANT: Instant = 8.64e15;

/** Returns whether a stored value is a time that can be formatted. */
export function isInstant(value: unknown): value is Instant {
  return Number.isInteger(value) && Math.abs(value as number) <= MAX_INSTANT;
}

export function addMilliseconds(from: Instant, milliseconds: number): Instant {
  return Math.min(from + milliseconds, END_OF_TIME);
}

export function createMachineClock(): Clock {
  return { now: () => RealDate.now() };
}

/** Returns milliseconds of a monotonic clock, to measure durations. */
export function readStopwatch(): number {
  return performance.now();
}

/** A clock that stands still until it is set, for tests. */
export interface ManualClock extends Clock {
  set(instant: Instant): void;
}

export function createManualClock(start: Instant): ManualClock {
  let current = start;
  return {
    now: () => current,
    set: (instant) => {
      current = instant;
    },
  };
}

export interface Jump {
  readonly from: Instant;
  readonly to: Instant;
}

/** A check that must succeed before a clock moves. */
export type BeforeJump = (jump: Jump) => Promise<void>;

/** The clock of a world: it runs at an offset from the system clock, or is frozen. Every change survives a restart. */
export interface WorldClock extends Clock {
  /** Its offset from real time in milliseconds; negative if it is behind. */
  readonly ahead: number;
  readonly frozen: boolean;
  /** Moves the clock forward, running or frozen. @param before if it throws, the clock stays @throws UnreachableTime */
  advance(milliseconds: number, before?: BeforeJump): Promise<Jump>;
  /** Sets the clock to a later time. @param before as for `advance` @throws UnreachableTime if the time has passed */
  set(to: Instant, before?: BeforeJump): Promise<Jump>;
  freeze(): Promise<void>;
  /** Continues from where the clock stopped, which may be behind real time. */
  resume(): Promise<void>;
}

/** The clock cannot move there: it would run backwards (`past`), or show a time that no date can express (`end`). */
export class UnreachableTime extends Error {
  override readonly name = 'UnreachableTime';
  readonly why: 'past' | 'end';

  constructor(why: UnreachableTime['why']) {
    super(why === 'past' ? 'time does not run backwards' : 'time ends with the year 9998');
    this.why = why;
  }
}

/** The state of a clock: a fixed offset from real time in milliseconds, or a fixed time. */
export type ClockState = { readonly ahead: number } | { readonly frozenAt: Instant };

export function readTime(state: ClockState, real: Instant): Instant {
  return 'frozenAt' in state ? state.frozenAt : real + state.ahead;
}

/** Moves a clock, keeping it running or frozen. @throws UnreachableTime */
export function moveClock(state: ClockState, to: Instant, real: Instant): ClockState {
  if (!(to >= readTime(state, real))) throw new UnreachableTime('past');
  if (to > END_OF_TIME) throw new UnreachableTime('end');
  return 'frozenAt' in state ? { frozenAt: to } : { ahead: to - real };
}

const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** Parses RFC 3339 with an offset, up to the millisecond; null for other texts, and for impossible times. */
export function parseInstant(text: string): Instant | null {
  const [, date, time, fraction = '', sign, hours = 0, minutes = 0] = RFC_3339.exec(text) ?? [];
  const seconds = Date.parse(`${date}T${time}Z`);
  // `Date` rolls impossible days and hours over.
  if (Number.isNaN(seconds) || !rfc3339(seconds).startsWith(`${date}T${time}`)) return null;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return seconds + Number(fraction.slice(1, 4).padEnd(3, '0')) + (sign === '-' ? offset : -offset);
}

/** Formats an instant as RFC 3339 in UTC with milliseconds. */
export function rfc3339(instant: Instant): string {
  return new Date(instant).toISOString();
}
