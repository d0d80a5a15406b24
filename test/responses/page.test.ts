import { describe, expect, it } from 'vitest';
import { type Listing, type PageQuery, type Position, selectPage } from '../../src/responses/page.ts';

interface Entry {
  readonly id: string;
  readonly place: Position;
  readonly at: number;
}

const entry = (number: number, text?: string): Entry => ({
  id: `e${number}${text ?? ''}`,
  place: text === undefined ? [number] : [number, text],
  at: number * 1000,
});

const listing = (entries: readonly Entry[], order: Listing<Entry>['order']): Listing<Entry> => ({
  order,
  positionOf: ({ place }) => place,
  positionOfId: (id) => entries.find((one) => one.id === id)?.place ?? null,
  timeOf: ({ at }) => at,
  ...(entries.some(({ place: [, text] }) => text !== undefined) && { isText: (text) => !text.includes('_') }),
});

const page = (entries: readonly Entry[], query: PageQuery, order: Listing<Entry>['order'] = 'oldest first') => {
  const { entries: shown, total, next } = selectPage(entries, query, listing(entries, order), 100);
  return { ids: shown.map(({ id }) => id), total, next };
};

const FIVE = [1, 2, 3, 4, 5].map((number) => entry(number));

describe('a page of a list', () => {
  it('has as many entries as the limit says, how many there are, and a cursor while there are more', () => {
    const first = page(FIVE, { limit: 2 });
    const second = page(FIVE, { limit: 2, after: first.next ?? '' });
    const third = page(FIVE, { limit: 2, after: second.next ?? '' });

    expect(first).toEqual({ ids: ['e1', 'e2'], total: 5, next: expect.any(String) });
    expect(second).toEqual({ ids: ['e3', 'e4'], total: 5, next: expect.any(String) });
    expect(third).toEqual({ ids: ['e5'], total: 5, next: null });
  });

  it('goes on toward the end of a list that begins with the newest', () => {
    const newest = [...FIVE].reverse();
    const { next } = page(newest, { limit: 3 }, 'newest first');

    expect(page(newest, { after: next ?? '' }, 'newest first').ids).toEqual(['e2', 'e1']);
    expect(page([entry(6), ...newest], { after: next ?? '' }, 'newest first').ids).toEqual(['e2', 'e1']);
  });

  it.each([
    ['is gone', [1, 2, 4, 5]],
    ['is gone with its neighbours', [1, 5]],
    ['is gone with everything before it', [4, 5]],
  ])('goes on where it was when the entry of the cursor %s', (_what, left) => {
    const { next } = page(FIVE, { limit: 3 });
    const rest = left.map((number) => entry(number));

    expect(page(rest, { after: next ?? '' }).ids).toEqual(rest.map(({ id }) => id).filter((id) => id > 'e3'));
  });

  it('tells entries with the same number apart by their text', () => {
    const same = ['a', 'b.c', 'd'].map((text) => entry(7, text));
    const { next } = page(same, { limit: 2 });

    expect(page(same, { after: next ?? '' }).ids).toEqual(['e7d']);
    expect(page(same.slice(2), { after: next ?? '' }).ids).toEqual(['e7d']);
    expect(() => page(same, { after: '7.__proto__' })).toThrow('Query parameter `after` must be');
  });

  it('is narrowed by the id of an entry, or by a time', () => {
    expect(page(FIVE, { since: 'e3' })).toEqual({ ids: ['e4', 'e5'], total: 2, next: null });
    expect(page(FIVE, { since: '1970-01-01T00:00:04Z', limit: 1 })).toMatchObject({ ids: ['e4'], total: 2 });
    expect(page([...FIVE].reverse(), { since: 'e4' }, 'newest first').ids).toEqual(['e5']);
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
  ])('refuses %s=%s, and says what it takes', (name, value) => {
    expect(() => page(FIVE, { [name]: value })).toThrow(
      expect.objectContaining({
        kind: 'invalid_request',
        message: expect.stringContaining(`Query parameter \`${name}\` must be`),
      }),
    );
  });
});
