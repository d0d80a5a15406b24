import { describe, expect, it } from 'vitest';
import { type Listing, type PageQuery, type Position, selectPage } from '../../../src/decisions/responses/page.ts';

interface Entry {
  readonly id: string;
  readonly place: Position;
  readonly at: number;
}

const createEntry = (number: number, text?: string): Entry => ({
  id: `e${number}${text ?? ''}`,
  place: text === undefined ? [number] : [number, text],
  at: number * 1000,
});

const createListing = (entries: readonly Entry[], order: Listing<Entry>['order']): Listing<Entry> => ({
  order,
  positionOf: ({ place }) => place,
  positionOfId: (id) => entries.find((item) => item.id === id)?.place ?? null,
  timeOf: ({ at }) => at,
  ...(entries.some(({ place: [, text] }) => text !== undefined) && { isText: (text) => !text.includes('_') }),
});

const selectIds = (entries: readonly Entry[], query: PageQuery, order: Listing<Entry>['order'] = 'oldest first') => {
  const { entries: shown, total, next } = selectPage(entries, query, createListing(entries, order), 100);
  return { ids: shown.map(({ id }) => id), total, next };
};

const FIVE = [1, 2, 3, 4, 5].map((number) => createEntry(number));

describe('a page of a list', () => {
  it('has the entries up to the limit, the total, and a cursor while there are more', () => {
    const first = selectIds(FIVE, { limit: 2 });
    const second = selectIds(FIVE, { limit: 2, after: first.next ?? '' });
    const third = selectIds(FIVE, { limit: 2, after: second.next ?? '' });

    expect(first).toEqual({ ids: ['e1', 'e2'], total: 5, next: expect.any(String) });
    expect(second).toEqual({ ids: ['e3', 'e4'], total: 5, next: expect.any(String) });
    expect(third).toEqual({ ids: ['e5'], total: 5, next: null });
  });

  it('continues toward the end of a list that starts with the newest', () => {
    const newest = [...FIVE].reverse();
    const { next } = selectIds(newest, { limit: 3 }, 'newest first');

    expect(selectIds(newest, { after: next ?? '' }, 'newest first').ids).toEqual(['e2', 'e1']);
    expect(selectIds([createEntry(6), ...newest], { after: next ?? '' }, 'newest first').ids).toEqual(['e2', 'e1']);
  });

  it.each([
    ['was deleted', [1, 2, 4, 5]],
    ['was deleted with its neighbours', [1, 5]],
    ['was deleted with all entries before it', [4, 5]],
  ])('continues at its place if the entry of the cursor %s', (_what, numbers) => {
    const { next } = selectIds(FIVE, { limit: 3 });
    const rest = numbers.map((number) => createEntry(number));

    expect(selectIds(rest, { after: next ?? '' }).ids).toEqual(rest.map(({ id }) => id).filter((id) => id > 'e3'));
  });

  it('distinguishes entries with the same number by their text', () => {
    const same = ['a', 'b.c', 'd'].map((text) => createEntry(7, text));
    const { next } = selectIds(same, { limit: 2 });

    expect(selectIds(same, { after: next ?? '' }).ids).toEqual(['e7d']);
    expect(selectIds(same.slice(2), { after: next ?? '' }).ids).toEqual(['e7d']);
    expect(() => selectIds(same, { after: '7.__proto__' })).toThrow('Query parameter `after` must be');
  });

  it('starts after the id of an entry or at a time', () => {
    expect(selectIds(FIVE, { since: 'e3' })).toEqual({ ids: ['e4', 'e5'], total: 2, next: null });
    expect(selectIds(FIVE, { since: '1970-01-01T00:00:04Z', limit: 1 })).toMatchObject({ ids: ['e4'], total: 2 });
    expect(selectIds([...FIVE].reverse(), { since: 'e4' }, 'newest first').ids).toEqual(['e5']);
  });

  it.each([
    ['after', 'e3'],
    ['after', ''],
    ['after', '-1'],
    ['after', '007'],
    ['after', '9999999999999999'],
    ['after', '1.5'],
    ['after', '1.x'],
    ['after', '1.__proto__'],
    ['since', 'yesterday'],
  ])('rejects %s=%s and names the expected value', (name, value) => {
    expect(() => selectIds(FIVE, { [name]: value })).toThrow(
      expect.objectContaining({
        kind: 'invalid_request',
        message: expect.stringContaining(`Query parameter \`${name}\` must be`),
      }),
    );
  });
});
