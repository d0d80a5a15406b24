import { expect, it } from 'vitest';
import { memoize } from '../../src/core/memoize.ts';

it('a result is made once for each object, equal or not', () => {
  let made = 0;
  const sizeOf = memoize(({ length }: readonly unknown[]) => ({ length, made: ++made }));
  const [list, equal] = [['a'], ['a']];

  expect([sizeOf(list), sizeOf(equal), sizeOf(list)].map((result) => result.made)).toEqual([1, 2, 1]);
});
