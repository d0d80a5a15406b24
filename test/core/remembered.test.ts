import { expect, it } from 'vitest';
import { Derived } from '../../src/core/derived.ts';
import { Remembered } from '../../src/core/remembered.ts';

it('the oldest of what is remembered makes room', () => {
  const remembered = new Remembered<number>(2);
  remembered.keep('a', 1);
  remembered.keep('b', 2);
  remembered.keep('b', 3);
  remembered.keep('c', 4);

  expect([remembered.find('a'), remembered.find('b'), remembered.find('c')]).toEqual([undefined, 3, 4]);
});

it('what was derived of an object is made once', () => {
  const source = { value: 1 };
  let made = 0;
  const derived = new Derived<typeof source, { made: number }>();
  const derive = () => ({ made: ++made });

  expect(derived.has(source)).toBe(false);
  expect(derived.of(source, derive)).toBe(derived.of(source, derive));
  expect(derived.of({ value: 1 }, derive)).toEqual({ made: 2 });
});
