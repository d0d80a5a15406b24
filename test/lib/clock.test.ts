import { describe, expect, it } from 'vitest';
import {
  type ClockState,
  createMachineClock,
  createManualClock,
  END_OF_TIME,
  moveClock,
  parseInstant,
  readStopwatch,
  readTime,
  rfc3339,
  UnreachableTime,
} from '../../src/lib/clock.ts';

const NOON = Date.UTC(2026, 0, 15, 12);

it('the machine clock shows the time of the machine', () => {
  const before = Date.now();
  const now = createMachineClock().now();

  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

it('a stopwatch never runs backwards', () => {
  const before = readStopwatch();

  expect(readStopwatch()).toBeGreaterThanOrEqual(before);
});

it('a manual clock changes only when it is set', () => {
  const clock = createManualClock(NOON);
  expect(clock.now()).toBe(NOON);

  clock.set(NOON + 1);
  expect(clock.now()).toBe(NOON + 1);
});

describe('a running clock', () => {
  it.each([0, 3_600_000, -3_600_000])('shows the real time plus %i ms', (ahead) => {
    expect(readTime({ ahead }, NOON)).toBe(NOON + ahead);
    expect(readTime({ ahead }, NOON + 5)).toBe(NOON + ahead + 5);
  });

  it('runs on from the time to which it was moved', () => {
    const moved = moveClock({ ahead: 1000 }, NOON + 5000, NOON);

    expect(readTime(moved, NOON)).toBe(NOON + 5000);
    expect(readTime(moved, NOON + 7)).toBe(NOON + 5007);
  });
});

describe('a frozen clock', () => {
  it('shows the same time at any real time', () => {
    expect(readTime({ frozenAt: NOON }, NOON - 1)).toBe(NOON);
    expect(readTime({ frozenAt: NOON }, NOON + 86_400_000)).toBe(NOON);
  });

  it('stays frozen at the time to which it was moved', () => {
    expect(moveClock({ frozenAt: NOON }, NOON + 5000, NOON + 1_000_000)).toEqual({ frozenAt: NOON + 5000 });
  });
});

describe.each<[title: string, state: ClockState]>([
  ['runs', { ahead: 60_000 }],
  ['is frozen', { frozenAt: NOON + 60_000 }],
])('a clock that %s', (_title, state) => {
  const shown = readTime(state, NOON);

  it('throws with the reason if it cannot be moved', () => {
    expect(() => moveClock(state, shown - 1, NOON)).toThrow('time does not run backwards');
    expect(() => moveClock(state, END_OF_TIME + 1, NOON)).toThrow('time ends with the year 9998');
  });

  it.each([
    ['past', shown - 1],
    ['past', NOON],
    ['past', Number.NaN],
    ['past', Number.NEGATIVE_INFINITY],
    ['end', END_OF_TIME + 1],
    ['end', Number.POSITIVE_INFINITY],
  ])('rejects a move with the reason `%s`: %d', (why, to) => {
    expect(() => moveClock(state, to, NOON)).toThrow(expect.objectContaining({ name: 'UnreachableTime', why }));
    expect(() => moveClock(state, to, NOON)).toThrow(UnreachableTime);
  });

  it.each([shown, shown + 1, END_OF_TIME])('is moved to %d', (to) => {
    expect(readTime(moveClock(state, to, NOON), NOON)).toBe(to);
  });
});

describe('an RFC 3339 time', () => {
  it('is parsed to the millisecond', () => {
    for (let millisecond = 0; millisecond < 1000; millisecond++) {
      expect(parseInstant(rfc3339(NOON + millisecond))).toBe(NOON + millisecond);
    }
  });

  it.each([
    ['2026-01-15T12:00:00Z', NOON],
    ['2026-01-15t12:00:00z', NOON],
    ['2026-01-15 12:00:00Z', NOON],
    ['2026-01-15T12:00:00.1Z', NOON + 100],
    ['2026-01-15T12:00:00.0009Z', NOON],
    ['2026-01-15T12:00:00-00:00', NOON],
    ['2026-01-15T17:30:00+05:30', NOON],
    ['2026-01-14T12:01:00-23:59', NOON],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000],
  ])('is parsed from %s', (text, instant) => {
    expect(parseInstant(text)).toBe(instant);
  });

  it.each([
    '2026-01-15T12:00:00',
    '2026-01-15T12:00Z',
    '2026-01-15',
    '2026-02-29T12:00:00Z',
    '2026-04-31T12:00:00Z',
    '2026-00-01T12:00:00Z',
    '2026-01-15T24:00:00Z',
    '2026-12-31T23:59:60Z',
    '2026-01-15T12:00:00+0100',
    '2026-01-15T12:00:00+24:00',
    '2026-01-15T12:00:00Z\n',
    '+010000-01-01T00:00:00Z',
    'undefinedTundefinedZ',
    '',
  ])('is not parsed from %j', (text) => {
    expect(parseInstant(text)).toBeNull();
  });
});

it('times are formatted in UTC with milliseconds', () => {
  expect(rfc3339(Date.UTC(2026, 0, 2, 3, 4, 5, 6))).toBe('2026-01-02T03:04:05.006Z');
});
