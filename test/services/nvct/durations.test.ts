/** Durations are parsed and formatted as by `java.time.Duration`. */
import { describe, expect, it } from 'vitest';
import { readDuration, writeDuration } from '../../../src/services/nvct/durations.ts';

const MAX_SECONDS = '9223372036854775807';

it.each([
  ['PT12H30M', 45_000],
  ['pt1h', 3600],
  ['P1DT0.5S', 86_400.5],
  ['PT1M-60S', 0],
  ['-PT0S', 0],
  ['-PT-1,25S', 1.25],
  ['PT-0.5S', -0.5],
  ['PT+5.S', 5],
  [`PT${'0'.repeat(50)}7S`, 7],
  [`PT${MAX_SECONDS}.999999999S`, 2 ** 63],
  ['PT-9223372036854775808S', -(2 ** 63)],
  ['-PT-9223372036854775807S', 2 ** 63],
  ['P100000000000000D', 8.64e18],
])('parses %s as %d seconds', (text, seconds) => {
  expect(Number(readDuration('field', text)) / 1e9).toBe(seconds);
});

it.each([
  ['PT72H', 'PT72H'],
  ['P1DT0.5S', 'PT24H0.5S'],
  ['pt90m', 'PT1H30M'],
  ['PT1M-60S', 'PT0S'],
  ['-PT-1,25S', 'PT1.25S'],
  ['PT-0.5S', 'PT-0.5S'],
  ['-P1DT1H61.000000001S', 'PT-25H-1M-1.000000001S'],
  [`PT${MAX_SECONDS}S`, 'PT2562047788015215H30M7S'],
])('formats %s as %s', (text, expected) => {
  expect(writeDuration(readDuration('field', text) ?? 0n)).toBe(expected);
});

it('returns null for a missing field', () => {
  expect(readDuration('field', undefined)).toBeNull();
});

it.each(['', 'P', 'PT', '4h', 'P1Y', 'PT1.0000000000S', 'PT1S ', 'P-T1S'])(
  'rejects the invalid duration %j',
  (text) => {
    expect(() => readDuration('field', text)).toThrow(
      /^Field `field` is not valid; expected an ISO 8601 duration, .* `PT12H30M`\.$/,
    );
  },
);

describe('a duration beyond the range of a Java long is rejected:', () => {
  it.each([
    ['too many seconds', 'PT9223372036854775808S'],
    ['too many negative seconds', 'PT-9223372036854775809S'],
    ['too many negative seconds, with a fraction', 'PT-9223372036854775808.1S'],
    ['too many hours', 'PT99999999999999999999H'],
    ['too many seconds after conversion of hours', 'PT2562047788015216H'],
    ['too many seconds after conversion of days', 'P106751991167301D'],
    ['too many seconds after conversion of minutes', 'PT153722867280912931M'],
    ['an overflow of the sum', `PT1M${MAX_SECONDS}S`],
    ['an overflow of a partial sum', `P-1DT1M${MAX_SECONDS}S`],
    ['an overflow of the negated duration', '-PT-9223372036854775808S'],
  ])('%s', (_what, text) => {
    expect(() => readDuration('field', text)).toThrow(
      'Field `field` is too large; expected up to 9223372036854775807 seconds.',
    );
  });
});
