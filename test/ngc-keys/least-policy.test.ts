/**
 * What is told of the least rights of a service key. That they are the least, whatever it did: `least-rights.test.ts`.
 */
import { describe, expect, it } from 'vitest';
import type { Caller, ResourceAttributes, ResourceState } from '../../src/decisions/decide.ts';
import type { Rule } from '../../src/decisions/rule.ts';
import { createRuleset, type Ruleset } from '../../src/decisions/ruleset.ts';
import type { Use } from '../../src/decisions/uses.ts';
import { findLeastPolicy } from '../../src/ngc-keys/least-policy.ts';
import { BALL, key, openLaw, ruleOf, serviceKey, TOY_TABLES, toyLaw } from '../decisions/toy-law.ts';

const PLAY = { needs: { all: ['play'] }, on: ['all-toys', 'toy', 'toy-parts'] };
const DOLL: ResourceAttributes = { relation: 'owned', names: { toy: ['doll'] } };
const object = (reach: ResourceAttributes): ResourceState => ({ found: 'object', attributes: reach });
const use = (rule: Partial<Rule>, lookedUp: ResourceState | null = null, ruleset: Ruleset = toyLaw): Use => ({
  operation: 'o',
  accessRequest: { rule: ruleOf(rule), ruleset },
  lookedUp,
  example: { method: 'GET', path: '/toys' },
});
const min = (caller: Caller | null, ...uses: readonly Use[]) =>
  findLeastPolicy({ principal: serviceKey, caller, uses });

describe('the least rights of a service key', () => {
  it('are told as orders of keys and seeds write them, beside what it holds', () => {
    const caller = key(['look', 'play'], [{ type: 'all-toys' }], { services: ['toys', 'games'] });
    const reported = min(caller, use(PLAY, object(BALL)));

    expect(reported).toMatchObject({
      held: { services: ['toys', 'games'], scopes: ['look', 'play'], resource: { type: 'All Toys' } },
      smallest: { services: ['toys'], scopes: ['play'], resource: { type: 'Toy Parts', ids: ['ball/skin'] } },
      unused: ['look'],
      broader: [
        { what: 'resource', held: { type: 'All Toys' }, enough: { type: 'Toy Parts', ids: ['ball/skin'] } },
        { what: 'services', held: ['toys', 'games'], enough: ['toys'] },
      ],
      beyond: [],
    });
    expect(reported.seed).toEqual({
      ngc: { keys: [{ org: 'acme', name: 'robot', type: 'service', ...reported.smallest }] },
    });
    expect(reported.heldRights(toyLaw)).toEqual({
      roles: [],
      held: new Set(['play']),
      resources: [{ type: 'toy-parts', ids: ['ball/skin'] }],
      services: ['toys'],
      pending: [],
    });
  });

  it('are told of a key that is gone, too', () => {
    expect(min(null, use(PLAY, object(DOLL)))).toMatchObject({
      held: null,
      smallest: { services: ['toys'], scopes: ['play'], resource: { type: 'Toy', ids: ['doll'] } },
      unused: [],
      broader: [],
    });
  });

  it('are none, if it did nothing', () => {
    const reported = min(key(['play'], [{ type: 'all-toys' }]));

    expect(reported.smallest).toStrictEqual({ services: [], scopes: [] });
    expect(reported).toMatchObject({ unused: ['play'], broader: [], beyond: [] });
  });

  it('have several resources where one is not enough', () => {
    const lent = use({ needs: { all: ['play'] }, on: ['lent-toys'] });

    expect(min(null, use(PLAY, object(DOLL)), lent).smallest['resource']).toEqual([
      { type: 'Toy', ids: ['doll'] },
      { type: 'Lent Toys' },
    ]);
  });

  it('have scopes in the order of the tables, of every service that keys are made for', () => {
    const mend = use({ needs: { all: ['mend'] } });
    const open = use({ needs: { all: ['fly'] } }, null, openLaw);
    const reported = min(key(['mend', 'play']), mend, use({ needs: { all: ['play'] } }), open);

    expect(reported.smallest).toMatchObject({ services: ['toys'], scopes: ['play', 'mend'] });
    expect(reported.beyond).toEqual([open]);
  });

  it('have a scope once that two services have', () => {
    const other = createRuleset('dolls', null, { ...TOY_TABLES, product: 'nv-dolls' });
    const reported = min(
      key(['play']),
      use({ needs: { all: ['play'] } }),
      use({ needs: { all: ['play'] } }, null, other),
    );

    expect(reported.smallest).toMatchObject({ services: ['toys', 'dolls'], scopes: ['play'] });
  });

  it('leave out what no policy allows', () => {
    const closed = use({ closed: true });
    const reported = min(key(['play']), closed, use({ needs: { all: ['play'] } }));

    expect(reported.beyond).toEqual([closed]);
    expect(reported.smallest['scopes']).toEqual(['play']);
  });

  it('keep the scope that it holds, of two of which one is needed', () => {
    const either = use({ needs: { any: ['play', 'look', 'mend'] } });

    for (const scope of ['play', 'look', 'mend']) expect(min(key([scope]), either).smallest['scopes']).toEqual([scope]);
  });

  it('have a type with which their scopes are offered', () => {
    const burn = { needs: { all: ['burn'] }, on: ['all-toys', 'everything'] };

    expect(min(null, use(burn)).smallest).toMatchObject({ scopes: ['burn'], resource: { type: 'Everything' } });
    expect(min(null, use({ needs: { all: ['burn'] } })).smallest).not.toHaveProperty('resource');
  });

  it('name an object once it is needed, and none that another one makes superfluous', () => {
    const parts: ResourceAttributes = {
      relation: 'owned',
      names: { toy: ['ball'], 'toy-parts': ['ball/skin', 'ball/valve'] },
    };
    const either = use({ needs: { all: ['play'] }, on: ['toy-parts'] }, object(parts));

    expect(min(null, either).smallest['resource']).toEqual({ type: 'Toy Parts', ids: ['ball/valve'] });
  });
});

describe('a resource is broader than needed', () => {
  const broader = (held: readonly { type: string; ids?: string[] }[], ...uses: readonly Use[]) =>
    min(key(['play'], held), ...uses).broader;
  const DOLL_PLAYED = use(PLAY, object(DOLL));
  const enough = { type: 'Toy', ids: ['doll'] };

  it('if it is all of a type, or another type, or names more', () => {
    const [all, lent] = [{ type: 'all-toys' }, { type: 'lent-toys' }];

    expect(broader([all], DOLL_PLAYED)).toEqual([{ what: 'resource', held: { type: 'All Toys' }, enough }]);
    expect(broader([lent], DOLL_PLAYED)).toEqual([{ what: 'resource', held: { type: 'Lent Toys' }, enough }]);
    expect(broader([{ type: 'toy', ids: ['doll', 'ball'] }], DOLL_PLAYED)).toEqual([
      { what: 'resource', held: { type: 'Toy', ids: ['doll', 'ball'] }, enough },
    ]);
    expect(broader([{ type: 'toy', ids: ['dolls'] }], DOLL_PLAYED)).toHaveLength(1);
    expect(broader([{ type: 'toy', ids: ['doll'] }, all], DOLL_PLAYED)).toHaveLength(1);
  });

  it('if none is needed, and then nothing is enough', () => {
    const free = use({ needs: { all: ['play'] } });

    expect(broader([{ type: 'all-toys' }], free)).toEqual([
      { what: 'resource', held: { type: 'All Toys' }, enough: null },
    ]);
  });

  it('but not if it is the same, or a part of it', () => {
    expect(broader([{ type: 'toy', ids: ['doll'] }], DOLL_PLAYED)).toEqual([]);
    expect(broader([{ type: 'toy-parts', ids: ['doll/arm'] }], DOLL_PLAYED)).toEqual([]);
    expect(broader([], DOLL_PLAYED)).toEqual([]);
    const list = use({ needs: { all: ['play'] }, on: ['all-toys'] });
    expect(broader([{ type: 'all-toys' }], list)).toEqual([]);
    expect(broader([{ type: 'toy', ids: ['doll'] }], list)).toEqual([]);
    expect(broader([{ type: 'lent-toys' }], list)).toHaveLength(1);
  });

  it('and none is, if no scope is needed either', () => {
    expect(broader([{ type: 'all-toys' }], use({ needs: {} }))).toEqual([]);
  });

  it('by its id, if no law knows its type', () => {
    expect(broader([{ type: 'dream' }], DOLL_PLAYED)).toEqual([{ what: 'resource', held: { type: 'dream' }, enough }]);
  });
});

it('a key is not made for too many services before it was used for one', () => {
  const open = use({ needs: {} }, null, openLaw);

  expect(min(key([], [], { services: ['toys'] }), open).broader).toEqual([]);
  expect(min(key([], [], { services: ['toys', 'games'] }), use({ needs: {} })).broader).toEqual([
    { what: 'services', held: ['toys', 'games'], enough: ['toys'] },
  ]);
});
