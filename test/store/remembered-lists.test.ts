/** Breaks with: src/store/sqlite/remembered-lists.ts */
import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/core/held.ts';
import type { StoredRow } from '../../src/store/sqlite/objects.ts';
import { RememberedLists } from '../../src/store/sqlite/remembered-lists.ts';

function stored(id: string, filler = ''): StoredRow {
  const none = { parent: null, alias: null, dueAt: null, name: null, state: null, createdAt: null, modifiedAt: null };
  return { collection: 'things', id, owner: 'acme', ...none, sharedWith: '[]', body: JSON.stringify({ filler }) };
}

function unread(): never {
  throw new Error('was read again');
}

/** Lists with what acme has, and the budget that they draw on. */
function listsOf(...rows: readonly StoredRow[]) {
  const budget = new Budget(1_000_000);
  const lists = new RememberedLists(budget);
  const list = lists.ofOwner('things', 'acme', () => rows);
  const ids = () => lists.ofOwner('things', 'acme', unread).map(({ id }) => id);
  return { budget, lists, list, ids };
}

describe('a list that was read', () => {
  it('is the same one until something of its collection changes', () => {
    const { lists, list } = listsOf(stored('a'));

    expect(list.map(({ body }) => body)).toEqual([{ filler: '' }]);
    expect(lists.ofOwner('things', 'acme', unread)).toBe(list);
    lists.forget('others');
    expect(lists.ofOwner('things', 'acme', unread)).toBe(list);
    lists.forget('things');
    expect(lists.ofOwner('things', 'acme', () => [])).toEqual([]);
  });

  it('takes over what became of one row, without reading the others', () => {
    const { lists, list, ids } = listsOf(stored('a'), stored('b'));
    lists.changed('things', 'acme', 'c', stored('c'));
    expect(ids()).toEqual(['a', 'b', 'c']);
    lists.changed('things', 'acme', 'a', undefined);
    expect(ids()).toEqual(['b', 'c']);
    lists.changed('things', 'acme', 'b', stored('b', 'new'));

    expect(lists.ofOwner('things', 'acme', unread).map(({ id, body }) => [id, body])).toEqual([
      ['b', { filler: 'new' }],
      ['c', { filler: '' }],
    ]);
    expect(list.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('of others is forgotten with any change, and so are numbers', () => {
    const { lists } = listsOf(stored('a'));
    lists.list('things', 'for globex', () => [stored('a')]);
    lists.number('things', 'how many', () => 1);
    lists.changed('things', 'acme', 'a', undefined);

    expect(lists.list('things', 'for globex', () => [])).toEqual([]);
    expect(lists.number('things', 'how many', () => 0)).toBe(0);
  });
});

it('a number is counted once, even where it is 0', () => {
  const { lists } = listsOf();
  lists.number('things', 'how many', () => 0);

  expect(lists.number('things', 'how many', unread)).toBe(0);
});

describe('the budget', () => {
  it('is drawn on by the length of the bodies, also of rows that came later', () => {
    const [small, large] = [listsOf(stored('a')), listsOf(stored('a', 'x'.repeat(10_000)))];
    const used = [small.budget.used, large.budget.used];
    small.lists.changed('things', 'acme', 'b', stored('b', 'x'.repeat(10_000)));

    expect(Number(used[1]) - Number(used[0])).toBeGreaterThanOrEqual(10_000);
    expect(small.budget.used - Number(used[0])).toBeGreaterThanOrEqual(10_000);
  });

  it('gets back what is forgotten, and all of it at the end', () => {
    const { budget, lists } = listsOf(stored('a'));
    lists.number('others', 'how many', () => 7);
    const used = budget.used;
    lists.forget('others');
    expect(budget.used).toBeLessThan(used);
    lists.clear();

    expect(budget.used).toBe(0);
  });
});
