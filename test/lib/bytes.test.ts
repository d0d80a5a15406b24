import { expect, it } from 'vitest';
import { estimateBytes } from '../../src/lib/memory.ts';

it.each([
  ['a string', 'x'.repeat(1000), 2000],
  ['a list of strings', Array(100).fill('x'.repeat(10)), 2000],
  ['a set', new Set(['x'.repeat(500), 'y'.repeat(500)]), 2000],
  ['a number', 7, 16],
  ['a buffer', Buffer.alloc(2000), 2000],
  ['a nested object', { a: [{ b: new Map([['c', 'x'.repeat(1000)]]) }] }, 2000],
])('the estimated size of %s is close to its memory', (_what, value, min) => {
  expect(estimateBytes(value)).toBeGreaterThanOrEqual(min);
  expect(estimateBytes(value)).toBeLessThan(4 * min);
});
