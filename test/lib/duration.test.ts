import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../src/lib/duration.ts';

describe('a duration is parsed from', () => {
  it.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['0.5h', 1_800_000],
    ['PT15M', 900_000],
    ['PT1H30M', 5_400_000],
    ['P1DT12H', 129_600_000],
    ['P2D', 172_800_000],
    ['PT0.5S', 500],
  ])('%s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });
});

describe('no duration is parsed from', () => {
  it.each([
    '',
    '15',
    '0s',
    '-5m',
    'PT',
    'P',
    'PT0S',
    '15 m',
    '15M',
    'P1M',
    'P1Y',
    '1e3s',
    'NaN',
    '9'.repeat(30).concat('d'),
  ])('`%s`', (text) => {
    expect(parseDuration(text)).toBeNull();
  });
});

describe('a duration is formatted:', () => {
  it.each([
    [0, 'PT0S'],
    [500, 'PT0.5S'],
    [90_000, 'PT1M30S'],
    [900_000, 'PT15M'],
    [90_000_000, 'PT25H'],
    [-900_000, '-PT15M'],
    [-90_061_001, '-PT25H1M1.001S'],
    [-1, '-PT0.001S'],
    [-0, 'PT0S'],
  ])('%d ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});
