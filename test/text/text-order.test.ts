import { expect, it } from 'vitest';
import { compareTexts } from '../../src/text/text-order.ts';

it('texts have the order of their code points, as in a database', () => {
  const inOrder = [
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
  expect([...inOrder].reverse().sort(compareTexts)).toEqual(inOrder);
  expect(inOrder.map((text) => compareTexts(text, text))).toEqual(inOrder.map(() => 0));
});
