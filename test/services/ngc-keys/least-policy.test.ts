/**
 * The report of the least rights of a service key. Their minimality is tested in `least-rights.test.ts`.
 */
import { describe, expect, it } from 'vitest';
import type { Caller, ResourceAttributes, ResourceState } from '../../../src/decisions/decide.ts';
import type { Rule } from '../../../src/decisions/rule.ts';
import { createRuleset, type Ruleset } from '../../../src/decisions/ruleset.ts';
import type { Use } from '../../../src/decisions/uses.ts';
import { findLeastPolicy } from '../../../src/services/ngc-keys/least-policy.ts';
import { BALL, key, openLaw, ruleOf, serviceKey, TOY_TABLES, toyLaw } from '../../decisions/toy-law.ts';

const PLAY = { needs: { all: ['play'] }, on: ['all-toys', 'toy', 'toy-parts'] };
const DOLL: ResourceAttributes = { relation: 'owned', names: { toy: ['doll'] } };
const lookupOf = (attributes: ResourceAttributes): ResourceState => ({ found: 'object', attributes });
const createUse = (rule: Partial<Rule>, lookedUp: ResourceState | null = null, ruleset: Ruleset = toyLaw): Use => ({
  operation: 'o',
  accessRequest: { rule: ruleOf(rule), ruleset },
  lookedUp,
  example: { method: 'GET', path: '/toys' },
});
const findLeast = (caller: Caller | null, ...uses: readonly Use[]) =>
  findLeastPolicy({ principal: serviceKey, caller, uses });

describe('the least rights of a service key', () => {
  it('are in the format of orders and seeds, compared with the rights of the key', () => {
    const caller = key(['look', 'play'], [{ type: 'all-toys' }], { services: ['toys', 'games'] });
    const result = findLeast(caller, createUse(PLAY, lookupOf(BALL)));

    expect(result).toMatchObject({
      held: { services: ['toys', 'games'], scopes: ['look', 'play'], resource: { type: 'All Toys' } },
      smallest: { services: ['toys'], scopes: ['play'], resource: { type: 'Toy Parts', ids: ['ball/skin'] } },
      unused: ['look'],
      broader: [
        { what: 'resource', held: { type: 'All Toys' }, enough: { type: 'Toy Parts', ids: ['ball/skin'] } },
        { what: 'services', held: ['toys', 'games'], enough: ['toys'] },
      ],
      impossibleUses: [],
    });
    expect(result.seedEntry).toEqual({
      ngc: { keys: [{ org: 'acme', name: 'robot', type: 'service', ...result.smallest }] },
    });
    expect(result.toHeldRights(toyLaw)).toEqual({
      roles: [],
      permissions: new Set(['play']),
      resources: [{ type: 'toy-parts', ids: ['ball/skin'] }],
      services: ['toys'],
      pending: [],
    });
  });

  it('are reported for a deleted key', () => {
    expect(findLeast(null, createUse(PLAY, lookupOf(DOLL)))).toMatchObject({
      held: null,
      smallest: { services: ['toys'], scopes: ['play'], resource: { type: 'Toy', ids: ['doll'] } },
      unused: [],
      broader: [],
    });
  });

  it('are empty without requests', () => {
    const result = findLeast(key(['play'], [{ type: 'all-toys' }]));

    expect(result.smallest).toStrictEqual({ services: [], scopes: [] });
    expect(result).toMatchObject({ unused: ['play'], broader: [], impossibleUses: [] });
  });

  it('have several resources if one is not enough', () => {
    const lent = createUse({ needs: { all: ['play'] }, on: ['lent-toys'] });

    expect(findLeast(null, createUse(PLAY, lookupOf(DOLL)), lent).smallest['resource']).toEqual([
      { type: 'Toy', ids: ['doll'] },
      { type: 'Lent Toys' },
    ]);
  });

  it('have scopes in the order of the tables, for services with keys only', () => {
    const mend = createUse({ needs: { all: ['mend'] } });
    const open = createUse({ needs: { all: ['fly'] } }, null, openLaw);
    const result = findLeast(key(['mend', 'play']), mend, createUse({ needs: { all: ['play'] } }), open);

    expect(result.smallest).toMatchObject({ services: ['toys'], scopes: ['play', 'mend'] });
    expect(result.impossibleUses).toEqual([open]);
  });

  it('have a common scope of two services once', () => {
    const dollRuleset = createRuleset('dolls', null, { ...TOY_TABLES, product: 'nv-dolls' });
    const result = findLeast(
      key(['play']),
      createUse({ needs: { all: ['play'] } }),
      createUse({ needs: { all: ['play'] } }, null, dollRuleset),
    );

    expect(result.smallest).toMatchObject({ services: ['toys', 'dolls'], scopes: ['play'] });
  });

  it('exclude requests that no policy allows', () => {
    const closed = createUse({ closed: true });
    const result = findLeast(key(['play']), closed, createUse({ needs: { all: ['play'] } }));

    expect(result.impossibleUses).toEqual([closed]);
    expect(result.smallest['scopes']).toEqual(['play']);
  });

  it('keep the scope of the key if one of several scopes is enough', () => {
    const either = createUse({ needs: { any: ['play', 'look', 'mend'] } });

    for (const scope of ['play', 'look', 'mend'])
      expect(findLeast(key([scope]), either).smallest['scopes']).toEqual([scope]);
  });

  it('have a type that their scopes are available with', () => {
    const burn = { needs: { all: ['burn'] }, on: ['all-toys', 'everything'] };

    expect(findLeast(null, createUse(burn)).smallest).toMatchObject({
      scopes: ['burn'],
      resource: { type: 'Everything' },
    });
    expect(findLeast(null, createUse({ needs: { all: ['burn'] } })).smallest).not.toHaveProperty('resource');
  });

  it('include only as many objects as are needed', () => {
    const parts: ResourceAttributes = {
      relation: 'owned',
      names: { toy: ['ball'], 'toy-parts': ['ball/skin', 'ball/valve'] },
    };
    const either = createUse({ needs: { all: ['play'] }, on: ['toy-parts'] }, lookupOf(parts));

    expect(findLeast(null, either).smallest['resource']).toEqual({ type: 'Toy Parts', ids: ['ball/valve'] });
  });
});

describe('a resource is broader than needed', () => {
  const findBroader = (held: readonly { type: string; ids?: string[] }[], ...uses: readonly Use[]) =>
    findLeast(key(['play'], held), ...uses).broader;
  const DOLL_PLAYED = createUse(PLAY, lookupOf(DOLL));
  const enough = { type: 'Toy', ids: ['doll'] };

  it('if it is a type of all objects, another type, or has more objects', () => {
    const [all, lent] = [{ type: 'all-toys' }, { type: 'lent-toys' }];

    expect(findBroader([all], DOLL_PLAYED)).toEqual([{ what: 'resource', held: { type: 'All Toys' }, enough }]);
    expect(findBroader([lent], DOLL_PLAYED)).toEqual([{ what: 'resource', held: { type: 'Lent Toys' }, enough }]);
    expect(findBroader([{ type: 'toy', ids: ['doll', 'ball'] }], DOLL_PLAYED)).toEqual([
      { what: 'resource', held: { type: 'Toy', ids: ['doll', 'ball'] }, enough },
    ]);
    expect(findBroader([{ type: 'toy', ids: ['dolls'] }], DOLL_PLAYED)).toHaveLength(1);
    expect(findBroader([{ type: 'toy', ids: ['doll'] }, all], DOLL_PLAYED)).toHaveLength(1);
  });

  it('if none is needed, with null as the alternative', () => {
    const free = createUse({ needs: { all: ['play'] } });

    expect(findBroader([{ type: 'all-toys' }], free)).toEqual([
      { what: 'resource', held: { type: 'All Toys' }, enough: null },
    ]);
  });

  it('unless it is the same or a part of the needed resource', () => {
    expect(findBroader([{ type: 'toy', ids: ['doll'] }], DOLL_PLAYED)).toEqual([]);
    expect(findBroader([{ type: 'toy-parts', ids: ['doll/arm'] }], DOLL_PLAYED)).toEqual([]);
    expect(findBroader([], DOLL_PLAYED)).toEqual([]);
    const list = createUse({ needs: { all: ['play'] }, on: ['all-toys'] });
    expect(findBroader([{ type: 'all-toys' }], list)).toEqual([]);
    expect(findBroader([{ type: 'toy', ids: ['doll'] }], list)).toEqual([]);
    expect(findBroader([{ type: 'lent-toys' }], list)).toHaveLength(1);
  });

  it('unless no scope is needed either', () => {
    expect(findBroader([{ type: 'all-toys' }], createUse({ needs: {} }))).toEqual([]);
  });

  it('by its id if its type is unknown', () => {
    expect(findBroader([{ type: 'dream' }], DOLL_PLAYED)).toEqual([
      { what: 'resource', held: { type: 'dream' }, enough },
    ]);
  });
});

it('the services of a key are not too broad before the key is used for one of them', () => {
  const open = createUse({ needs: {} }, null, openLaw);

  expect(findLeast(key([], [], { services: ['toys'] }), open).broader).toEqual([]);
  expect(findLeast(key([], [], { services: ['toys', 'games'] }), createUse({ needs: {} })).broader).toEqual([
    { what: 'services', held: ['toys', 'games'], enough: ['toys'] },
  ]);
});
