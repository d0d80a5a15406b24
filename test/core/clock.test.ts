import { describe, expect, it } from 'vitest';
import { MovableClock, manualClock, rfc3339 } from '../../src/core/clock.ts';

describe('a movable clock', () => {
  it('runs like its base', () => {
    const base = manualClock(1000);
    const clock = new MovableClock(base);
    base.set(2000);

    expect(clock.now()).toBe(2000);
  });

  it('stays ahead by what it was moved, until it is restarted', () => {
    const base = manualClock(1000);
    const clock = new MovableClock(base, 50);
    clock.advance(25);
    base.set(2000);

    expect(clock.now()).toBe(2075);
    expect(clock.ahead).toBe(75);

    clock.restart();
    expect(clock.now()).toBe(2000);
  });
});

it('times are written in UTC with milliseconds', () => {
  expect(rfc3339(Date.UTC(2026, 0, 2, 3, 4, 5, 6))).toBe('2026-01-02T03:04:05.006Z');
});
