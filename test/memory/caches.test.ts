import { describe, expect, it } from 'vitest';
import { createSharedCache, memoize, WorldCache } from '../../src/memory/caches.ts';

/** A value of so many bytes with its name of one letter, beside the letters and the digit of its world. */
const ofThousand = () => 1000 - 170;

describe('the caches of worlds', () => {
  it('share their room: the value that was used least recently is evicted, whichever world has it', () => {
    const shared = createSharedCache<string>(3000, ofThousand);
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

  it('have names of their own', () => {
    const shared = createSharedCache<number>(3000);
    const [one, other] = [new WorldCache(shared), new WorldCache(shared)];
    one.set('a', 1);
    other.set('a', 2);
    other.set('b', 0);

    expect([one.get('a'), other.get('a'), one.get('b'), other.get('b')]).toEqual([1, 2, undefined, 0]);
    expect([one.has('a'), one.has('b'), one.values(), other.values().sort()]).toEqual([true, false, [1], [0, 2]]);
    one.delete('a');
    expect([one.get('a'), other.get('a')]).toEqual([undefined, 2]);
  });

  it('are empty after they were cleared, one without the others', () => {
    const shared = createSharedCache<number>(3000);
    const [one, other] = [new WorldCache(shared), new WorldCache(shared)];
    one.set('a', 1);
    other.set('a', 2);
    one.clear();

    expect([one.get('a'), one.has('a'), one.values(), other.get('a')]).toEqual([undefined, false, [], 2]);
    one.set('a', 3);
    expect(one.get('a')).toBe(3);
  });

  it('do not keep a value that is larger than all of their room, nor evict others for it', () => {
    const cache = new WorldCache(createSharedCache<number>(3000, (bytes) => bytes));
    cache.set('a', 100);
    cache.set('b', 3000);

    expect([cache.get('a'), cache.get('b')]).toEqual([100, undefined]);
  });

  it('weigh a value again when it is set again', () => {
    const shared = createSharedCache<number>(3000, (bytes) => bytes);
    const cache = new WorldCache(shared);
    cache.set('a', 1000);
    const before = shared.calculatedSize;
    cache.set('a', 100);

    expect(before - shared.calculatedSize).toBe(900);
  });
});

it('a result is made once for each object, equal or not', () => {
  let made = 0;
  const sizeOf = memoize(({ length }: readonly unknown[]) => ({ length, made: ++made }));
  const [list, equal] = [['a'], ['a']];

  expect([sizeOf(list), sizeOf(equal), sizeOf(list)].map((result) => result.made)).toEqual([1, 2, 1]);
});
