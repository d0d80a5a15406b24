/** What a process takes over of what it is told of a world. */
import { describe, expect, it } from 'vitest';
import { ReceivedRows, type RowNews } from '../../src/store/postgres/received-rows.ts';

describe('what is new', () => {
  const received = () => new ReceivedRows([], 9, 5, () => undefined);
  const news = (since: number, notedSince: number): RowNews => ({
    ...{ revision: '11', base: '1', since: String(since), changed: [], removed: [] },
    ...{ noted: '7', noted_since: String(notedSince), used: [] },
  });

  it('is taken over from where the rows are, or before', () => {
    for (const since of [8, 9]) expect(received().receive(news(since, 5), 11)).toEqual([]);
  });

  it.each([
    ['an older revision', 8, 9, true],
    ['the same', 9, 5, true],
    ['newer uses at the same revision', 9, 6, false],
    ['a newer revision', 10, 0, false],
  ])('is not needed from a reading that has %s', (_what, revision, noted, isAsNew) => {
    expect(received().isAsNewAs({ revision, noted })).toBe(isAsNew);
  });

  it.each([
    ['changes', 10, 5],
    ['uses', 9, 6],
  ])('says nothing where it begins after %s that the rows do not have', (_what, since, notedSince) => {
    expect(received().receive(news(since, notedSince), 11)).toBeNull();
  });
});
