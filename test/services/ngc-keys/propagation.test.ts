import { describe, expect, it } from 'vitest';
import { drawAt } from '../../../src/lib/random.ts';
import { computeEffectiveTime } from '../../../src/services/ngc-keys/propagation.ts';

const NOON = Date.UTC(2026, 0, 15, 12);
const DELAY = 900_000;
const JUST_BELOW_ONE = 1 - 2 ** -48;

describe('the effective time of an edit', () => {
  it.each([
    ['off', 0.5, 0],
    ['fixed', 0, DELAY],
    ['fixed', 0.999, DELAY],
    ['jitter', 0, 0],
    ['jitter', 0.5, 450_000],
    ['jitter', JUST_BELOW_ONE, DELAY],
  ] as const)('with %s and the random number %f is %d ms later', (mode, random, expected) => {
    expect(computeEffectiveTime(NOON, { mode, delay: DELAY }, random)).toBe(NOON + expected);
  });

  it.each(['off', 'fixed', 'jitter'] as const)('with %s and no delay is the time of the edit', (mode) => {
    expect(computeEffectiveTime(NOON, { mode, delay: 0 }, JUST_BELOW_ONE)).toBe(NOON);
  });

  it('with jitter is a whole millisecond within the delay', () => {
    const times = drawMany('jitter', 5000).map((random) =>
      computeEffectiveTime(0, { mode: 'jitter', delay: 7 }, random),
    );

    expect([...new Set(times)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

it('the random numbers of a series are uniform from 0 to below 1, and differ in another series', () => {
  const numbers = drawMany('spread', 5000);

  for (const number of numbers) expect(number >= 0 && number < 1).toBe(true);
  for (let tenth = 0; tenth < 10; tenth++) {
    const share = numbers.filter((number) => Math.floor(number * 10) === tenth).length / numbers.length;
    expect(share).toBeGreaterThan(0.08);
    expect(share).toBeLessThan(0.12);
  }
  expect(drawMany('seed', 100)).not.toEqual(drawMany('other', 100));
});

function drawMany(seed: string, count: number): number[] {
  return Array.from({ length: count }, (_, index) => drawAt(seed, index));
}
