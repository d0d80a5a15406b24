import { performance, RealDate } from '../machine/time.ts';

/**
 * The only file that reads the machine's clock. Everything else is told the time.
 *
 * An `Instant` is a number of milliseconds since 1970-01-01T00:00:00Z.
 */
export type Instant = number;

/** Something that knows what time it is. */
export interface Clock {
  now(): Instant;
}

/** The latest moment the mock's clock can show: in RFC 3339 a year has four digits. */
export const END_OF_TIME: Instant = Date.UTC(9999, 0, 1) - 1;

/** The machine's own clock. */
export function machineClock(): Clock {
  return { now: () => RealDate.now() };
}

/** Milliseconds on a clock that nothing sets, to measure how long something takes. */
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

/** The clock of a world: it runs like the machine's, ahead of it or behind it, or stands still. Every change survives a restart. */
export interface WorldClock extends Clock {
  /** How far it is ahead of real time, in milliseconds; negative when it is behind. */
  readonly ahead: number;
  /** Does it stand still? */
  readonly frozen: boolean;
  /**
   * Moves it forward; a frozen one stays frozen.
   *
   * @throws UnreachableTime
   */
  advance(milliseconds: number): Promise<Jump>;
  /**
   * Moves it to a moment that is not before now; a frozen one stays frozen.
   *
   * @throws UnreachableTime if that moment has passed: time never runs backwards except by reset or restore
   */
  set(to: Instant): Promise<Jump>;
  /** Stops it where it is. */
  freeze(): Promise<void>;
  /** Runs on from where it stopped, behind real time if need be. */
  resume(): Promise<void>;
  /** Returns to real time, running. Writes nothing: a reset replaces the settings of the store itself. */
  restart(): void;
}

/**
 * A clock cannot be moved there: it would run backwards (`past`), or show a moment that no date can express (`end`).
 */
export class UnreachableTime extends Error {
  override readonly name = 'UnreachableTime';
  readonly why: 'past' | 'end';

  constructor(why: UnreachableTime['why']) {
    super(why === 'past' ? 'time does not run backwards' : 'time ends with the year 9998');
    this.why = why;
  }
}

/** How a clock follows real time: it runs at a fixed distance from it, in milliseconds, or shows one moment. */
export type ClockState = { readonly ahead: number } | { readonly frozenAt: Instant };

/** What a clock in this state shows. */
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
 * Reads a time with an offset (RFC 3339, 5.6), such as `2026-01-15T12:00:00+01:00`. Digits below the millisecond are
 * dropped.
 *
 * @returns null for any other text, and for a moment that no clock here can show: the 30th of February, a leap second
 */
export function parseInstant(text: string): Instant | null {
  const [, date, time, fraction = '', sign, hours = '0', minutes = '0'] = RFC_3339.exec(text) ?? [];
  const seconds = Date.parse(`${date}T${time}Z`);
  // `Date` reads a day or hour that the calendar does not have as another one.
  if (Number.isNaN(seconds) || !rfc3339(seconds).startsWith(`${date}T${time}`)) return null;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
  return seconds + Number(fraction.slice(1, 4).padEnd(3, '0')) - offset;
}

/** An instant as RFC 3339 in UTC with milliseconds. */
export function rfc3339(instant: Instant): string {
  return new Date(instant).toISOString();
}
