import { describe, expect, it } from 'vitest';
import { createSharedCache, estimateBytes, memoize, Quota, WorldCache } from '../../src/lib/memory.ts';

/** The size of a value that takes 1000 bytes together with its name and its world. */
const measureThousand = () => 1000 - 170;

describe('the caches of worlds', () => {
  it('share their budget: the least recently used value of all worlds is evicted', () => {
    const shared = createSharedCache<string>(3000, measureThousand);
    const [letters, digits] = [new WorldCache(shared), new WorldCache(shared)];
    letters.set('a', 'A');
    digits.set('1', 'one');
    letters.set('b', 'B');
    letters.get('a');
    digits.set('2', 'two');

    expect([letters.get('a'), letters.get('b')]).toEqual(['A', 'B']);
    expect([digits.get('1'), digits.get('2')]).toEqual([undefined, 'two']);
    expect(shared.calculatedSize).toBeLessThanOrEqual(3000);
  });

  it('have separate names', () => {
    const shared = createSharedCache<number>(3000);
    const [first, second] = [new WorldCache(shared), new WorldCache(shared)];
    first.set('a', 1);
    second.set('a', 2);
    second.set('b', 0);

    expect([first.get('a'), second.get('a'), first.get('b'), second.get('b')]).toEqual([1, 2, undefined, 0]);
    expect([first.has('a'), first.has('b'), first.values(), second.values().sort()]).toEqual([
      true,
      false,
      [1],
      [0, 2],
    ]);
    first.delete('a');
    expect([first.get('a'), second.get('a')]).toEqual([undefined, 2]);
  });

  it('are cleared separately', () => {
    const shared = createSharedCache<number>(3000);
    const [first, second] = [new WorldCache(shared), new WorldCache(shared)];
    first.set('a', 1);
    second.set('a', 2);
    first.clear();

    expect([first.get('a'), first.has('a'), first.values(), second.get('a')]).toEqual([undefined, false, [], 2]);
    first.set('a', 3);
    expect(first.get('a')).toBe(3);
  });

  it('do not keep a value that is larger than the budget, and evict nothing for it', () => {
    const cache = new WorldCache(createSharedCache<number>(3000, (bytes) => bytes));
    cache.set('a', 100);
    cache.set('b', 3000);

    expect([cache.get('a'), cache.get('b')]).toEqual([100, undefined]);
  });

  it('update the size of a value that is set again', () => {
    const shared = createSharedCache<number>(3000, (bytes) => bytes);
    const cache = new WorldCache(shared);
    cache.set('a', 1000);
    const before = shared.calculatedSize;
    cache.set('a', 100);

    expect(before - shared.calculatedSize).toBe(900);
  });
});

it('a memoized result is computed once for each object, even if objects are equal', () => {
  let made = 0;
  const sizeOf = memoize(({ length }: readonly unknown[]) => ({ length, made: ++made }));
  const [list, equal] = [['a'], ['a']];

  expect([sizeOf(list), sizeOf(equal), sizeOf(list)].map((result) => result.made)).toEqual([1, 2, 1]);
});

it.each([
  ['a string', 'x'.repeat(1000), 2000],
  ['a list of strings', Array(100).fill('x'.repeat(10)), 2000],
  ['a set', new Set(['x'.repeat(500), 'y'.repeat(500)]), 2000],
  ['a number', 7, 16],
  ['a buffer', Buffer.alloc(2000), 2000],
  ['a nested object', { a: [{ b: new Map([['c', 'x'.repeat(1000)]]) }] }, 2000],
])('the estimated size of %s is close to its memory', (_what, value, min) => {
  expect(estimateBytes(value)).toBeGreaterThanOrEqual(min);
  expect(estimateBytes(value)).toBeLessThan(4 * min);
});

describe('a quota', () => {
  it('can be taken up to its limit', () => {
    const quota = new Quota(100);

    expect([quota.take(60), quota.used]).toEqual([true, 60]);
    expect([quota.take(41), quota.used]).toEqual([false, 60]);
    expect([quota.take(40), quota.used]).toEqual([true, 100]);
  });

  it('can be taken again after a release', () => {
    const quota = new Quota(100);
    quota.take(100);
    quota.release(30);

    expect([quota.used, quota.take(30), quota.take(1)]).toEqual([70, true, false]);
  });

  it('may be exceeded by bytes of another process', () => {
    const quota = new Quota(100);
    quota.forceTake(150);

    expect([quota.used, quota.take(1)]).toEqual([150, false]);
  });
});
