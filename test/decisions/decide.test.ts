import { describe, expect, it } from 'vitest';
import {
  type AccessRequest,
  buildNamesInPath,
  type Caller,
  checkResource,
  completeDenial,
  decide,
  decideOnResource,
  listBoundResources,
  listUsedPermissions,
  mayAccess,
  type ResourceAttributes,
  type ResourceState,
  resourceStateOf,
} from '../../src/decisions/decide.ts';
import type { PendingRights, Resource } from '../../src/decisions/policy.ts';
import type { DenyReason } from '../../src/decisions/reasons.ts';
import type { Relation, Rule } from '../../src/decisions/rule.ts';
import { createRuleset } from '../../src/decisions/ruleset.ts';
import {
  ask,
  BALL,
  key,
  keyOfUser,
  ORG,
  openLaw,
  pendingVersion,
  ruleOf,
  seen,
  TOY_TABLES,
  WHOLE_BALL,
} from './toy-law.ts';

const ALLOW = { effect: 'allow' };
const refusal = (reason: DenyReason, missing: readonly string[] = [], missingAnyOf?: readonly string[]) => ({
  ...{ effect: 'deny', reason, missing },
  ...(missingAnyOf !== undefined && { missingAnyOf }),
});

describe('what has to be held', () => {
  const cases: [what: string, needs: Rule['needs'], held: string[], missing: string[] | null, anyOf?: string[]][] = [
    ['nothing is needed', {}, [], null],
    ['nothing is needed, told by empty lists', { all: [], any: [] }, [], null],
    ['all of `all` is held', { all: ['a', 'b'] }, ['a', 'b', 'c'], null],
    ['a part of `all` is missing', { all: ['a', 'b', 'c'] }, ['b'], ['a', 'c']],
    ['one of `any` is held', { any: ['a', 'b'] }, ['b'], null],
    ['none of `any` is held', { any: ['a', 'b'] }, ['c'], [], ['a', 'b']],
    ['the one of `any` is not held', { any: ['a'] }, ['c'], ['a']],
    ['`all` and `any` are held', { all: ['a'], any: ['b', 'c'] }, ['a', 'c'], null],
    ['`any` is held and `all` is not', { all: ['a'], any: ['b', 'c'] }, ['c'], ['a']],
    ['`all` is held and `any` is not', { all: ['a'], any: ['b', 'c'] }, ['a'], [], ['b', 'c']],
    ['neither is held', { all: ['a'], any: ['b', 'c'] }, [], ['a'], ['b', 'c']],
    ['only a name in other letters is held', { all: ['a'] }, ['A'], ['a']],
  ];

  it.each(cases)('where %s', (_what, needs, held, missing, anyOf) => {
    const reported = missing === null ? ALLOW : refusal('missing_scope', missing, anyOf);
    expect(decide(ask({ needs }), key(held))).toEqual(reported);
  });

  it('is told in the terms of the service', () => {
    expect(decide(ask({ needs: { all: ['a'] } }, { ruleset: openLaw }), key([]))).toEqual(
      refusal('missing_permission', ['a']),
    );
  });
});

describe('what counted of what is held', () => {
  const cases: [what: string, needs: Rule['needs'], held: string[], used: string[]][] = [
    ['nothing, where nothing is needed', {}, ['a'], []],
    ['all of `all`', { all: ['a', 'b'] }, ['a', 'b', 'c'], ['a', 'b']],
    ['what is held of `any`', { any: ['a', 'b', 'c'] }, ['b', 'c', 'd'], ['b', 'c']],
    ['both', { all: ['a'], any: ['b', 'c'] }, ['a', 'c'], ['a', 'c']],
  ];

  it.each(cases)('is %s', (_what, needs, held, used) => {
    expect(listUsedPermissions(ask({ needs }), key(held), null)).toEqual(used);
  });

  it('is nothing where a role does in place of it', () => {
    const heldRights = { ...key(['a']).heldRights, roles: ['owner'] };

    expect(
      listUsedPermissions(ask({ needs: { any: ['a', 'b'], orRoles: ['owner'] } }), { ...key([]), heldRights }, null),
    ).toEqual([]);
  });

  it('is of the rights that reach the object, where each has its own', () => {
    const bundle = (held: string, id: string) => ({ held: new Set([held]), resources: [{ type: 'toy', ids: [id] }] });
    const heldRights = { ...key([]).heldRights, rightsByRule: [bundle('a', 'doll'), bundle('b', 'ball')] };
    const accessRequest = ask({ needs: { any: ['a', 'b'] }, on: ['toy'] });

    expect(listUsedPermissions(accessRequest, { ...key([]), heldRights }, BALL)).toEqual(['b']);
  });
});

describe('rights that were given apart', () => {
  const bundle = (held: string[], id: string) => ({ held: new Set(held), resources: [{ type: 'toy', ids: [id] }] });
  const accessRequest = ask({ needs: { all: ['play', 'look'] }, on: ['toy'] });
  const effectOf = (...rightsByRule: ReturnType<typeof bundle>[]) => {
    const caller = { ...key([]), heldRights: { ...key([]).heldRights, rightsByRule } };
    const verdict = decideOnResource(accessRequest, caller, seen(BALL));
    return verdict.effect === 'allow' ? 'allow' : verdict.reason;
  };

  it('allow where one of them is enough, and reaches the object', () => {
    expect(effectOf(bundle(['mend'], 'ball'), bundle(['play', 'look'], 'ball'))).toBe('allow');
  });

  it('do not add up, and are refused for what comes closest', () => {
    expect(effectOf(bundle(['play'], 'ball'), bundle(['look'], 'ball'))).toBe('missing_scope');
    expect(effectOf(bundle(['play'], 'ball'), bundle(['play', 'look'], 'doll'))).toBe('resource_mismatch');
  });

  it('bind their owner to what they reach, as far as they are enough', () => {
    const { heldRights } = key([]);
    const rightsByRule = [bundle(['play'], 'ball'), bundle(['play', 'look'], 'doll')];

    expect(listBoundResources(accessRequest.rule, { ...heldRights, rightsByRule })).toEqual([
      { type: 'toy', ids: ['doll'] },
    ]);
    expect(listBoundResources(accessRequest.rule, { ...heldRights, resources: null })).toEqual([]);
  });
});

describe('of rights that were given apart', () => {
  const [all, doll, ball] = [
    { held: new Set(['play']), resources: [{ type: 'lent-toys' }] },
    { held: new Set(['play']), resources: [{ type: 'toy', ids: ['doll'] }] },
    { held: new Set(['play']), resources: [{ type: 'toy', ids: ['ball'] }] },
  ];
  const accessRequest = ask({ needs: { all: ['play'] }, on: ['toy'] });
  const holder = (...rightsByRule: NonNullable<Caller['heldRights']['rightsByRule']>): Caller => ({
    ...key([]),
    heldRights: { ...key([]).heldRights, rightsByRule },
  });

  it('one that is of the right type came closer than one that is not, in whichever order', () => {
    for (const rightsByRule of [
      [all, doll],
      [doll, all],
    ]) {
      expect(checkResource(accessRequest, holder(...rightsByRule), seen(BALL))).toEqual(refusal('resource_mismatch'));
    }
    expect(checkResource(accessRequest, holder(all), seen(BALL))).toEqual(refusal('incompatible_resource_type'));
  });

  it('one that reaches an object shows it in a list', () => {
    expect(mayAccess(accessRequest, holder(all, ball), BALL)).toBe(true);
    expect(mayAccess(accessRequest, holder(all, doll), BALL)).toBe(false);
    // What is held outside of them does not count.
    const heldRights = { ...holder(doll).heldRights, resources: [{ type: 'toy', ids: ['ball'] }] };
    expect(mayAccess(accessRequest, { ...key([]), heldRights }, BALL)).toBe(false);
  });

  it('one that is bound to nothing binds its owner to nothing', () => {
    const free = { held: new Set(['play']), resources: null };

    expect(listBoundResources(accessRequest.rule, holder(free, doll).heldRights)).toEqual([
      { type: 'toy', ids: ['doll'] },
    ]);
  });
});

describe('roles', () => {
  it('that a rule needs are told as far as they are lacking, before any scope', () => {
    const accessRequest = ask({ needs: { roles: ['Parent', 'Player', 'Owner'], all: ['burn'] } });

    expect(decide(accessRequest, keyOfUser(['Player']))).toEqual(refusal('missing_role', ['Parent', 'Owner']));
    expect(decide(accessRequest, keyOfUser(['Parent', 'Player', 'Owner']))).toEqual(ALLOW);
  });

  it('may take the place of permissions', () => {
    const accessRequest = ask({ needs: { all: ['fly'], orRoles: ['Pilot', 'Player'] } });

    expect(decide(accessRequest, keyOfUser(['Player']))).toEqual(ALLOW);
    expect(decide(accessRequest, keyOfUser(['Parent']))).toEqual(refusal('missing_scope', ['fly']));
  });
});

describe('what only owners may do', () => {
  const accessRequest = ask({ ownersOnly: true });

  it('is refused to those whom an object is shared with, whatever they hold', () => {
    for (const relation of ['shared', 'public'] as const) {
      expect(checkResource(accessRequest, key([]), seen({ ...BALL, relation }))).toEqual(refusal('not_owner'));
    }
    expect(checkResource(accessRequest, key([]), seen(BALL))).toEqual(ALLOW);
    expect(checkResource(accessRequest, key([]), { found: 'object' })).toEqual(ALLOW);
    expect(checkResource(ask(), key([]), seen({ ...BALL, relation: 'shared' }))).toEqual(ALLOW);
  });
});

describe('a refusal before the look-up', () => {
  const accessRequest = ask({ needs: { all: ['play'] }, on: ['toy'] });
  const pending = [pendingVersion(2, ['play'], [{ type: 'toy', ids: ['doll'] }])];
  const caller = key([], [{ type: 'toy', ids: ['doll'] }], { pending });
  const early = decide(accessRequest, caller);
  const lasting = refusal('missing_scope', ['play']);

  it('stays as it is where nothing is looked up', () => {
    expect(early).toMatchObject({ pending: { version: 2, effect: 'allow' } });
    expect(completeDenial(early, accessRequest, caller, null)).toBe(early);
    expect(decideOnResource(accessRequest, caller, null)).toEqual(early);
  });

  it('is turned by what comes only if that covers the object', () => {
    expect(completeDenial(early, accessRequest, caller, seen(BALL))).toEqual(lasting);
    expect(completeDenial(early, accessRequest, caller, seen({ relation: 'owned', names: { toy: ['doll'] } }))).toEqual(
      early,
    );
    expect(decideOnResource(accessRequest, caller, seen(BALL))).toEqual(lasting);
  });

  it.each([{ found: 'nothing' }, { found: 'foreign', owner: 'bo' }] as const)(
    'is not told as anything else, and is turned by nothing, where the object is not shown: %o',
    (lookedUp) => {
      expect(completeDenial(early, accessRequest, caller, lookedUp)).toStrictEqual(lasting);
      expect(decideOnResource(accessRequest, caller, lookedUp)).toStrictEqual(lasting);
    },
  );

  it('comes before anything about the object', () => {
    const allowed = key(['play'], [{ type: 'toy', ids: ['ball'] }]);

    expect(decideOnResource(accessRequest, allowed, { found: 'nothing' })).toEqual(refusal('no_such_object'));
    expect(decideOnResource(accessRequest, allowed, null)).toEqual(ALLOW);
  });
});

it('of what a look-up saw only that is kept which decisions depend on', () => {
  expect(resourceStateOf(seen(BALL))).toStrictEqual({ found: 'object', attributes: BALL });
  expect(resourceStateOf({ found: 'object', target: {} } as never)).toStrictEqual({ found: 'object' });
  expect(resourceStateOf({ found: 'foreign', owner: 'bo' })).toStrictEqual({ found: 'foreign', owner: 'bo' });
  expect(resourceStateOf({ found: 'nothing' })).toStrictEqual({ found: 'nothing' });
});

describe('of several grounds the first is told, in this order:', () => {
  const worst = ask({ closed: true, needs: { all: ['mend'], any: ['play', 'look'] }, on: ['toy'] }, { org: 'other' });
  const without = (rule: Partial<Rule>, more: Partial<AccessRequest> = {}): AccessRequest =>
    ask({ needs: worst.rule.needs, on: ['toy'], ...rule }, more);
  const lent = [{ type: 'lent-toys' }];
  const cases: [ground: string, question: AccessRequest, caller: Caller, reported: ReturnType<typeof refusal>][] = [
    ['organisation', worst, key([], lent, { services: [] }), refusal('other_organization')],
    ['service', { ...worst, org: ORG }, key([], lent, { services: [] }), refusal('service_not_enabled')],
    ['closed', { ...worst, org: ORG }, key([], lent), refusal('closed_to_keys')],
    ['scopes', without({}), key([], lent), refusal('missing_scope', ['mend'], ['play', 'look'])],
    ['scopes of `all`', without({}), key(['play'], lent), refusal('missing_scope', ['mend'])],
    ['scopes of `any`', without({}), key(['mend'], lent), refusal('missing_scope', [], ['play', 'look'])],
    ['resource type', without({}), key(['mend', 'play'], lent), refusal('incompatible_resource_type')],
    ['resource', without({}), key(['mend', 'play'], [{ type: 'toy', ids: ['doll'] }]), refusal('resource_mismatch')],
  ];

  it.each(cases)('%s', (_ground, accessRequest, caller, reported) => {
    expect(checkResource(accessRequest, caller, seen())).toEqual(reported);
  });

  it('and none where all of it holds', () => {
    expect(
      checkResource(without({}, { org: ORG }), key(['mend', 'play'], [{ type: 'toy', ids: ['ball'] }]), seen()),
    ).toEqual(ALLOW);
  });
});

describe('the organisation', () => {
  const elsewhere = key([]);
  const nowhere: Caller = { ...elsewhere, principal: { kind: 'user', id: 'u', name: 'ada' } };
  const cases: [what: string, org: string | undefined, caller: Caller, reported: object][] = [
    ['of the key may be in the path', ORG, elsewhere, ALLOW],
    ['need not be in the path', undefined, elsewhere, ALLOW],
    ['of somebody else is refused', 'other', elsewhere, refusal('other_organization')],
    ['does not matter to callers who have none', 'other', nowhere, ALLOW],
  ];

  it.each(cases)('%s', (_what, org, caller, reported) => {
    expect(decide(ask({}, { org }), caller)).toEqual(reported);
  });
});

describe('the services of a key', () => {
  const cases: [what: string, services: string[] | null, question: AccessRequest, reported: object][] = [
    ['have to include the one that is called', ['air'], ask(), refusal('service_not_enabled')],
    ['have to include it among others', ['air', 'toys'], ask(), ALLOW],
    ['cannot be none', [], ask(), refusal('service_not_enabled')],
    ['do not matter to callers who choose none', null, ask(), ALLOW],
    ['do not matter where keys need not be made for the service', [], ask({}, { ruleset: openLaw }), ALLOW],
  ];

  it.each(cases)('%s', (_what, services, accessRequest, reported) => {
    expect(decide(accessRequest, key([], [], { services }))).toEqual(reported);
  });
});

it.each([
  ['a service key', key(['play', 'look'], [{ type: 'everything' }])],
  ['a personal key', keyOfUser(['Parent'])],
])('%s may not do what is closed to keys, whatever it holds', (_what, caller) => {
  expect(decide(ask({ closed: true }), caller)).toEqual(refusal('closed_to_keys'));
});

describe('before the object is known, the resource type', () => {
  const cases: [what: string, rule: Partial<Rule>, resources: Resource[] | null, reported: object][] = [
    ['does not matter where the rule names none', {}, [{ type: 'lent-toys' }], ALLOW],
    ['does not matter to callers who are bound to nothing', { on: ['toy'] }, null, ALLOW],
    ['has to be one of the rule', { on: ['toy'] }, [{ type: 'all-toys' }], refusal('incompatible_resource_type')],
    ['cannot be none at all', { on: ['toy'] }, [], refusal('incompatible_resource_type')],
    ['may be any of the rule', { on: ['toy', 'all-toys'] }, [{ type: 'all-toys' }], ALLOW],
    ['may stand among others', { on: ['toy'] }, [{ type: 'all-toys' }, { type: 'toy', ids: ['x'] }], ALLOW],
    ['counts whatever it names', { on: ['toy'] }, [{ type: 'toy', ids: ['doll'] }], ALLOW],
    ['is not looked at where some objects are open', { on: ['toy'], open: ['public'] }, [], ALLOW],
    [
      'never turns nobody into everybody: an empty list of types',
      { on: [] },
      [],
      refusal('incompatible_resource_type'),
    ],
  ];

  it.each(cases)('%s', (_what, rule, resources, reported) => {
    expect(decide(ask(rule), key([], [], { resources }))).toEqual(reported);
  });
});

describe('an object', () => {
  const mine = [{ type: 'toy', ids: ['ball'] }];

  it.each([
    ['that is not there', { found: 'nothing' }, refusal('no_such_object')],
    ['of somebody else', { found: 'foreign', owner: 'bo' }, refusal('foreign_object')],
  ] as const)('%s is told before anything about resources', (_what, lookedUp, reported) => {
    for (const resources of [mine, [], null]) {
      expect(checkResource(ask({ on: ['toy'] }), key([], [], { resources }), lookedUp)).toEqual(reported);
    }
  });

  it('that no key can name is judged by the type alone', () => {
    const target = { found: 'object', target: {} } as const;

    expect(checkResource(ask({ on: ['toy'] }), key([], mine), target)).toEqual(ALLOW);
    expect(checkResource(ask({ on: ['all-toys'] }), key([], mine), target)).toEqual(
      refusal('incompatible_resource_type'),
    );
  });
});

/** A caller who holds these, bound to these. */
const holding = (held: readonly string[], resources: readonly Resource[] | null): Caller => {
  const caller = key(held);
  return { ...caller, heldRights: { ...caller.heldRights, resources } };
};

const ANY_TYPE = ['all-toys', 'toy', 'toy-parts', 'lent-toys', 'everything'];
const covered = (resources: readonly Resource[], reach: ResourceAttributes, rule: Partial<Rule> = {}): string => {
  const judgement = checkResource(ask({ on: ANY_TYPE, ...rule }), key([], resources), seen(reach));
  return judgement.effect === 'allow' ? 'covered' : judgement.reason;
};

describe('types that name single objects', () => {
  const cases: [what: string, resources: Resource[], reach: ResourceAttributes, reported: string][] = [
    ['cover the object that they name', [{ type: 'toy', ids: ['ball'] }], BALL, 'covered'],
    ['cover it among others', [{ type: 'toy', ids: ['doll', 'ball'] }], BALL, 'covered'],
    [
      'cover it in a further entry',
      [
        { type: 'toy', ids: ['doll'] },
        { type: 'toy', ids: ['ball'] },
      ],
      BALL,
      'covered',
    ],
    ['do not cover another', [{ type: 'toy', ids: ['doll'] }], BALL, 'resource_mismatch'],
    ['do not cover what only begins like it', [{ type: 'toy', ids: ['bal'] }], BALL, 'resource_mismatch'],
    ['cover nothing without ids', [{ type: 'toy' }], BALL, 'resource_mismatch'],
    ['cover nothing with no ids', [{ type: 'toy', ids: [] }], BALL, 'resource_mismatch'],
    ['cover the part that they name', [{ type: 'toy-parts', ids: ['ball/skin'] }], BALL, 'covered'],
    ['do not cover another part', [{ type: 'toy-parts', ids: ['ball/valve'] }], BALL, 'resource_mismatch'],
    ['do not cover by the name of another type', [{ type: 'toy-parts', ids: ['ball'] }], BALL, 'resource_mismatch'],
    ['cover what others share, by name', [{ type: 'toy', ids: ['ball'] }], { ...BALL, relation: 'shared' }, 'covered'],
  ];

  it.each(cases)('%s', (_what, resources, reach, reported) => {
    expect(covered(resources, reach)).toBe(reported);
  });
});

describe('types that name nothing cover by whose the object is:', () => {
  const reach: Record<string, Relation[]> = {
    'all-toys': ['owned', 'public'],
    'lent-toys': ['shared'],
    everything: ['owned', 'shared', 'public'],
  };
  const relations: Relation[] = ['owned', 'shared', 'public'];
  const cases = Object.entries(reach).flatMap(([type, reached]) =>
    relations.map((relation): [string, Relation, string] => [
      type,
      relation,
      reached.includes(relation) ? 'covered' : 'resource_mismatch',
    ]),
  );

  it.each(cases)('%s, %s: %s', (type, relation, reported) => {
    expect(covered([{ type }], { relation, names: {} })).toBe(reported);
  });

  it('with an id, which cannot be the one that they always have, they do not count', () => {
    expect(covered([{ type: 'lent-toys', ids: ['ball'] }], BALL)).toBe('incompatible_resource_type');
    expect(covered([{ type: 'everything', ids: ['ball'] }], BALL)).toBe('incompatible_resource_type');
    expect(
      covered(
        [
          { type: 'everything', ids: ['ball'] },
          { type: 'toy', ids: ['ball'] },
        ],
        BALL,
      ),
    ).toBe('covered');
  });

  it('two of them cover what either covers', () => {
    const both = [{ type: 'all-toys' }, { type: 'lent-toys' }];

    for (const relation of relations) expect(covered(both, { relation, names: {} })).toBe('covered');
  });
});

it('a type that the tables do not know covers nothing, even where the rule names it', () => {
  expect(covered([{ type: 'dream' }], BALL)).toBe('incompatible_resource_type');
  expect(covered([{ type: 'dream' }], BALL, { on: ['dream'] })).toBe('resource_mismatch');
  expect(covered([{ type: 'dream', ids: ['ball'] }], BALL, { on: ['dream'] })).toBe('resource_mismatch');
});

it('a resource covers only where the rule accepts its type', () => {
  const resources = [{ type: 'toy', ids: ['doll'] }, { type: 'everything' }];

  expect(covered(resources, BALL)).toBe('covered');
  expect(covered(resources, BALL, { on: ['toy'] })).toBe('resource_mismatch');
});

describe('relations that are open', () => {
  const open = { on: ['all-toys', 'toy'], open: ['public', 'shared'] } as const;
  const cases: [what: string, relation: Relation, resources: Resource[], reported: string][] = [
    ['need no resource', 'public', [], 'covered'],
    ['need no resource of a fitting type', 'public', [{ type: 'lent-toys' }], 'covered'],
    ['need none that names the object', 'shared', [{ type: 'toy', ids: ['doll'] }], 'covered'],
    ['leave the type of others to be looked at', 'owned', [{ type: 'lent-toys' }], 'incompatible_resource_type'],
    ['leave the resource of others to be looked at', 'owned', [{ type: 'toy', ids: ['doll'] }], 'resource_mismatch'],
    ['leave others that are covered', 'owned', [{ type: 'all-toys' }], 'covered'],
  ];

  it.each(cases)('%s', (_what, relation, resources, reported) => {
    expect(covered(resources, { ...BALL, relation }, open)).toBe(reported);
  });

  it('need their scopes all the same', () => {
    const accessRequest = ask({ ...open, needs: { all: ['play'] } });

    expect(checkResource(accessRequest, key([]), seen({ ...BALL, relation: 'public' }))).toEqual(
      refusal('missing_scope', ['play']),
    );
  });
});

describe('a key for single parts, on a call about the whole,', () => {
  const part = [{ type: 'toy-parts', ids: ['ball/valve'] }];
  const other = [{ type: 'toy-parts', ids: ['doll/arm'] }];
  const cases: [what: string, resources: Resource[], rule: Partial<Rule>, reported: string][] = [
    ['is refused by default', part, {}, 'resource_mismatch'],
    ['is refused where the rule says so', part, { versionless: 'refuse' }, 'resource_mismatch'],
    ['is narrowed to its parts where the rule says so', part, { versionless: 'narrow' }, 'covered'],
    ['is refused where none of the parts is its own', other, { versionless: 'narrow' }, 'resource_mismatch'],
    [
      'is refused by a rule that does not accept parts',
      part,
      { versionless: 'narrow', on: ['toy'] },
      'incompatible_resource_type',
    ],
  ];

  it.each(cases)('%s', (_what, resources, rule, reported) => {
    expect(covered(resources, WHOLE_BALL, rule)).toBe(reported);
  });

  it('is not narrowed where the call names a part', () => {
    expect(covered(part, BALL, { versionless: 'narrow' })).toBe('resource_mismatch');
    expect(covered(part, BALL, { versionless: 'refuse' })).toBe('resource_mismatch');
  });

  it.each(['narrow', 'refuse'] as const)('does not stand in the way of a key for the whole (%s)', (versionless) => {
    expect(covered([{ type: 'toy', ids: ['ball'] }], WHOLE_BALL, { versionless })).toBe('covered');
    expect(covered([{ type: 'all-toys' }], WHOLE_BALL, { versionless })).toBe('covered');
  });
});

describe('callers who are bound to nothing', () => {
  it('may reach every object that they may know of', () => {
    for (const relation of ['owned', 'shared', 'public'] as const) {
      expect(checkResource(ask({ on: ['toy'] }), keyOfUser(['Player']), seen({ relation, names: {} }))).toEqual(ALLOW);
    }
  });

  it('need their permissions all the same', () => {
    expect(checkResource(ask({ needs: { all: ['burn'] } }), keyOfUser(['Player']), seen())).toEqual(
      refusal('missing_scope', ['burn']),
    );
  });
});

describe('of what is recorded and does not count yet,', () => {
  const accessRequest = ask({ needs: { all: ['play'] }, on: ['toy', 'all-toys'] });
  const MINE = [{ type: 'toy', ids: ['ball'] }];
  const may = (version: number) => pendingVersion(version, ['play'], MINE);
  const lacks = (version: number) => pendingVersion(version, [], MINE);
  const cases: [what: string, held: string[], pending: PendingRights[], reported: [number, string] | null][] = [
    ['nothing is told where there is nothing', [], [], null],
    ['nothing is told where it turns nothing: refused', [], [lacks(2), lacks(3)], null],
    ['nothing is told where it turns nothing: allowed', ['play'], [may(2), may(3)], null],
    ['an added scope is told of a refusal', [], [may(2)], [2, 'allow']],
    ['a removed scope is told of an answer that is still allowed', ['play'], [lacks(2)], [2, 'deny']],
    ['the first that turns a refusal is told', [], [lacks(2), may(3), may(4)], [3, 'allow']],
    ['the first that turns an allowed answer is told', ['play'], [may(2), lacks(3), lacks(4)], [3, 'deny']],
    ['one that turns it for a while is told', ['play'], [lacks(2), may(3)], [2, 'deny']],
    [
      'another ground of refusal turns nothing',
      [],
      [pendingVersion(2, ['play'], [{ type: 'lent-toys' }]), may(3)],
      [3, 'allow'],
    ],
  ];

  it.each(cases)('%s', (_what, held, pending, reported) => {
    const caller = key(held, MINE, { pending });
    const judgement = decide(accessRequest, caller);

    expect(judgement).toEqual({
      ...decide(accessRequest, key(held, MINE)),
      ...(reported !== null && {
        pending: { version: reported[0], effectiveAt: reported[0] * 1000, effect: reported[1] },
      }),
    });
    expect(checkResource(accessRequest, caller, seen())).toEqual(judgement);
  });

  it.each([
    ['a resource that is added', [{ type: 'toy', ids: ['doll'] }], MINE, 'resource_mismatch', 'allow'],
    ['a resource that is taken away', MINE, [{ type: 'toy', ids: ['doll'] }], undefined, 'deny'],
    ['a type that will do', [{ type: 'lent-toys' }], MINE, 'incompatible_resource_type', 'allow'],
    ['a type that will not do', MINE, [{ type: 'lent-toys' }], undefined, 'deny'],
  ])('%s is told', (_what, now, later, reason, effect) => {
    const caller = key(['play'], now, { pending: [pendingVersion(2, ['play'], later)] });

    expect(checkResource(accessRequest, caller, seen())).toMatchObject({
      ...(reason !== undefined && { reason }),
      pending: { version: 2, effect },
    });
  });

  it('a resource that does not name the object turns nothing', () => {
    const elsewhere = pendingVersion(2, ['play'], [{ type: 'toy', ids: ['doll'] }]);

    expect(checkResource(accessRequest, key([], MINE, { pending: [elsewhere] }), seen())).toEqual(
      refusal('missing_scope', ['play']),
    );
  });

  it.each([{ found: 'nothing' }, { found: 'foreign', owner: 'bo' }] as const)(
    'nothing is told of an object that is not shown: %o',
    (lookedUp) => {
      expect(checkResource(accessRequest, key([], MINE, { pending: [may(2)] }), lookedUp)).not.toHaveProperty(
        'pending',
      );
    },
  );

  it('nothing is told where rights change nothing: the organisation, the service, what is closed', () => {
    const pending = [may(2)];

    expect(decide({ ...accessRequest, org: 'other' }, key([], MINE, { pending }))).toEqual(
      refusal('other_organization'),
    );
    expect(decide(accessRequest, key([], MINE, { pending, services: [] }))).toEqual(refusal('service_not_enabled'));
    expect(decide(ask({ closed: true }), key([], MINE, { pending }))).toEqual(refusal('closed_to_keys'));
  });
});

describe('a list shows an object', () => {
  const accessRequest = ask({ needs: { all: ['play'] }, on: ['toy', 'toy-parts', 'all-toys'], versionless: 'narrow' });
  const cases: [what: string, resources: Resource[] | null, shown: boolean][] = [
    ['to a key that names it', [{ type: 'toy', ids: ['ball'] }], true],
    ['to a key that names the part', [{ type: 'toy-parts', ids: ['ball/skin'] }], true],
    ['to a key for all of them', [{ type: 'all-toys' }], true],
    ['to callers who are bound to nothing', null, true],
    ['not to a key that names another', [{ type: 'toy', ids: ['doll'] }], false],
    ['not to a key of another type', [{ type: 'lent-toys' }], false],
    ['not to a key that is bound to nothing at all', [], false],
  ];

  it.each(cases)('%s', (_what, resources, shown) => {
    expect(mayAccess(accessRequest, holding(['play'], resources), BALL)).toBe(shown);
  });

  it('whatever the key may do else: scopes were looked at before', () => {
    expect(mayAccess(accessRequest, holding([], [{ type: 'all-toys' }]), BALL)).toBe(true);
  });

  it('that is open, to everybody', () => {
    const open = ask({ on: ['toy'], open: ['public'] });

    expect(mayAccess(open, holding([], []), { ...BALL, relation: 'public' })).toBe(true);
    expect(mayAccess(open, holding([], []), BALL)).toBe(false);
  });
});

describe('where keys of single objects are refused every other name, before the look-up,', () => {
  const ON = ['all-toys', 'toy', 'toy-parts'];
  const BOTH = { toy: 'ball', 'toy-parts': 'ball/skin' };
  /** The path names a toy, and no part of it. */
  const WHOLE = { toy: 'ball', 'toy-parts': 'ball/' };
  const strictLaw = createRuleset('toys', null, { ...TOY_TABLES, refusesOtherNames: true });
  const toy = (...ids: string[]): Resource => ({ type: 'toy', ids });
  const part = (...ids: string[]): Resource => ({ type: 'toy-parts', ids });
  type Names = Readonly<Record<string, string>>;

  it.each<[what: string, resources: Resource[], names: Names | undefined, isRefused: boolean, more?: Partial<Rule>]>([
    ['the toy', [toy('ball')], BOTH, false],
    ['another toy', [toy('kite')], BOTH, true],
    ['two toys, the second of which is meant', [toy('kite', 'ball')], BOTH, false],
    ['no toy by its name', [{ type: 'toy' }], BOTH, true],
    ['the part', [part('ball/skin')], BOTH, false],
    ['another part of the toy', [part('ball/valve')], BOTH, true],
    ['another toy, and the part', [toy('kite'), part('ball/skin')], BOTH, false],
    ['another toy, and all toys', [toy('kite'), { type: 'all-toys' }], BOTH, false],
    ['another toy, on a path that names none', [toy('kite')], undefined, false],
    ['a toy, on a path that names parts only', [toy('ball')], { 'toy-parts': 'ball/skin' }, true],
    ['a part, where the whole is meant', [part('ball/skin')], WHOLE, true],
    ['a part, where parts are enough', [part('ball/skin')], WHOLE, false, { versionless: 'narrow' }],
    ['a part of another toy, where parts are enough', [part('kite/tail')], WHOLE, true, { versionless: 'narrow' }],
    ['a toy whose name ends so, where parts are enough', [part('/ball/')], WHOLE, true, { versionless: 'narrow' }],
    ['another toy, where a public one needs no resource', [toy('kite')], BOTH, false, { open: ['public'] }],
  ])('a key of %s', (_what, resources, names, isRefused, more = {}) => {
    const parts = { needs: { all: ['play'] }, on: ON, ...more };
    const caller = key(['play'], resources);
    const expected = isRefused ? refusal('resource_mismatch') : ALLOW;

    expect(decide(ask(parts, { ruleset: strictLaw, names }), caller)).toEqual(expected);
    expect(decide(ask(parts, { names }), caller)).toEqual(ALLOW);
  });

  it('others are not: those without resources, and where no resource is needed', () => {
    const parts = { needs: { all: ['play'] }, on: ON };
    const accessRequest = ask(parts, { ruleset: strictLaw, names: BOTH });

    expect(decide(accessRequest, keyOfUser(['Player']))).toEqual(ALLOW);
    expect(
      decide(ask({ needs: { all: ['play'] } }, { ruleset: strictLaw, names: BOTH }), key(['play'], [toy('kite')])),
    ).toEqual(ALLOW);
  });

  it('the names of a known object decide, not those of the path', () => {
    const accessRequest = ask({ needs: { all: ['play'] }, on: ON }, { ruleset: strictLaw, names: { toy: 'kite' } });

    expect(checkResource(accessRequest, key(['play'], [toy('ball')]), { found: 'object', attributes: BALL })).toEqual(
      ALLOW,
    );
  });

  it.each<[reason: DenyReason, lookedUp: ResourceState]>([
    ['foreign_object', { found: 'foreign', owner: 'nca-2', names: BOTH }],
    ['no_such_object', { found: 'nothing', names: BOTH }],
  ])('an object whose names only the look-up tells is judged by them before %s', (reason, lookedUp) => {
    const accessRequest = ask({ needs: { all: ['play'] }, on: ON }, { ruleset: strictLaw });
    const judged = (resource: Resource) => checkResource(accessRequest, key(['play'], [resource]), lookedUp);

    expect(judged(toy('kite'))).toEqual(refusal('resource_mismatch'));
    expect(judged(toy('ball'))).toEqual(refusal(reason));
  });
});

describe('the names of an object in resources are made of the path:', () => {
  const namesOf = (names: Readonly<Record<string, string>> | undefined) =>
    buildNamesInPath(ruleOf({ cover: { lookup: 'toy', ...(names !== undefined && { names }) } }), {
      toyId: 'ball',
      part: 'skin',
    });

  it.each([
    ['one parameter', { toy: '{toyId}' }, { toy: 'ball' }],
    ['two of them', { 'toy-parts': '{toyId}/{part}' }, { 'toy-parts': 'ball/skin' }],
    ['the beginning of a name', { 'toy-parts': '{toyId}/' }, { 'toy-parts': 'ball/' }],
    ['a parameter that the path does not have', { toy: '{other}' }, { toy: '' }],
  ])('%s', (_what, names, expected) => {
    expect(namesOf(names)).toEqual(expected);
  });

  it('none for a rule without names, or without an object', () => {
    expect(namesOf(undefined)).toBeUndefined();
    expect(buildNamesInPath(ruleOf(), { toyId: 'ball' })).toBeUndefined();
  });
});

it('a call about several objects is allowed if the resources cover each', () => {
  const kite: ResourceAttributes = { relation: 'owned', names: { toy: ['kite'] } };
  const accessRequest = ask({ needs: { all: ['play'] }, on: ['toy'] });
  const judged = (...ids: string[]) =>
    checkResource(accessRequest, key(['play'], [{ type: 'toy', ids }]), {
      found: 'object',
      attributes: { ...BALL, relatedObjects: [kite] },
    });

  expect(judged('ball', 'kite')).toEqual(ALLOW);
  expect(judged('ball')).toEqual(refusal('resource_mismatch'));
  expect(judged('kite')).toEqual(refusal('resource_mismatch'));
});
