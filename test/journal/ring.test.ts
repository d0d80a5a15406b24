import { describe, expect, it } from 'vitest';
import { createEntryCache, Ring } from '../../src/journal/ring.ts';

const listEntries = (ring: Ring<string>) => [...ring.newestFirst()].map(([, entry]) => entry);

describe('a ring', () => {
  it('has its newest entries by number', () => {
    const ring = new Ring<string>(createEntryCache<string>(1000), 3);
    for (const number of [1, 2, 3, 4, 5]) ring.add(number, `entry ${number}`, 10);

    expect(listEntries(ring)).toEqual(['entry 5', 'entry 4', 'entry 3']);
    expect([ring.find(5), ring.find(2), ring.find(6), ring.find(0)]).toEqual([
      'entry 5',
      undefined,
      undefined,
      undefined,
    ]);
    expect(ring.size).toBe(3);
  });

  it('finds entries by numbers with gaps', () => {
    const ring = new Ring<string>(createEntryCache<string>(1000), 3);
    for (const number of [2, 3, 70, 1000, 1001]) ring.add(number, `entry ${number}`, 10);

    expect([...ring.newestFirst()].map(([number]) => number)).toEqual([1001, 1000, 70]);
    expect([70, 1000, 1001].map((number) => ring.find(number))).toEqual(['entry 70', 'entry 1000', 'entry 1001']);
    expect([2, 3, 69, 71, 1002].map((number) => ring.find(number))).toEqual(Array(5).fill(undefined));
  });

  it('evicts the oldest entry of all rings that share its budget', () => {
    const places = createEntryCache<string>(30);
    const [first, second] = [new Ring<string>(places, 9), new Ring<string>(places, 9)];
    first.add(1, 'first', 10);
    second.add(1, 'second', 10);
    first.add(2, 'third', 10);
    second.add(2, 'fourth', 20);

    expect([listEntries(first), listEntries(second), places.calculatedSize]).toEqual([['third'], ['fourth'], 30]);
  });

  it('does not keep an entry that is larger than the budget', () => {
    const ring = new Ring<string>(createEntryCache<string>(30), 3);
    ring.add(1, 'small', 10);
    ring.add(2, 'large', 31);

    expect([listEntries(ring), ring.size]).toEqual([['small'], 1]);
  });

  it('is empty after a clear, and can be used again', () => {
    const places = createEntryCache<string>(30);
    const ring = new Ring<string>(places, 3);
    ring.add(1, 'before', 10);
    ring.clear();
    expect([listEntries(ring), ring.size, places.calculatedSize]).toEqual([[], 0, 0]);

    ring.add(2, 'after', 10);
    expect([listEntries(ring), ring.size, places.calculatedSize]).toEqual([['after'], 1, 10]);
  });
});
