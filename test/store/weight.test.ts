/** The numbers by which rows are weighed. That they are enough for the heap: `weight.e2e.ts`. */
import { expect, it } from 'vitest';
import type { Row } from '../../src/store/collections.ts';
import { estimateRowBytes } from '../../src/store/weight.ts';
import { row } from '../support/records.ts';

const weigh = (given: Partial<Row>, names = new Set<string>()) => {
  const one = row('', { owner: '', body: null, ...given });
  return estimateRowBytes(one, one.body, JSON.stringify(one.body), names);
};
const EMPTY = weigh({});

it.each<[what: string, bytes: number, given: Partial<Row>]>([
  ['an id', 6, { id: 'abc' }],
  ['an owner', 6, { owner: 'abc' }],
  ['a parent', 6, { parent: 'abc' }],
  ['two aliases', 2 * (150 + 6), { aliases: ['abc', 'def'] }],
  ['a label', 400 + 6, { labels: ['abc'] }],
  ['two accounts', 2 * (400 + 6), { sharedWith: ['abc', 'def'] }],
  ['a name by which it is sorted', 6, { facets: { name: 'abc', state: null, createdAt: 0, modifiedAt: 0 } }],
  ['a text', 24 + 3, { body: 'abc' }],
  ['a text with two bytes for each character', 24 + 6, { body: 'жжж' }],
  ['a number', 16, { body: 5 }],
  ['a boolean', 0, { body: true }],
  ['an empty list', 56, { body: [] }],
  ['a list', 56 + 8 + 8 + 16, { body: [5, null] }],
  ['an empty object', 64, { body: {} }],
  ['an object', 64 + 120 + 3 + 16, { body: { abc: 5 } }],
  ['an object with names of two bytes for each character', 64 + 120 + 6 + 16, { body: { жжж: 5 } }],
  ['objects with the same name', 56 + 16 + 2 * 64 + (120 + 1) + 40, { body: [{ a: null }, { a: null }] }],
])('%s adds %i bytes to a row', (_what, bytes, given) => {
  expect(weigh(given) - EMPTY).toBe(bytes);
});

it('a name that other rows have had weighs less, for up to 1000 names', () => {
  const names = new Set<string>();
  const ofMember = (name: string) => weigh({ body: { [name]: null } }, names) - EMPTY - 64;
  for (let number = 0; number < 999; number += 1) ofMember(`n${number}`);

  expect([ofMember('last'), ofMember('last')]).toEqual([124, 40]);
  expect([ofMember('none'), ofMember('none')]).toEqual([124, 124]);
  expect(names.size).toBe(1000);
});
