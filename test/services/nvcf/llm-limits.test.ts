import { describe, expect, it } from 'vitest';
import { formatGoDuration, parseLimits } from '../../../src/services/nvcf/llm-limits.ts';

describe('a token rate limit', () => {
  it.each<[text: string, limits: readonly string[]]>([
    ['', []],
    ['100000-S', ['100000 S 1000']],
    ['5-MO, 10-S', ['10 S 1000', '5 MO 2592000000']],
    [' 1 - W ,2-D,3-H,4-M', ['4 M 60000', '3 H 3600000', '2 D 86400000', '1 W 604800000']],
    ['0-S', []],
    ['9999999999999999-S', []],
    ['-1-S', []],
    ['1-Y, x, 2-M', ['2 M 60000']],
  ])('is parsed from %j', (text, limits) => {
    expect(parseLimits(text).map(({ tokens, unit, periodMs }) => `${tokens} ${unit} ${periodMs}`)).toEqual(limits);
  });
});

describe('a duration in the format of Go', () => {
  it.each([
    [0, '1ms'],
    [0.4, '1ms'],
    [999, '999ms'],
    [1000, '1s'],
    [1500.9, '1.5s'],
    [60_000, '1m0s'],
    [60_500, '1m0.5s'],
    [3_600_000, '1h0m0s'],
    [90_061_001, '25h1m1.001s'],
  ])('formats %s ms as %s', (milliseconds, text) => {
    expect(formatGoDuration(milliseconds)).toBe(text);
  });
});
