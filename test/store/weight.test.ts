/** The weights of rows; `weight.e2e.ts` compares them with the heap. */
import { expect, it } from 'vitest';
import type { Row } from '../../src/store/row.ts';
import { createStoredRow, estimateRowBytes } from '../../src/store/weight.ts';
import { row } from '../support/records.ts';

const weigh = (members: Partial<Row>, names = new Set<string>()) => {
  const weighed = row('', { owner: '', body: null, ...members });
  return estimateRowBytes(weighed, weighed.body, JSON.stringify(weighed.body), names);
};
const EMPTY = weigh({});

it.each<[title: string, bytes: number, members: Partial<Row>]>([
  ['an id', 6, { id: 'abc' }],
  ['an owner', 6, { owner: 'abc' }],
  ['a parent', 6, { parent: 'abc' }],
  ['two aliases', 2 * (150 + 6), { aliases: ['abc', 'def'] }],
  ['a label', 400 + 6, { labels: ['abc'] }],
  ['two accounts', 2 * (400 + 6), { sharedWith: ['abc', 'def'] }],
  ['a sort key', 6, { facets: { name: 'abc', state: null, createdAt: 0, modifiedAt: 0 } }],
  ['a text', 24 + 3, { body: 'abc' }],
  ['a text of two-byte characters', 24 + 6, { body: 'жжж' }],
  ['a text of 32 kB', 32_768, { body: 'x'.repeat(32_744) }],
  ['a longer text, which leaves a part of a page empty,', 36_572, { body: 'x'.repeat(32_745) }],
  ['a text of half a page', 256_000, { body: 'x'.repeat(131_048) }],
  ['a text with its own pages', 131_073, { body: 'x'.repeat(131_049) }],
  ['a number', 16, { body: 5 }],
  ['a boolean', 0, { body: true }],
  ['an empty list', 56, { body: [] }],
  ['a list', 56 + 8 + 8 + 16, { body: [5, null] }],
  ['an empty object', 64, { body: {} }],
  ['an object', 64 + 120 + 3 + 16, { body: { abc: 5 } }],
  ['an object with names of two-byte characters', 64 + 120 + 6 + 16, { body: { жжж: 5 } }],
  ['objects with the same name', 56 + 16 + 2 * 64 + (120 + 1) + 40, { body: [{ a: null }, { a: null }] }],
])('%s adds %i bytes to a row', (_what, bytes, members) => {
  expect(weigh(members) - EMPTY).toBe(bytes);
});

it('a repeated member name weighs less, for up to 1000 names', () => {
  const names = new Set<string>();
  const weighMember = (name: string) => weigh({ body: { [name]: null } }, names) - EMPTY - 64;
  for (let number = 0; number < 999; number += 1) weighMember(`n${number}`);

  expect([weighMember('last'), weighMember('last')]).toEqual([124, 40]);
  expect([weighMember('none'), weighMember('none')]).toEqual([124, 124]);
  expect(names.size).toBe(1000);
});

it('a row without a body is stored with null', () => {
  const stored = createStoredRow(row('', { body: undefined }), 1, new Set());

  expect([stored.body, stored.revision.size]).toEqual([null, 4]);
});
