import { expect, it } from 'vitest';
import { formatCount } from '../../src/text/count.ts';

it.each([
  [0, '0 requests'],
  [1, '1 request'],
  [2, '2 requests'],
])('%i of requests are told as `%s`', (number, reported) => {
  expect(formatCount(number, 'request')).toBe(reported);
});
