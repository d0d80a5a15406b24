import { describe, expect, it } from 'vitest';
import { Derived, Views } from '../../src/core/derived.ts';
import { Budget } from '../../src/core/held.ts';

it('what was derived of an object is made once', () => {
  const source = { value: 1 };
  let made = 0;
  const derived = new Derived<typeof source, { made: number }>();
  const derive = () => ({ made: ++made });

  expect(derived.has(source)).toBe(false);
  expect(derived.of(source, derive)).toBe(derived.of(source, derive));
  expect(derived.has(source)).toBe(true);
  expect(derived.of({ value: 1 }, derive)).toEqual({ made: 2 });
});

describe('views of rows', () => {
  const rows = ['a', 'b'];
  const count = (given: readonly string[]) => ({ count: given.length });
  const first = (given: readonly string[]) => ({ first: given[0] });

  it('are made once for each way of showing them', () => {
    const views = new Views(new Budget(100));

    expect(views.of(rows, count)).toEqual({ count: 2 });
    expect(views.of(rows, count)).toBe(views.of(rows, count));
    expect(views.of(rows, first)).toEqual({ first: 'a' });
    expect(views.of([...rows], count)).not.toBe(views.of(rows, count));
  });

  it('may fill as they are asked, within the budget', () => {
    const budget = new Budget(100);

    expect(new Views(budget).of(rows, (_, given) => ({ given }))).toEqual({ given: budget });
  });
});
