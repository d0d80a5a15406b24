import { describe, expect, it } from 'vitest';
import type { Use } from '../../src/decisions/uses.ts';
import { isAllowed, listUsedRights, minimize } from '../../src/explaining/least-rights.ts';
import { ask, BALL, key, seen } from '../decisions/toy-law.ts';

describe('what can be left out', () => {
  it('is left out in the order given, as long as the rest is enough', () => {
    const tried: string[] = [];
    const left = minimize(['a', 'b', 'c'], (rest) => {
      tried.push(rest.join(''));
      return rest.includes('b');
    });

    expect(left).toEqual(['b']);
    expect(tried.slice(0, 3)).toEqual(['bc', 'c', 'b']);
  });

  it('is tried again, once something else is left out', () => {
    // `a` is needed only beside `b`.
    expect(minimize(['a', 'b', 'c'], (rest) => !rest.includes('b') || rest.includes('a'))).toEqual([]);
    expect(minimize(['a', 'b'], (rest) => rest.length === 2)).toEqual(['a', 'b']);
  });
});

describe('a use', () => {
  const accessRequest = ask({ needs: { any: ['look', 'play'] }, on: ['toy'] });
  const use: Use = { operation: 'o', accessRequest, lookedUp: seen(BALL), example: { method: 'GET', path: '/' } };
  const bundle = (held: string, id: string) => ({ held: new Set([held]), resources: [{ type: 'toy', ids: [id] }] });
  const apart = { ...key([]).heldRights, rightsByRule: [bundle('look', 'doll'), bundle('play', 'ball')] };

  it('is allowed by rights that cover it', () => {
    const { principal, heldRights } = key(['play'], [{ type: 'toy', ids: ['ball'] }]);

    expect(isAllowed(use, principal, heldRights)).toBe(true);
    expect(isAllowed(use, principal, key(['play'], [{ type: 'toy', ids: ['doll'] }]).heldRights)).toBe(false);
    expect(isAllowed({ ...use, lookedUp: null }, principal, heldRights)).toBe(true);
  });

  it('rests on those of the permissions that reach its object', () => {
    const { principal } = key([]);

    expect(listUsedRights(use, principal, apart)).toEqual(['play']);
    expect(listUsedRights({ ...use, lookedUp: null }, principal, apart)).toEqual(['look']);
    expect(listUsedRights({ ...use, lookedUp: { found: 'object' } }, principal, apart)).toEqual(['look']);
    expect(listUsedRights({ ...use, lookedUp: { found: 'foreign', owner: 'bo' } }, principal, apart)).toEqual(['look']);
  });
});
