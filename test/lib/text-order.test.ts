import { expect, it } from 'vitest';
import { compareTexts } from '../../src/lib/text-order.ts';

it('strings are ordered by code points, as in a database', () => {
  const sorted = [
    '',
    'A',
    'AB',
    'Z',
    'a',
    'ab',
    'é',
    '\ud7ff',
    '\ue000',
    '\uffff',
    '\u{10000}',
    '\u{1f600}',
    '\u{10ffff}',
  ];
  expect([...sorted].reverse().sort(compareTexts)).toEqual(sorted);
  expect(sorted.map((text) => compareTexts(text, text))).toEqual(sorted.map(() => 0));
});
