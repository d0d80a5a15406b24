import { describe, expect, it } from 'vitest';
import { isAllowed, listUsedRights, minimize } from '../../../src/decisions/explaining/least-rights.ts';
import type { Use } from '../../../src/decisions/uses.ts';
import { ask, BALL, key, seen } from '../toy-law.ts';

describe('minimize', () => {
  it('removes items in their order as long as the rest suffices', () => {
    const tried: string[] = [];
    const result = minimize(['a', 'b', 'c'], (rest) => {
      tried.push(rest.join(''));
      return rest.includes('b');
    });

    expect(result).toEqual(['b']);
    expect(tried.slice(0, 3)).toEqual(['bc', 'c', 'b']);
  });

  it('retries an item after another was removed', () => {
    // `a` is needed only beside `b`.
    expect(minimize(['a', 'b', 'c'], (rest) => !rest.includes('b') || rest.includes('a'))).toEqual([]);
    expect(minimize(['a', 'b'], (rest) => rest.length === 2)).toEqual(['a', 'b']);
  });
});

describe('a use', () => {
  const accessRequest = ask({ needs: { any: ['look', 'play'] }, on: ['toy'] });
  const use: Use = { operation: 'o', accessRequest, lookedUp: seen(BALL), example: { method: 'GET', path: '/' } };
  const bundle = (permission: string, id: string) => ({
    permissions: new Set([permission]),
    resources: [{ type: 'toy', ids: [id] }],
  });
  const apart = { ...key([]).held, rightsByRule: [bundle('look', 'doll'), bundle('play', 'ball')] };

  it('is allowed by rights that cover it', () => {
    const { principal, held } = key(['play'], [{ type: 'toy', ids: ['ball'] }]);

    expect(isAllowed(use, principal, held)).toBe(true);
    expect(isAllowed(use, principal, key(['play'], [{ type: 'toy', ids: ['doll'] }]).held)).toBe(false);
    expect(isAllowed({ ...use, lookedUp: null }, principal, held)).toBe(true);
  });

  it('uses the permission that reaches its object', () => {
    const { principal } = key([]);

    expect(listUsedRights(use, principal, apart)).toEqual(['play']);
    expect(listUsedRights({ ...use, lookedUp: null }, principal, apart)).toEqual(['look']);
    expect(listUsedRights({ ...use, lookedUp: { found: 'object' } }, principal, apart)).toEqual(['look']);
    expect(listUsedRights({ ...use, lookedUp: { found: 'foreign', owner: 'bo' } }, principal, apart)).toEqual(['look']);
  });
});
