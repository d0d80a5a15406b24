import { expect, it } from 'vitest';
import { DEFAULT_TOKEN_LIFETIMES, tokenLifetimesOption } from '../../../src/services/runai/token-lifetimes.ts';

it.each([
  ['1s', { access: 1000 }],
  ['PT15M', { access: 900_000 }],
  ['refresh=2h, access=1h', { access: 3_600_000, refresh: 7_200_000 }],
  ['2h,code=30s', { access: 7_200_000, code: 30_000 }],
  ['access=1h,refresh=24h,code=1m', {}],
])('--token-lifetime accepts `%s`, with defaults for the other lifetimes', (text, lifetimes) => {
  expect(tokenLifetimesOption.read(text)).toEqual({ ...DEFAULT_TOKEN_LIFETIMES, ...lifetimes });
});

it.each(['', '15', '0s', 'access=999ms', 'id=1h', 'constructor=1h', '1h,access=1h', '1h,', 'access=1h=2h'])(
  '--token-lifetime rejects `%s`',
  (text) => {
    expect(tokenLifetimesOption.read(text)).toBeUndefined();
  },
);

it('--token-lifetime is formatted as a value that it accepts', () => {
  const lifetimes = { access: 90_000, refresh: 3_600_000, code: 1000 };

  expect(tokenLifetimesOption.show(lifetimes)).toBe('access=PT1M30S,refresh=PT1H,code=PT1S');
  expect(tokenLifetimesOption.read(tokenLifetimesOption.show(lifetimes))).toEqual(lifetimes);
});
