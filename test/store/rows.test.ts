/** The rows of one collection. */
import { describe, expect, it } from 'vitest';
import type { Row } from '../../src/store/collections.ts';
import { Rows } from '../../src/store/rows.ts';
import { createState, listRows } from '../../src/store/state.ts';
import { NOON, row } from '../support/records.ts';

const made = (rows: readonly Row[]) => new Rows(listRows(createState(rows)));
const ids = (rows: readonly Row[]) => rows.map(({ id }) => id);

describe('rows that are due', () => {
  const DUE = [row('late', { dueAt: NOON + 2 }), row('never'), row('soon', { dueAt: NOON + 1 })];
  const asParts = DUE.map((one) => ({ ...one, parent: 'p' }));
  const query = { collection: 'things', after: NOON, to: NOON + 9, limit: 9 };

  it.each([
    ['of a collection', made(DUE), {}],
    ['of an object', made(asParts), { parent: 'p' }],
  ])('%s are in the order of their times, or in reverse', (_what, rows, of) => {
    expect(ids(rows.due({ ...query, ...of }))).toEqual(['soon', 'late']);
    expect(ids(rows.due({ ...query, ...of, latestFirst: true }))).toEqual(['late', 'soon']);
    expect(ids(rows.due({ ...query, ...of, limit: 1, latestFirst: true }))).toEqual(['late']);
    expect(ids(rows.due({ ...query, ...of, after: NOON + 1 }))).toEqual(['late']);
  });

  it('are none without a limit, or in a time that ends before it begins', () => {
    const rows = made(DUE);

    for (const latestFirst of [true, false]) {
      expect(rows.due({ ...query, limit: 0, latestFirst })).toEqual([]);
      expect(rows.due({ ...query, after: NOON + 5, to: NOON, latestFirst })).toEqual([]);
    }
  });

  it('have a time, also where they come later', () => {
    for (const [rows, of] of [
      [made(DUE), {}],
      [made(asParts), { parent: 'p' }],
    ] as const) {
      const ever = { ...query, ...of, after: -1 };
      expect(ids(rows.due(ever))).toEqual(['soon', 'late']);
      const [more] = listRows(createState([row('more', { parent: 'p' })]));
      rows.put(more as Row);
      expect(ids(rows.due(ever))).toEqual(['soon', 'late']);
    }
  });
});

describe('what is kept until the next change', () => {
  it('are the visible rows of the last ten accounts', () => {
    const rows = made([row('one')]);
    const listFor = (number: number) => rows.list({ collection: 'things', visibleTo: `account-${number}` });
    const first = listFor(0);
    for (let number = 1; number < 10; number += 1) listFor(number);

    expect(listFor(0)).toBe(first);
    listFor(10);
    expect(listFor(0)).not.toBe(first);
  });

  it('is the number of rows of the last hundred queries', () => {
    const rows = made([row('one')]);
    let counted = 0;
    const count = (number: number) => rows.cacheCount(`query-${number}`, () => (counted += 1));
    for (let number = 0; number < 100; number += 1) count(number);

    expect([count(0), counted]).toEqual([1, 100]);
    count(100);
    expect([count(0), counted]).toEqual([102, 102]);
  });
});
