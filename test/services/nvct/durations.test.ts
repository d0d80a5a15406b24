/** Durations, as `Duration` of Java reads and writes them. */
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
])('%s is %d seconds', (text, seconds) => {
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
])('%s is written as %s', (text, written) => {
  expect(writeDuration(readDuration('field', text) ?? 0n)).toBe(written);
});

it('a field that was not sent has no duration', () => {
  expect(readDuration('field', undefined)).toBeNull();
});

it.each(['', 'P', 'PT', '4h', 'P1Y', 'PT1.0000000000S', 'PT1S ', 'P-T1S'])('%j is no duration', (text) => {
  expect(() => readDuration('field', text)).toThrow(
    /^Field `field` is not valid; expected an ISO 8601 duration, .* `PT12H30M`\.$/,
  );
});

describe('a number beyond a long of Java is refused:', () => {
  it.each([
    ['of seconds', 'PT9223372036854775808S'],
    ['of seconds before zero', 'PT-9223372036854775809S'],
    ['of seconds, with a fraction', 'PT-9223372036854775808.1S'],
    ['of hours', 'PT99999999999999999999H'],
    ['of hours, in seconds', 'PT2562047788015216H'],
    ['of days, in seconds', 'P106751991167301D'],
    ['of minutes, in seconds', 'PT153722867280912931M'],
    ['of the sum', `PT1M${MAX_SECONDS}S`],
    ['of a part of the sum', `P-1DT1M${MAX_SECONDS}S`],
    ['of the opposite', '-PT-9223372036854775808S'],
  ])('%s', (_what, text) => {
    expect(() => readDuration('field', text)).toThrow(
      'Field `field` is too large; expected up to 9223372036854775807 seconds.',
    );
  });
});
