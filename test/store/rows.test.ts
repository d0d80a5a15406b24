/** The rows of one collection. */
import { describe, expect, it } from 'vitest';
import { Group } from '../../src/store/indexes.ts';
import type { Row } from '../../src/store/row.ts';
import { Rows } from '../../src/store/rows.ts';
import { createState, listRows } from '../../src/store/state.ts';
import { NOON, row } from '../support/records.ts';

const createRows = (rows: readonly Row[]) => new Rows(listRows(createState(rows)));
const idsOf = (rows: readonly Row[]) => rows.map(({ id }) => id);

it('a group is in order of place, in which a changed row stays', () => {
  const at = (id: string, place: number) => ({ ...row(id), revision: { ...row(id).revision, place } });
  const group = new Group();
  for (const item of [at('b', 2), at('d', 4), at('b', 2)]) group.put(item);
  expect(idsOf(group.rows)).toEqual(['b', 'd']);
  expect(group.rows).toBe(group.rows);

  for (const item of [at('c', 3), at('e', 5)]) group.put(item);
  expect(idsOf(group.rows)).toEqual(['b', 'c', 'd', 'e']);
  expect(idsOf(group.copy().rows)).toEqual(['b', 'c', 'd', 'e']);
});

describe('due', () => {
  const DUE = [row('late', { dueAt: NOON + 2 }), row('never'), row('soon', { dueAt: NOON + 1 })];
  const asParts = DUE.map((due) => ({ ...due, parent: 'p' }));
  const query = { after: NOON, to: NOON + 9, limit: 9 };

  it.each([
    ['of a collection', createRows(DUE), {}],
    ['of an object', createRows(asParts), { parent: 'p' }],
  ])('returns rows %s in order of time or in reverse', (_what, rows, of) => {
    expect(idsOf(rows.due({ ...query, ...of }))).toEqual(['soon', 'late']);
    expect(idsOf(rows.due({ ...query, ...of, latestFirst: true }))).toEqual(['late', 'soon']);
    expect(idsOf(rows.due({ ...query, ...of, limit: 1, latestFirst: true }))).toEqual(['late']);
    expect(idsOf(rows.due({ ...query, ...of, after: NOON + 1 }))).toEqual(['late']);
  });

  it('returns nothing with the limit 0, or if `to` is before `after`', () => {
    const rows = createRows(DUE);

    for (const latestFirst of [true, false]) {
      expect(rows.due({ ...query, limit: 0, latestFirst })).toEqual([]);
      expect(rows.due({ ...query, after: NOON + 5, to: NOON, latestFirst })).toEqual([]);
    }
  });

  it('returns only rows with a time, also of rows that are added later', () => {
    for (const [rows, of] of [
      [createRows(DUE), {}],
      [createRows(asParts), { parent: 'p' }],
    ] as const) {
      const ever = { ...query, ...of, after: -1 };
      expect(idsOf(rows.due(ever))).toEqual(['soon', 'late']);
      const [more] = listRows(createState([row('more', { parent: 'p' })]));
      rows.put(more as Row);
      expect(idsOf(rows.due(ever))).toEqual(['soon', 'late']);
    }
  });
});

it('a row that is not there can be removed', () => {
  const rows = createRows([row('one')]);
  rows.remove('two');
  rows.remove('one');
  rows.remove('one');

  expect(rows.byId('one')).toBeUndefined();
});

describe('the cache', () => {
  it('keeps the visible rows of the last ten accounts', () => {
    const rows = createRows([row('one')]);
    const listFor = (number: number) => rows.visibleTo(`account-${number}`);
    const first = listFor(0);
    for (let number = 1; number < 10; number += 1) listFor(number);

    expect(listFor(0)).toBe(first);
    listFor(10);
    expect(listFor(0)).not.toBe(first);
  });

  it('keeps the counts of the last hundred queries', () => {
    const rows = createRows([row('one')]);
    let counted = 0;
    const count = (number: number) => rows.cacheCount(`query-${number}`, () => (counted += 1));
    for (let number = 0; number < 100; number += 1) count(number);

    expect([count(0), counted]).toEqual([1, 100]);
    count(100);
    expect([count(0), counted]).toEqual([102, 102]);
  });
});
