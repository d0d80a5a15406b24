import { describe, expect, it } from 'vitest';
import { BoundedCache, Budget, bytesOf, newBudgets } from '../../src/core/bounded-cache.ts';

/** An entry that weighs 1000 bytes with its name of one letter. */
const weighing = () => 1000 - 152;

describe('what is remembered', () => {
  it('makes room by what was used least recently, whichever holder has it', () => {
    const budget = new Budget(3000);
    const [letters, digits] = [new BoundedCache<string>(budget, weighing), new BoundedCache<string>(budget, weighing)];
    letters.keep('a', 'A');
    digits.keep('1', 'one');
    letters.keep('b', 'B');
    letters.find('a');
    digits.keep('2', 'two');

    expect([letters.find('a'), letters.find('b')]).toEqual(['A', 'B']);
    expect([digits.find('1'), digits.find('2')]).toEqual([undefined, 'two']);
    expect(budget.used).toBe(3000);
  });

  it('is weighed anew when a name is kept again, and gives its bytes back', () => {
    const budget = new Budget(3000);
    const held = new BoundedCache<number>(budget, (bytes) => bytes);
    held.keep('a', 1000);
    held.keep('a', 100);
    expect(budget.used).toBe(252);
    held.forget('a');
    held.forget('a');
    expect([budget.used, held.size]).toEqual([0, 0]);
    held.keep('b', 10);
    held.clear();
    expect([budget.used, held.size, held.find('b')]).toEqual([0, 0, undefined]);
  });

  it('is at the most so many, the oldest going first', () => {
    const held = new BoundedCache<number>(new Budget(10_000), weighing, 2);
    held.keep('a', 1);
    held.keep('b', 2);
    held.keep('b', 3);
    held.keep('c', 4);

    expect(held.find('a')).toBeUndefined();
    expect(held.newestFirst()).toEqual([4, 3]);
  });

  it('does not push everything else out for what is larger than all of it', () => {
    const budget = new Budget(3000);
    const held = new BoundedCache<number>(budget, (bytes) => bytes);
    held.keep('a', 100);

    expect(held.keep('huge', 3000)).toBe(3000);
    expect([held.find('huge'), held.find('a')]).toEqual([undefined, 100]);
  });

  it('is there or not, which is no use of it', () => {
    const held = new BoundedCache<number>(new Budget(3000), weighing);
    expect(held.has('a')).toBe(false);
    held.keep('a', 1);

    expect([held.has('a'), held.has('b')]).toEqual([true, false]);
  });

  it('may be as large as the whole budget, in which each letter of its name counts twice', () => {
    const budget = new Budget(1000);
    const held = new BoundedCache<number>(budget, (bytes) => bytes);
    held.keep('a'.repeat(10), 1000 - 170);

    expect([held.size, budget.used]).toEqual([1, 1000]);
  });

  it('is cleared where there is nothing yet', () => {
    const budget = new Budget(3000);
    const held = new BoundedCache<number>(budget, weighing);
    held.clear();

    expect([held.size, budget.used]).toEqual([0, 0]);
  });

  it('never exceeds its budget, and counts right, whatever is done', () => {
    const budget = new Budget(5000);
    const holders = [
      new BoundedCache<number>(budget, (bytes) => bytes),
      new BoundedCache<number>(budget, (bytes) => bytes, 3),
    ];
    let drawn = 7;
    const draw = (below: number) => {
      drawn = (drawn * 48_271) % 2_147_483_647;
      return drawn % below;
    };
    for (let step = 0; step < 5000; step++) {
      const held = holders[draw(2)] as BoundedCache<number>;
      const name = String(draw(12));
      [() => held.keep(name, draw(1500)), () => held.find(name), () => held.forget(name)][draw(3)]?.();
      if (draw(500) === 0) held.clear();
      expect(budget.used).toBeLessThanOrEqual(5000);
    }
    for (const held of holders) held.clear();
    expect(budget.used).toBe(0);
  });
});

it.each([
  ['a text', 'x'.repeat(1000), 2000],
  ['a list of texts', Array(100).fill('x'.repeat(10)), 2000],
  ['a set', new Set(['x'.repeat(500), 'y'.repeat(500)]), 2000],
  ['a number', 7, 16],
  ['bytes', Buffer.alloc(2000), 2000],
  ['something deep', { a: [{ b: new Map([['c', 'x'.repeat(1000)]]) }] }, 2000],
])('the bytes of %s grow as the memory does', (_what, value, least) => {
  expect(bytesOf(value)).toBeGreaterThanOrEqual(least);
  expect(bytesOf(value)).toBeLessThan(4 * least);
});

it('a process has a budget for each purpose, unless it is told another', () => {
  const [usual, given] = [newBudgets(), newBudgets({ views: 1000 })];

  expect(given.views.bytes).toBe(1000);
  expect(given.tokens.bytes).toBe(usual.tokens.bytes);
  for (const { bytes } of Object.values(usual)) expect(bytes).toBeGreaterThan(0);
});
