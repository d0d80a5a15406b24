import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/core/bounded-cache.ts';
import { type ViewKind, Views } from '../../src/core/views.ts';

interface Count {
  readonly count: number;
}

const COUNTS: ViewKind<Count> = { sizeOf: () => 100 };
const OTHERS: ViewKind<Count> = { sizeOf: () => 100 };

/** Views, and the number of those that were made. */
function counted(budget = new Budget(10_000)) {
  const views = new Views(budget);
  let count = 0;
  const of = (name: string, from: readonly unknown[], kind = COUNTS) =>
    views.of(kind, name, from, () => ({ count: ++count })).count;
  return { views, of };
}

describe('a view', () => {
  it('is made once as long as it has the same sources', () => {
    const { of } = counted();
    const key = {};

    expect(of('a', [1, 'group', key])).toBe(1);
    expect(of('a', [1, 'group', key])).toBe(1);
  });

  it.each<[what: string, sources: readonly unknown[]]>([
    ['another revision', [2, 'group']],
    ['a lower revision', [0, 'group']],
    ['another name', [1, 'groups']],
    ['one more', [1, 'group', 'another']],
    ['one less', [1]],
    ['other objects, equal or not', [1, { group: true }]],
  ])('is made again for %s', (_what, sources) => {
    const { of } = counted();
    of('a', [1, 'group']);

    expect(of('a', sources)).toBe(2);
  });

  it('is one of its name and kind', () => {
    const { of } = counted();

    expect([of('a', [1]), of('b', [1]), of('a', [1], OTHERS), of('a', [1])]).toEqual([1, 2, 3, 1]);
  });

  it('takes the place of the one before', () => {
    const budget = new Budget(10_000);
    const { of } = counted(budget);
    of('a', [1]);
    const { used } = budget;

    expect([of('a', [2]), of('a', [2]), of('a', [1])]).toEqual([2, 2, 3]);
    expect(budget.used).toBe(used);
  });

  it('is kept only as long as the budget has room for it', () => {
    const budget = new Budget(600);
    const { of } = counted(budget);
    for (const name of ['a', 'b', 'c']) of(name, [1]);

    expect(of('c', [1])).toBe(3);
    expect(of('a', [1])).toBe(4);
    expect(budget.used).toBeLessThanOrEqual(600);
  });

  it('is forgotten with all others', () => {
    const budget = new Budget(10_000);
    const { views, of } = counted(budget);
    of('a', [1]);
    views.clear();

    expect(budget.used).toBe(0);
    expect(of('a', [1])).toBe(2);
  });
});
