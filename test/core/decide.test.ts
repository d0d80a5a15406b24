import { describe, expect, it } from 'vitest';
import { cover, decide } from '../../src/core/decide.ts';
import type { Rule } from '../../src/core/rule.ts';

const rule = (needs: Rule['needs']): Rule => ({ id: 'r', label: 'r', needs, source: 'test', certainty: 'ours' });
const standing = (...held: string[]) => ({ roles: [], held: new Set(held) });

describe('decide', () => {
  const cases: [what: string, needs: Rule['needs'], held: string[], missing: string[] | null][] = [
    ['nothing is needed', {}, [], null],
    ['all of `all` is held', { all: ['a', 'b'] }, ['a', 'b', 'c'], null],
    ['a part of `all` is missing', { all: ['a', 'b', 'c'] }, ['b'], ['a', 'c']],
    ['one of `any` is held', { any: ['a', 'b'] }, ['b'], null],
    ['none of `any` is held', { any: ['a', 'b'] }, ['c'], ['a', 'b']],
    ['`all` and `any` are held', { all: ['a'], any: ['b', 'c'] }, ['a', 'c'], null],
    ['`any` is held and `all` is not', { all: ['a'], any: ['b', 'c'] }, ['c'], ['a']],
    ['neither is held', { all: ['a'], any: ['b', 'c'] }, [], ['a', 'b', 'c']],
  ];

  it.each(cases)('where %s', (_what, needs, held, missing) => {
    const judgement = decide(rule(needs), standing(...held), 'permission');

    expect(judgement).toEqual(
      missing === null ? { effect: 'allow' } : { effect: 'deny', reason: 'missing_permission', missing },
    );
  });

  it('names the reason in the terms of the service', () => {
    expect(decide(rule({ all: ['a'] }), standing(), 'scope')).toMatchObject({ reason: 'missing_scope' });
  });
});

describe('cover', () => {
  it.each([
    [{ seen: 'own', target: {} } as const, { effect: 'allow' }],
    [{ seen: 'foreign', owner: 'x' } as const, { effect: 'deny', reason: 'foreign_object', missing: [] }],
    [{ seen: 'nothing' } as const, { effect: 'deny', reason: 'no_such_object', missing: [] }],
  ])('of %o', (sighting, judgement) => {
    expect(cover(sighting)).toEqual(judgement);
  });
});
