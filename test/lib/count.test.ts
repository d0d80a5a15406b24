import { expect, it } from 'vitest';
import { formatCount } from '../../src/lib/redact.ts';

it.each([
  [0, '0 requests'],
  [1, '1 request'],
  [2, '2 requests'],
])('%i is formatted as `%s`', (number, expected) => {
  expect(formatCount(number, 'request')).toBe(expected);
});
