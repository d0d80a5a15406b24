import { describe, expect, it } from 'vitest';
import type { ResourceAttributes } from '../../src/decisions/decide.ts';
import type { Resource } from '../../src/decisions/policy.ts';
import type { Rule } from '../../src/decisions/rule.ts';
import type { Use } from '../../src/decisions/uses.ts';
import { Bindings } from '../../src/ngc-keys/bindings.ts';
import { BALL, ruleOf, toyLaw, WHOLE_BALL } from '../decisions/toy-law.ts';

const ON = ['toy', 'toy-parts', 'all-toys'];
const DOLL: ResourceAttributes = { relation: 'owned', names: { toy: ['doll'] } };

/** A use of something by a rule for these types. */
const use = (reach: ResourceAttributes | 'foreign' | null, on: readonly string[] | undefined = ON): Use => ({
  operation: 'get_toy',
  accessRequest: { rule: ruleOf({ ...(on !== undefined && { on }) } as Partial<Rule>), ruleset: toyLaw },
  lookedUp:
    reach === null
      ? null
      : reach === 'foreign'
        ? { found: 'foreign', owner: 'globex' }
        : { found: 'object', attributes: reach },
  example: { method: 'GET', path: '/toys' },
});
const bindings = (uses: readonly Use[], bound: readonly Resource[] = []) => Bindings.of([toyLaw], uses, bound);
const of = (type: string, all: readonly Resource[]) => all.find((one) => one.type === type);

describe('what a key could be bound to', () => {
  it('is every type, and of those that name objects what was touched', () => {
    expect(bindings([use(BALL), use(DOLL)]).resources()).toEqual([
      { type: 'all-toys' },
      { type: 'toy', ids: ['ball', 'doll'] },
      { type: 'toy-parts', ids: ['ball/skin'] },
      { type: 'lent-toys' },
      { type: 'everything' },
    ]);
  });

  it('is not what its rule does not accept', () => {
    const types = (on: readonly string[] | undefined) =>
      bindings([{ ...use(BALL), accessRequest: { rule: ruleOf(on === undefined ? {} : { on }), ruleset: toyLaw } }])
        .resources()
        .map(({ type }) => type);

    expect(types(['toy'])).toEqual(['all-toys', 'toy', 'lent-toys', 'everything']);
    expect(types(['everything'])).toEqual(['all-toys', 'lent-toys', 'everything']);
    expect(types(undefined)).toEqual(['all-toys', 'lent-toys', 'everything']);
  });

  it('is what it names now, where nothing was touched', () => {
    const bound = [{ type: 'toy', ids: ['kite', 'top'] }, { type: 'all-toys' }];

    expect(of('toy', bindings([use(null)], bound).resources())).toEqual({ type: 'toy', ids: ['kite', 'top'] });
    expect(of('toy', bindings([use('foreign')], bound).resources())).toEqual({ type: 'toy', ids: ['kite', 'top'] });
    expect(of('toy', bindings([use(DOLL)], bound).resources())).toEqual({ type: 'toy', ids: ['doll'] });
    expect(of('toy', bindings([use(null)], [{ type: 'toy' }]).resources())).toBeUndefined();
  });

  it('is not what was seen without a name', () => {
    const unnamed: Use = { ...use(BALL), lookedUp: { found: 'object' } };

    expect(of('toy', bindings([unnamed]).resources())).toBeUndefined();
  });
});

it('types that name nothing are wider than those that do, and the finest come last', () => {
  expect(bindings([use(BALL)]).widestFirst).toEqual(['everything', 'lent-toys', 'all-toys', 'toy', 'toy-parts']);
});

describe('a use sees of it', () => {
  it('of each type only what it names, or what is a part of that', () => {
    const all = bindings([use(BALL), use(DOLL), use(WHOLE_BALL)]);

    expect(of('toy', all.resourcesFor(use(DOLL)))).toEqual({ type: 'toy', ids: ['doll'] });
    expect(of('toy-parts', all.resourcesFor(use(DOLL)))).toEqual({ type: 'toy-parts', ids: [] });
    expect(of('toy-parts', all.resourcesFor(use(WHOLE_BALL)))).toEqual({ type: 'toy-parts', ids: ['ball/skin'] });
    expect(of('all-toys', all.resourcesFor(use(DOLL)))).toEqual({ type: 'all-toys' });
    expect(of('toy', all.resourcesFor(use('foreign')))).toEqual({ type: 'toy', ids: [] });
    expect(of('toy', all.resourcesFor(use(null)))).toEqual({ type: 'toy', ids: [] });
  });

  it('nothing of an object that is left out', () => {
    const same: ResourceAttributes = { relation: 'owned', names: { toy: ['ball'], 'toy-parts': ['ball'] } };
    const all = bindings([use(same), use(DOLL)]);
    const without = all.without('toy', 'ball').resourcesFor(use(same));

    expect(of('toy', without)).toEqual({ type: 'toy', ids: [] });
    expect(of('toy-parts', without)).toEqual({ type: 'toy-parts', ids: ['ball'] });
    expect(of('toy', all.without('toy', 'ball').resourcesFor(use(DOLL)))).toEqual({ type: 'toy', ids: ['doll'] });
    expect(of('toy', all.resources())).toEqual({ type: 'toy', ids: ['ball', 'doll'] });
  });
});

describe('some types alone', () => {
  it('can be looked at, and what is dropped of them stays with the others', () => {
    const all = bindings([use(BALL), use(DOLL)]);
    const some = all.only(['toy', 'everything']);
    some.drop('toy', 'ball');

    expect(some.resources()).toEqual([{ type: 'toy', ids: ['doll'] }, { type: 'everything' }]);
    expect(some.widestFirst).toEqual(['everything', 'toy']);
    expect(of('toy', all.resources())).toEqual({ type: 'toy', ids: ['ball', 'doll'] });
  });

  it('lose nothing, if what is dropped was never there', () => {
    const some = bindings([use(DOLL)]).only(['toy', 'everything']);
    some.drop('toy', 'ball');
    some.drop('everything', 'ball');
    some.drop('all-toys', 'ball');

    expect(some.resources()).toEqual([{ type: 'toy', ids: ['doll'] }, { type: 'everything' }]);
  });
});

describe('an object that could be left out', () => {
  const reported = (all: Bindings) => [...all.objects()].map(({ type, id, uses }) => [type, id, uses]);

  it('is every one but the last of its type, with the uses that it matters to', () => {
    const [ball, whole, doll] = [use(BALL), use(WHOLE_BALL), use(DOLL)];

    expect(reported(bindings([ball, whole, doll]))).toEqual([
      ['toy', 'ball', [ball, whole]],
      ['toy', 'doll', [doll]],
    ]);
    expect(reported(bindings([doll]))).toEqual([]);
  });

  it('matters to those that have it as a part, too', () => {
    const valve: ResourceAttributes = { relation: 'owned', names: { 'toy-parts': ['ball/valve'] } };
    const [ball, part, whole] = [use(BALL), use(valve), use(WHOLE_BALL)];

    expect(reported(bindings([ball, part, whole]))).toEqual([
      ['toy-parts', 'ball/skin', [ball, whole]],
      ['toy-parts', 'ball/valve', [part, whole]],
    ]);
  });

  it('is none that was named without a use', () => {
    expect(reported(bindings([use(null)], [{ type: 'toy', ids: ['kite', 'top'] }]))).toEqual([]);
  });

  it('ends with the last one, while others are dropped', () => {
    const all = bindings([use(BALL), use(DOLL)]).only(['toy']);
    const seen: string[] = [];
    for (const { type, id } of all.objects()) {
      seen.push(id);
      all.drop(type, id);
    }

    expect(seen).toEqual(['ball']);
    expect(all.resources()).toEqual([{ type: 'toy', ids: ['doll'] }]);
  });
});
