import { describe, expect, it } from 'vitest';
import { shorten } from '../../src/lib/redact.ts';

describe('a long string', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abc…'],
    ['😀😀😀', 3, '😀😀😀'],
    ['😀😀😀😀', 3, '😀😀😀…'],
    ['x'.repeat(60_000), 5, 'xxxxx…'],
    ['', 3, ''],
  ])('%s is shortened to %d characters', (text, max, expected) => {
    expect(shorten(text, max)).toBe(expected);
  });
});
