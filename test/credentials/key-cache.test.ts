import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/core/bounded-cache.ts';
import { KeyCache } from '../../src/credentials/key-cache.ts';
import { START } from '../support/server.ts';

const ANSWER = { allowed: true };
/** A cache that was told an answer about a key when the test began. */
const told = (bytes = 10_000) => {
  const cache = new KeyCache(new Budget(bytes));
  cache.keep('key-1', ANSWER, START);
  return cache;
};

describe('what a service found out about a key', () => {
  it.each([
    [0, true],
    [1, true],
    [59_999, true],
    [60_000, false],
    [-1, false],
  ])('is given again for a minute of the world: %i milliseconds later: %s', (later, isKnown) => {
    expect(told().find('key-1', START + later)).toEqual(
      isKnown ? { answer: ANSWER, until: START + 60_000 } : undefined,
    );
  });

  it('says nothing about another key', () => {
    expect(told().find('key-2', START)).toBeUndefined();
  });

  it('is replaced by what is found out later, which counts for a minute of its own', () => {
    const cache = told();
    cache.keep('key-1', { allowed: false }, START + 50_000);

    expect(cache.find('key-1', START + 100_000)).toEqual({ answer: { allowed: false }, until: START + 110_000 });
  });

  it('is forgotten when all is forgotten', () => {
    const cache = told();
    cache.clear();

    expect(cache.find('key-1', START)).toBeUndefined();
  });

  it('is kept only as far as there is room', () => {
    const cache = told(2000);
    for (let number = 0; number < 100; number++) cache.keep(`other-${number}`, ANSWER, START);

    expect(cache.find('key-1', START)).toBeUndefined();
    expect(cache.find('other-99', START)).toMatchObject({ answer: ANSWER });
  });
});
