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
const createDenial = (reason: DenyReason, missing: readonly string[] = [], missingAnyOf?: readonly string[]) => ({
  effect: 'deny',
  reason,
  missing,
  ...(missingAnyOf !== undefined && { missingAnyOf }),
});

describe('required permissions', () => {
  const cases: [label: string, needs: Rule['needs'], held: string[], missing: string[] | null, anyOf?: string[]][] = [
    ['nothing is needed', {}, [], null],
    ['nothing is needed, with empty lists', { all: [], any: [] }, [], null],
    ['all of `all` is held', { all: ['a', 'b'] }, ['a', 'b', 'c'], null],
    ['a part of `all` is missing', { all: ['a', 'b', 'c'] }, ['b'], ['a', 'c']],
    ['one of `any` is held', { any: ['a', 'b'] }, ['b'], null],
    ['none of `any` is held', { any: ['a', 'b'] }, ['c'], [], ['a', 'b']],
    ['the only entry of `any` is not held', { any: ['a'] }, ['c'], ['a']],
    ['`all` and `any` are held', { all: ['a'], any: ['b', 'c'] }, ['a', 'c'], null],
    ['`any` is held and `all` is not', { all: ['a'], any: ['b', 'c'] }, ['c'], ['a']],
    ['`all` is held and `any` is not', { all: ['a'], any: ['b', 'c'] }, ['a'], [], ['b', 'c']],
    ['neither is held', { all: ['a'], any: ['b', 'c'] }, [], ['a'], ['b', 'c']],
    ['only a name in another case is held', { all: ['a'] }, ['A'], ['a']],
  ];

  it.each(cases)('are checked: %s', (_what, needs, held, missing, anyOf) => {
    const expected = missing === null ? ALLOW : createDenial('missing_scope', missing, anyOf);
    expect(decide(ask({ needs }), key(held))).toEqual(expected);
  });

  it('are missing in the term of the service', () => {
    expect(decide(ask({ needs: { all: ['a'] } }, { ruleset: openLaw }), key([]))).toEqual(
      createDenial('missing_permission', ['a']),
    );
  });
});

describe('the used permissions', () => {
  const cases: [label: string, needs: Rule['needs'], held: string[], used: string[]][] = [
    ['none if none is needed', {}, ['a'], []],
    ['all of `all`', { all: ['a', 'b'] }, ['a', 'b', 'c'], ['a', 'b']],
    ['the held permissions of `any`', { any: ['a', 'b', 'c'] }, ['b', 'c', 'd'], ['b', 'c']],
    ['those of `all` and of `any`', { all: ['a'], any: ['b', 'c'] }, ['a', 'c'], ['a', 'c']],
  ];

  it.each(cases)('are %s', (_what, needs, held, used) => {
    expect(listUsedPermissions(ask({ needs }), key(held), null)).toEqual(used);
  });

  it('are none if a role replaces them', () => {
    const held = { ...key(['a']).held, roles: ['owner'] };

    expect(
      listUsedPermissions(ask({ needs: { any: ['a', 'b'], orRoles: ['owner'] } }), { ...key([]), held }, null),
    ).toEqual([]);
  });

  it('are those that reach the object if each has its own binding', () => {
    const bundle = (permission: string, id: string) => ({
      permissions: new Set([permission]),
      resources: [{ type: 'toy', ids: [id] }],
    });
    const held = { ...key([]).held, rightsByRule: [bundle('a', 'doll'), bundle('b', 'ball')] };
    const accessRequest = ask({ needs: { any: ['a', 'b'] }, on: ['toy'] });

    expect(listUsedPermissions(accessRequest, { ...key([]), held }, BALL)).toEqual(['b']);
  });
});

describe('rights that were granted separately', () => {
  const bundle = (permissions: string[], id: string) => ({
    permissions: new Set(permissions),
    resources: [{ type: 'toy', ids: [id] }],
  });
  const accessRequest = ask({ needs: { all: ['play', 'look'] }, on: ['toy'] });
  const readEffect = (...rightsByRule: ReturnType<typeof bundle>[]) => {
    const caller = { ...key([]), held: { ...key([]).held, rightsByRule } };
    const verdict = decideOnResource(accessRequest, caller, seen(BALL));
    return verdict.effect === 'allow' ? 'allow' : verdict.reason;
  };

  it('allow access if one of them suffices and reaches the object', () => {
    expect(readEffect(bundle(['mend'], 'ball'), bundle(['play', 'look'], 'ball'))).toBe('allow');
  });

  it('do not add up, and the denial is about the closest of them', () => {
    expect(readEffect(bundle(['play'], 'ball'), bundle(['look'], 'ball'))).toBe('missing_scope');
    expect(readEffect(bundle(['play'], 'ball'), bundle(['play', 'look'], 'doll'))).toBe('resource_mismatch');
  });

  it('bind their owner to the resources of those that suffice', () => {
    const { held } = key([]);
    const rightsByRule = [bundle(['play'], 'ball'), bundle(['play', 'look'], 'doll')];

    expect(listBoundResources(accessRequest.rule, { ...held, rightsByRule })).toEqual([{ type: 'toy', ids: ['doll'] }]);
    expect(listBoundResources(accessRequest.rule, { ...held, resources: null })).toEqual([]);
  });
});

describe('of rights that were granted separately,', () => {
  const [all, doll, ball] = [
    { permissions: new Set(['play']), resources: [{ type: 'lent-toys' }] },
    { permissions: new Set(['play']), resources: [{ type: 'toy', ids: ['doll'] }] },
    { permissions: new Set(['play']), resources: [{ type: 'toy', ids: ['ball'] }] },
  ];
  const accessRequest = ask({ needs: { all: ['play'] }, on: ['toy'] });
  const createHolder = (...rightsByRule: NonNullable<Caller['held']['rightsByRule']>): Caller => ({
    ...key([]),
    held: { ...key([]).held, rightsByRule },
  });

  it('a right of the accepted type is closer than others, in any order', () => {
    for (const rightsByRule of [
      [all, doll],
      [doll, all],
    ]) {
      expect(checkResource(accessRequest, createHolder(...rightsByRule), seen(BALL))).toEqual(
        createDenial('resource_mismatch'),
      );
    }
    expect(checkResource(accessRequest, createHolder(all), seen(BALL))).toEqual(
      createDenial('incompatible_resource_type'),
    );
  });

  it('a right that reaches an object shows it in a list', () => {
    expect(mayAccess(accessRequest, createHolder(all, ball), BALL)).toBe(true);
    expect(mayAccess(accessRequest, createHolder(all, doll), BALL)).toBe(false);
    // Other held resources are ignored.
    const held = { ...createHolder(doll).held, resources: [{ type: 'toy', ids: ['ball'] }] };
    expect(mayAccess(accessRequest, { ...key([]), held }, BALL)).toBe(false);
  });

  it('an unbound right adds no bound resources', () => {
    const free = { permissions: new Set(['play']), resources: null };

    expect(listBoundResources(accessRequest.rule, createHolder(free, doll).held)).toEqual([
      { type: 'toy', ids: ['doll'] },
    ]);
  });
});

describe('roles', () => {
  it('that a rule requires are reported as missing before any scope', () => {
    const accessRequest = ask({ needs: { roles: ['Parent', 'Player', 'Owner'], all: ['burn'] } });

    expect(decide(accessRequest, keyOfUser(['Player']))).toEqual(createDenial('missing_role', ['Parent', 'Owner']));
    expect(decide(accessRequest, keyOfUser(['Parent', 'Player', 'Owner']))).toEqual(ALLOW);
  });

  it('may replace permissions', () => {
    const accessRequest = ask({ needs: { all: ['fly'], orRoles: ['Pilot', 'Player'] } });

    expect(decide(accessRequest, keyOfUser(['Player']))).toEqual(ALLOW);
    expect(decide(accessRequest, keyOfUser(['Parent']))).toEqual(createDenial('missing_scope', ['fly']));
  });
});

describe('an operation for owners only', () => {
  const accessRequest = ask({ ownersOnly: true });

  it('is denied to callers with a shared object, whatever their rights', () => {
    for (const relation of ['shared', 'public'] as const) {
      expect(checkResource(accessRequest, key([]), seen({ ...BALL, relation }))).toEqual(createDenial('not_owner'));
    }
    expect(checkResource(accessRequest, key([]), seen(BALL))).toEqual(ALLOW);
    expect(checkResource(accessRequest, key([]), { found: 'object' })).toEqual(ALLOW);
    expect(checkResource(ask(), key([]), seen({ ...BALL, relation: 'shared' }))).toEqual(ALLOW);
  });
});

describe('a denial before the look-up', () => {
  const accessRequest = ask({ needs: { all: ['play'] }, on: ['toy'] });
  const pending = [pendingVersion(2, ['play'], [{ type: 'toy', ids: ['doll'] }])];
  const caller = key([], [{ type: 'toy', ids: ['doll'] }], { pending });
  const early = decide(accessRequest, caller);
  const lasting = createDenial('missing_scope', ['play']);

  it('is unchanged if nothing is looked up', () => {
    expect(early).toMatchObject({ pending: { version: 2, effect: 'allow' } });
    expect(completeDenial(early, accessRequest, caller, null)).toBe(early);
    expect(decideOnResource(accessRequest, caller, null)).toEqual(early);
  });

  it('has a pending version only if that version covers the object', () => {
    expect(completeDenial(early, accessRequest, caller, seen(BALL))).toEqual(lasting);
    expect(completeDenial(early, accessRequest, caller, seen({ relation: 'owned', names: { toy: ['doll'] } }))).toEqual(
      early,
    );
    expect(decideOnResource(accessRequest, caller, seen(BALL))).toEqual(lasting);
  });

  it.each([{ found: 'nothing' }, { found: 'foreign', owner: 'bo' }] as const)(
    'is unchanged, without a pending version, if the object is not shown: %o',
    (lookedUp) => {
      expect(completeDenial(early, accessRequest, caller, lookedUp)).toStrictEqual(lasting);
      expect(decideOnResource(accessRequest, caller, lookedUp)).toStrictEqual(lasting);
    },
  );

  it('precedes every denial about the object', () => {
    const allowed = key(['play'], [{ type: 'toy', ids: ['ball'] }]);

    expect(decideOnResource(accessRequest, allowed, { found: 'nothing' })).toEqual(createDenial('no_such_object'));
    expect(decideOnResource(accessRequest, allowed, null)).toEqual(ALLOW);
  });
});

it('the state of a looked-up object contains only what decisions depend on', () => {
  expect(resourceStateOf(seen(BALL))).toStrictEqual({ found: 'object', attributes: BALL });
  expect(resourceStateOf({ found: 'object', target: {} } as never)).toStrictEqual({ found: 'object' });
  expect(resourceStateOf({ found: 'foreign', owner: 'bo' })).toStrictEqual({ found: 'foreign', owner: 'bo' });
  expect(resourceStateOf({ found: 'nothing' })).toStrictEqual({ found: 'nothing' });
});

describe('the first of several reasons is reported, in this order:', () => {
  const worst = ask({ closed: true, needs: { all: ['mend'], any: ['play', 'look'] }, on: ['toy'] }, { org: 'other' });
  const without = (rule: Partial<Rule>, more: Partial<AccessRequest> = {}): AccessRequest =>
    ask({ needs: worst.rule.needs, on: ['toy'], ...rule }, more);
  const lent = [{ type: 'lent-toys' }];
  const cases: [label: string, question: AccessRequest, caller: Caller, expected: ReturnType<typeof createDenial>][] = [
    ['organisation', worst, key([], lent, { services: [] }), createDenial('other_organization')],
    ['service', { ...worst, org: ORG }, key([], lent, { services: [] }), createDenial('service_not_enabled')],
    ['closed', { ...worst, org: ORG }, key([], lent), createDenial('closed_to_keys')],
    ['scopes', without({}), key([], lent), createDenial('missing_scope', ['mend'], ['play', 'look'])],
    ['scopes of `all`', without({}), key(['play'], lent), createDenial('missing_scope', ['mend'])],
    ['scopes of `any`', without({}), key(['mend'], lent), createDenial('missing_scope', [], ['play', 'look'])],
    ['resource type', without({}), key(['mend', 'play'], lent), createDenial('incompatible_resource_type')],
    [
      'resource',
      without({}),
      key(['mend', 'play'], [{ type: 'toy', ids: ['doll'] }]),
      createDenial('resource_mismatch'),
    ],
  ];

  it.each(cases)('%s', (_ground, accessRequest, caller, expected) => {
    expect(checkResource(accessRequest, caller, seen())).toEqual(expected);
  });

  it('and no reason if all checks pass', () => {
    expect(
      checkResource(without({}, { org: ORG }), key(['mend', 'play'], [{ type: 'toy', ids: ['ball'] }]), seen()),
    ).toEqual(ALLOW);
  });
});

describe('the organisation', () => {
  const keyCaller = key([]);
  const userCaller: Caller = { ...keyCaller, principal: { kind: 'user', id: 'u', name: 'ada' } };
  const cases: [label: string, org: string | undefined, caller: Caller, expected: object][] = [
    ['of the key may be in the path', ORG, keyCaller, ALLOW],
    ['may be missing in the path', undefined, keyCaller, ALLOW],
    ['of another owner is denied', 'other', keyCaller, createDenial('other_organization')],
    ['is ignored for callers without one', 'other', userCaller, ALLOW],
  ];

  it.each(cases)('%s', (_what, org, caller, expected) => {
    expect(decide(ask({}, { org }), caller)).toEqual(expected);
  });
});

describe('the services of a key', () => {
  const cases: [label: string, services: string[] | null, question: AccessRequest, expected: object][] = [
    ['must include the called service', ['air'], ask(), createDenial('service_not_enabled')],
    ['may include other services', ['air', 'toys'], ask(), ALLOW],
    ['must not be empty', [], ask(), createDenial('service_not_enabled')],
    ['are ignored for callers without services', null, ask(), ALLOW],
    ['are ignored if the service has no keys of its own', [], ask({}, { ruleset: openLaw }), ALLOW],
  ];

  it.each(cases)('%s', (_what, services, accessRequest, expected) => {
    expect(decide(accessRequest, key([], [], { services }))).toEqual(expected);
  });
});

it.each([
  ['a service key', key(['play', 'look'], [{ type: 'everything' }])],
  ['a personal key', keyOfUser(['Parent'])],
])('%s cannot call a closed operation, whatever its rights', (_what, caller) => {
  expect(decide(ask({ closed: true }), caller)).toEqual(createDenial('closed_to_keys'));
});

describe('the resource type before the look-up', () => {
  const cases: [label: string, rule: Partial<Rule>, resources: Resource[] | null, expected: object][] = [
    ['is ignored if the rule names none', {}, [{ type: 'lent-toys' }], ALLOW],
    ['is ignored for unbound callers', { on: ['toy'] }, null, ALLOW],
    [
      'must be accepted by the rule',
      { on: ['toy'] },
      [{ type: 'all-toys' }],
      createDenial('incompatible_resource_type'),
    ],
    ['must not be missing', { on: ['toy'] }, [], createDenial('incompatible_resource_type')],
    ['may be any type of the rule', { on: ['toy', 'all-toys'] }, [{ type: 'all-toys' }], ALLOW],
    ['may be one of several', { on: ['toy'] }, [{ type: 'all-toys' }, { type: 'toy', ids: ['x'] }], ALLOW],
    ['is accepted whatever its ids', { on: ['toy'] }, [{ type: 'toy', ids: ['doll'] }], ALLOW],
    ['is ignored if some objects are open', { on: ['toy'], open: ['public'] }, [], ALLOW],
    ['is denied by an empty list of accepted types', { on: [] }, [], createDenial('incompatible_resource_type')],
  ];

  it.each(cases)('%s', (_what, rule, resources, expected) => {
    expect(decide(ask(rule), key([], [], { resources }))).toEqual(expected);
  });
});

describe('an object', () => {
  const mine = [{ type: 'toy', ids: ['ball'] }];

  it.each([
    ['that does not exist', { found: 'nothing' }, createDenial('no_such_object')],
    ['of another owner', { found: 'foreign', owner: 'bo' }, createDenial('foreign_object')],
  ] as const)('%s is denied before its resources are checked', (_what, lookedUp, expected) => {
    for (const resources of [mine, [], null]) {
      expect(checkResource(ask({ on: ['toy'] }), key([], [], { resources }), lookedUp)).toEqual(expected);
    }
  });

  it('without names is checked by its type only', () => {
    const target = { found: 'object', target: {} } as const;

    expect(checkResource(ask({ on: ['toy'] }), key([], mine), target)).toEqual(ALLOW);
    expect(checkResource(ask({ on: ['all-toys'] }), key([], mine), target)).toEqual(
      createDenial('incompatible_resource_type'),
    );
  });
});

/** A caller with these permissions, bound to these resources. */
const createCaller = (held: readonly string[], resources: readonly Resource[] | null): Caller => {
  const caller = key(held);
  return { ...caller, held: { ...caller.held, resources } };
};

const ANY_TYPE = ['all-toys', 'toy', 'toy-parts', 'lent-toys', 'everything'];
const readCover = (resources: readonly Resource[], reach: ResourceAttributes, rule: Partial<Rule> = {}): string => {
  const judgement = checkResource(ask({ on: ANY_TYPE, ...rule }), key([], resources), seen(reach));
  return judgement.effect === 'allow' ? 'covered' : judgement.reason;
};

describe('types with ids', () => {
  const cases: [label: string, resources: Resource[], reach: ResourceAttributes, expected: string][] = [
    ['cover the object that they name', [{ type: 'toy', ids: ['ball'] }], BALL, 'covered'],
    ['cover it among other ids', [{ type: 'toy', ids: ['doll', 'ball'] }], BALL, 'covered'],
    [
      'cover it in another entry',
      [
        { type: 'toy', ids: ['doll'] },
        { type: 'toy', ids: ['ball'] },
      ],
      BALL,
      'covered',
    ],
    ['do not cover another object', [{ type: 'toy', ids: ['doll'] }], BALL, 'resource_mismatch'],
    ['do not cover an object with the same start', [{ type: 'toy', ids: ['bal'] }], BALL, 'resource_mismatch'],
    ['cover nothing without ids', [{ type: 'toy' }], BALL, 'resource_mismatch'],
    ['cover nothing with empty ids', [{ type: 'toy', ids: [] }], BALL, 'resource_mismatch'],
    ['cover the part that they name', [{ type: 'toy-parts', ids: ['ball/skin'] }], BALL, 'covered'],
    ['do not cover another part', [{ type: 'toy-parts', ids: ['ball/valve'] }], BALL, 'resource_mismatch'],
    ['do not cover the name of another type', [{ type: 'toy-parts', ids: ['ball'] }], BALL, 'resource_mismatch'],
    ['cover a shared object by its name', [{ type: 'toy', ids: ['ball'] }], { ...BALL, relation: 'shared' }, 'covered'],
  ];

  it.each(cases)('%s', (_what, resources, reach, expected) => {
    expect(readCover(resources, reach)).toBe(expected);
  });
});

describe('types without ids', () => {
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

  it.each(cases)('cover objects by their relation: %s, %s: %s', (type, relation, expected) => {
    expect(readCover([{ type }], { relation, names: {} })).toBe(expected);
  });

  it('are ignored if they have ids', () => {
    expect(readCover([{ type: 'lent-toys', ids: ['ball'] }], BALL)).toBe('incompatible_resource_type');
    expect(readCover([{ type: 'everything', ids: ['ball'] }], BALL)).toBe('incompatible_resource_type');
    expect(
      readCover(
        [
          { type: 'everything', ids: ['ball'] },
          { type: 'toy', ids: ['ball'] },
        ],
        BALL,
      ),
    ).toBe('covered');
  });

  it('cover everything that one of them covers', () => {
    const both = [{ type: 'all-toys' }, { type: 'lent-toys' }];

    for (const relation of relations) expect(readCover(both, { relation, names: {} })).toBe('covered');
  });
});

it('an unknown type covers nothing, even if the rule names it', () => {
  expect(readCover([{ type: 'dream' }], BALL)).toBe('incompatible_resource_type');
  expect(readCover([{ type: 'dream' }], BALL, { on: ['dream'] })).toBe('resource_mismatch');
  expect(readCover([{ type: 'dream', ids: ['ball'] }], BALL, { on: ['dream'] })).toBe('resource_mismatch');
});

it('a resource covers an object only if the rule accepts its type', () => {
  const resources = [{ type: 'toy', ids: ['doll'] }, { type: 'everything' }];

  expect(readCover(resources, BALL)).toBe('covered');
  expect(readCover(resources, BALL, { on: ['toy'] })).toBe('resource_mismatch');
});

describe('open relations', () => {
  const open = { on: ['all-toys', 'toy'], open: ['public', 'shared'] } as const;
  const cases: [label: string, relation: Relation, resources: Resource[], expected: string][] = [
    ['need no resource', 'public', [], 'covered'],
    ['need no resource of an accepted type', 'public', [{ type: 'lent-toys' }], 'covered'],
    ['need no resource that names the object', 'shared', [{ type: 'toy', ids: ['doll'] }], 'covered'],
    [
      'do not replace the type check of other relations',
      'owned',
      [{ type: 'lent-toys' }],
      'incompatible_resource_type',
    ],
    [
      'do not replace the resource check of other relations',
      'owned',
      [{ type: 'toy', ids: ['doll'] }],
      'resource_mismatch',
    ],
    ['do not affect other relations that are covered', 'owned', [{ type: 'all-toys' }], 'covered'],
  ];

  it.each(cases)('%s', (_what, relation, resources, expected) => {
    expect(readCover(resources, { ...BALL, relation }, open)).toBe(expected);
  });

  it('need their scopes', () => {
    const accessRequest = ask({ ...open, needs: { all: ['play'] } });

    expect(checkResource(accessRequest, key([]), seen({ ...BALL, relation: 'public' }))).toEqual(
      createDenial('missing_scope', ['play']),
    );
  });
});

describe('a key for single parts, in a call about the whole,', () => {
  const part = [{ type: 'toy-parts', ids: ['ball/valve'] }];
  const other = [{ type: 'toy-parts', ids: ['doll/arm'] }];
  const cases: [label: string, resources: Resource[], rule: Partial<Rule>, expected: string][] = [
    ['is denied by default', part, {}, 'resource_mismatch'],
    ['is denied by a rule that refuses it', part, { versionless: 'refuse' }, 'resource_mismatch'],
    ['is narrowed to its parts by a rule that narrows it', part, { versionless: 'narrow' }, 'covered'],
    ['is denied if no part matches', other, { versionless: 'narrow' }, 'resource_mismatch'],
    [
      'is denied by a rule that does not accept parts',
      part,
      { versionless: 'narrow', on: ['toy'] },
      'incompatible_resource_type',
    ],
  ];

  it.each(cases)('%s', (_what, resources, rule, expected) => {
    expect(readCover(resources, WHOLE_BALL, rule)).toBe(expected);
  });

  it('is not narrowed if the call names a part', () => {
    expect(readCover(part, BALL, { versionless: 'narrow' })).toBe('resource_mismatch');
    expect(readCover(part, BALL, { versionless: 'refuse' })).toBe('resource_mismatch');
  });

  it.each(['narrow', 'refuse'] as const)('does not affect a key for the whole (%s)', (versionless) => {
    expect(readCover([{ type: 'toy', ids: ['ball'] }], WHOLE_BALL, { versionless })).toBe('covered');
    expect(readCover([{ type: 'all-toys' }], WHOLE_BALL, { versionless })).toBe('covered');
  });
});

describe('unbound callers', () => {
  it('may access every object that they can see', () => {
    for (const relation of ['owned', 'shared', 'public'] as const) {
      expect(checkResource(ask({ on: ['toy'] }), keyOfUser(['Player']), seen({ relation, names: {} }))).toEqual(ALLOW);
    }
  });

  it('need their permissions', () => {
    expect(checkResource(ask({ needs: { all: ['burn'] } }), keyOfUser(['Player']), seen())).toEqual(
      createDenial('missing_scope', ['burn']),
    );
  });
});

describe('a pending version', () => {
  const accessRequest = ask({ needs: { all: ['play'] }, on: ['toy', 'all-toys'] });
  const MINE = [{ type: 'toy', ids: ['ball'] }];
  const allowAt = (version: number) => pendingVersion(version, ['play'], MINE);
  const denyAt = (version: number) => pendingVersion(version, [], MINE);
  const cases: [label: string, held: string[], pending: PendingRights[], expected: [number, string] | null][] = [
    ['is not reported if there is none', [], [], null],
    ['is not reported if it turns no denial', [], [denyAt(2), denyAt(3)], null],
    ['is not reported if it turns no permission', ['play'], [allowAt(2), allowAt(3)], null],
    ['is reported if an added scope turns a denial', [], [allowAt(2)], [2, 'allow']],
    ['is reported if a removed scope turns a permission', ['play'], [denyAt(2)], [2, 'deny']],
    ['is the first that turns a denial', [], [denyAt(2), allowAt(3), allowAt(4)], [3, 'allow']],
    ['is the first that turns a permission', ['play'], [allowAt(2), denyAt(3), denyAt(4)], [3, 'deny']],
    ['is reported even if a later version turns the effect back', ['play'], [denyAt(2), allowAt(3)], [2, 'deny']],
    [
      'is not reported if it only changes the reason',
      [],
      [pendingVersion(2, ['play'], [{ type: 'lent-toys' }]), allowAt(3)],
      [3, 'allow'],
    ],
  ];

  it.each(cases)('%s', (_what, held, pending, expected) => {
    const caller = key(held, MINE, { pending });
    const judgement = decide(accessRequest, caller);

    expect(judgement).toEqual({
      ...decide(accessRequest, key(held, MINE)),
      ...(expected !== null && {
        pending: { version: expected[0], effectiveAt: expected[0] * 1000, effect: expected[1] },
      }),
    });
    expect(checkResource(accessRequest, caller, seen())).toEqual(judgement);
  });

  it.each([
    ['an added resource', [{ type: 'toy', ids: ['doll'] }], MINE, 'resource_mismatch', 'allow'],
    ['a removed resource', MINE, [{ type: 'toy', ids: ['doll'] }], undefined, 'deny'],
    ['an accepted type', [{ type: 'lent-toys' }], MINE, 'incompatible_resource_type', 'allow'],
    ['a rejected type', MINE, [{ type: 'lent-toys' }], undefined, 'deny'],
  ])('is reported for %s', (_what, now, later, reason, effect) => {
    const caller = key(['play'], now, { pending: [pendingVersion(2, ['play'], later)] });

    expect(checkResource(accessRequest, caller, seen())).toMatchObject({
      ...(reason !== undefined && { reason }),
      pending: { version: 2, effect },
    });
  });

  it('is not reported if its resource does not name the object', () => {
    const elsewhere = pendingVersion(2, ['play'], [{ type: 'toy', ids: ['doll'] }]);

    expect(checkResource(accessRequest, key([], MINE, { pending: [elsewhere] }), seen())).toEqual(
      createDenial('missing_scope', ['play']),
    );
  });

  it.each([{ found: 'nothing' }, { found: 'foreign', owner: 'bo' }] as const)(
    'is not reported for an object that is not shown: %o',
    (lookedUp) => {
      expect(checkResource(accessRequest, key([], MINE, { pending: [allowAt(2)] }), lookedUp)).not.toHaveProperty(
        'pending',
      );
    },
  );

  it('is not reported for denials that no right can turn', () => {
    const pending = [allowAt(2)];

    expect(decide({ ...accessRequest, org: 'other' }, key([], MINE, { pending }))).toEqual(
      createDenial('other_organization'),
    );
    expect(decide(accessRequest, key([], MINE, { pending, services: [] }))).toEqual(
      createDenial('service_not_enabled'),
    );
    expect(decide(ask({ closed: true }), key([], MINE, { pending }))).toEqual(createDenial('closed_to_keys'));
  });
});

describe('a list shows an object', () => {
  const accessRequest = ask({ needs: { all: ['play'] }, on: ['toy', 'toy-parts', 'all-toys'], versionless: 'narrow' });
  const cases: [label: string, resources: Resource[] | null, shown: boolean][] = [
    ['to a key that names it', [{ type: 'toy', ids: ['ball'] }], true],
    ['to a key that names the part', [{ type: 'toy-parts', ids: ['ball/skin'] }], true],
    ['to a key for all of them', [{ type: 'all-toys' }], true],
    ['to unbound callers', null, true],
    ['not to a key that names another', [{ type: 'toy', ids: ['doll'] }], false],
    ['not to a key of another type', [{ type: 'lent-toys' }], false],
    ['not to a key without resources', [], false],
  ];

  it.each(cases)('%s', (_what, resources, shown) => {
    expect(mayAccess(accessRequest, createCaller(['play'], resources), BALL)).toBe(shown);
  });

  it('regardless of scopes, which are checked before', () => {
    expect(mayAccess(accessRequest, createCaller([], [{ type: 'all-toys' }]), BALL)).toBe(true);
  });

  it('with an open relation to every caller', () => {
    const open = ask({ on: ['toy'], open: ['public'] });

    expect(mayAccess(open, createCaller([], []), { ...BALL, relation: 'public' })).toBe(true);
    expect(mayAccess(open, createCaller([], []), BALL)).toBe(false);
  });
});

describe('if keys of single objects are denied other names before the look-up,', () => {
  const ON = ['all-toys', 'toy', 'toy-parts'];
  const BOTH = { toy: 'ball', 'toy-parts': 'ball/skin' };
  /** The path names a toy without a part. */
  const WHOLE = { toy: 'ball', 'toy-parts': 'ball/' };
  const strictLaw = createRuleset('toys', null, { ...TOY_TABLES, refusesOtherNames: true });
  const toy = (...ids: string[]): Resource => ({ type: 'toy', ids });
  const part = (...ids: string[]): Resource => ({ type: 'toy-parts', ids });
  type Names = Readonly<Record<string, string>>;

  it.each<[label: string, resources: Resource[], names: Names | undefined, isRefused: boolean, more?: Partial<Rule>]>([
    ['the toy', [toy('ball')], BOTH, false],
    ['another toy', [toy('kite')], BOTH, true],
    ['two toys, including the named toy', [toy('kite', 'ball')], BOTH, false],
    ['toys without ids', [{ type: 'toy' }], BOTH, true],
    ['the part', [part('ball/skin')], BOTH, false],
    ['another part of the toy', [part('ball/valve')], BOTH, true],
    ['another toy, and the part', [toy('kite'), part('ball/skin')], BOTH, false],
    ['another toy, and all toys', [toy('kite'), { type: 'all-toys' }], BOTH, false],
    ['another toy, on a path that names none', [toy('kite')], undefined, false],
    ['a toy, on a path that names parts only', [toy('ball')], { 'toy-parts': 'ball/skin' }, true],
    ['a part, if the whole is named', [part('ball/skin')], WHOLE, true],
    ['a part, if parts suffice', [part('ball/skin')], WHOLE, false, { versionless: 'narrow' }],
    ['a part of another toy, if parts suffice', [part('kite/tail')], WHOLE, true, { versionless: 'narrow' }],
    ['a toy with a similar name, if parts suffice', [part('/ball/')], WHOLE, true, { versionless: 'narrow' }],
    ['another toy, if a public toy needs no resource', [toy('kite')], BOTH, false, { open: ['public'] }],
  ])('a key of %s', (_what, resources, names, isRefused, more = {}) => {
    const parts = { needs: { all: ['play'] }, on: ON, ...more };
    const caller = key(['play'], resources);
    const expected = isRefused ? createDenial('resource_mismatch') : ALLOW;

    expect(decide(ask(parts, { ruleset: strictLaw, names }), caller)).toEqual(expected);
    expect(decide(ask(parts, { names }), caller)).toEqual(ALLOW);
  });

  it('callers without resources and rules without resources are allowed', () => {
    const parts = { needs: { all: ['play'] }, on: ON };
    const accessRequest = ask(parts, { ruleset: strictLaw, names: BOTH });

    expect(decide(accessRequest, keyOfUser(['Player']))).toEqual(ALLOW);
    expect(
      decide(ask({ needs: { all: ['play'] } }, { ruleset: strictLaw, names: BOTH }), key(['play'], [toy('kite')])),
    ).toEqual(ALLOW);
  });

  it('the names of a known object are used, not those of the path', () => {
    const accessRequest = ask({ needs: { all: ['play'] }, on: ON }, { ruleset: strictLaw, names: { toy: 'kite' } });

    expect(checkResource(accessRequest, key(['play'], [toy('ball')]), { found: 'object', attributes: BALL })).toEqual(
      ALLOW,
    );
  });

  it.each<[reason: DenyReason, lookedUp: ResourceState]>([
    ['foreign_object', { found: 'foreign', owner: 'nca-2', names: BOTH }],
    ['no_such_object', { found: 'nothing', names: BOTH }],
  ])('an object whose names come from the look-up is checked by them before %s', (reason, lookedUp) => {
    const accessRequest = ask({ needs: { all: ['play'] }, on: ON }, { ruleset: strictLaw });
    const check = (resource: Resource) => checkResource(accessRequest, key(['play'], [resource]), lookedUp);

    expect(check(toy('kite'))).toEqual(createDenial('resource_mismatch'));
    expect(check(toy('ball'))).toEqual(createDenial(reason));
  });
});

describe('the names of an object in resources are built from the path:', () => {
  const buildNames = (names: Readonly<Record<string, string>> | undefined) =>
    buildNamesInPath(ruleOf({ cover: { lookup: 'toy', ...(names !== undefined && { names }) } }), {
      toyId: 'ball',
      part: 'skin',
    });

  it.each([
    ['one parameter', { toy: '{toyId}' }, { toy: 'ball' }],
    ['two of them', { 'toy-parts': '{toyId}/{part}' }, { 'toy-parts': 'ball/skin' }],
    ['the beginning of a name', { 'toy-parts': '{toyId}/' }, { 'toy-parts': 'ball/' }],
    ['a parameter that the path lacks', { toy: '{other}' }, { toy: '' }],
  ])('%s', (_what, names, expected) => {
    expect(buildNames(names)).toEqual(expected);
  });

  it('none for a rule without names or without an object', () => {
    expect(buildNames(undefined)).toBeUndefined();
    expect(buildNamesInPath(ruleOf(), { toyId: 'ball' })).toBeUndefined();
  });
});

it('a call about several objects is allowed only if the resources cover each of them', () => {
  const kite: ResourceAttributes = { relation: 'owned', names: { toy: ['kite'] } };
  const accessRequest = ask({ needs: { all: ['play'] }, on: ['toy'] });
  const check = (...ids: string[]) =>
    checkResource(accessRequest, key(['play'], [{ type: 'toy', ids }]), {
      found: 'object',
      attributes: { ...BALL, relatedObjects: [kite] },
    });

  expect(check('ball', 'kite')).toEqual(ALLOW);
  expect(check('ball')).toEqual(createDenial('resource_mismatch'));
  expect(check('kite')).toEqual(createDenial('resource_mismatch'));
});
