import { describe, expect, it } from 'vitest';
import { computeEffectiveTime } from '../../src/ngc-keys/propagation.ts';
import { drawAt } from '../../src/platform/random.ts';

const NOON = Date.UTC(2026, 0, 15, 12);
const DELAY = 900_000;
const JUST_BELOW_ONE = 1 - 2 ** -48;

describe('an edit counts', () => {
  it.each([
    ['off', 0.5, 0],
    ['fixed', 0, DELAY],
    ['fixed', 0.999, DELAY],
    ['jitter', 0, 0],
    ['jitter', 0.5, 450_000],
    ['jitter', JUST_BELOW_ONE, DELAY],
  ] as const)('with %s and %f drawn, %d ms later', (mode, drawn, later) => {
    expect(computeEffectiveTime(NOON, { mode, delay: DELAY }, drawn)).toBe(NOON + later);
  });

  it.each(['off', 'fixed', 'jitter'] as const)('with %s and no delay at once', (mode) => {
    expect(computeEffectiveTime(NOON, { mode, delay: 0 }, JUST_BELOW_ONE)).toBe(NOON);
  });

  it('with jitter never before it was recorded, never after the delay, and at whole milliseconds', () => {
    const times = draws('jitter', 5000).map((drawn) => computeEffectiveTime(0, { mode: 'jitter', delay: 7 }, drawn));

    expect([...new Set(times)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('a drawn number', () => {
  it('is the same at the same place of the same sequence', () => {
    expect(drawAt('seed', 3)).toBe(drawAt('seed', 3));
    expect(draws('seed', 100)).toEqual(draws('seed', 100));
  });

  it('is another at another place, or in another sequence', () => {
    expect(new Set(draws('seed', 1000)).size).toBe(1000);
    expect(draws('seed', 100)).not.toEqual(draws('other', 100));
  });

  it('lies from 0 to below 1, and anywhere between', () => {
    const drawn = draws('spread', 5000);

    for (const one of drawn) expect(one >= 0 && one < 1).toBe(true);
    for (let tenth = 0; tenth < 10; tenth++) {
      const share = drawn.filter((one) => Math.floor(one * 10) === tenth).length / drawn.length;
      expect(share).toBeGreaterThan(0.08);
      expect(share).toBeLessThan(0.12);
    }
  });
});

function draws(seed: string, count: number): number[] {
  return Array.from({ length: count }, (_, place) => drawAt(seed, place));
}
