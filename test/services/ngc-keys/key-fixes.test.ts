/** Edits of a key that fix a refusal. */
import { describe, expect, it } from 'vitest';
import type { AccessRequest, Caller, LookupResult, ResourceAttributes } from '../../../src/decisions/decide.ts';
import type { Decision } from '../../../src/decisions/decision.ts';
import { findFixes as findFixesBy } from '../../../src/decisions/explaining/fixes.ts';
import type { PendingRights, Resource } from '../../../src/decisions/policy.ts';
import type { DenyReason } from '../../../src/decisions/reasons.ts';
import type { Relation, Tables } from '../../../src/decisions/rule.ts';
import { createRuleset } from '../../../src/decisions/ruleset.ts';
import { findKeyFixes } from '../../../src/services/ngc-keys/key-fixes.ts';
import {
  ask,
  decisionOn,
  key,
  keyOfUser,
  openLaw,
  pendingVersion,
  seen,
  sourced,
  TOY_TABLES,
} from '../../decisions/toy-law.ts';
import { effectAfter, faultsOfEdit } from './edit.ts';

const findFixes = (decision: Decision, tables: Tables) => findFixesBy(decision, tables, findKeyFixes);

const [BALL, DOLL, PART] = ['b', 'd', 'e'].map((digit) =>
  'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replaceAll('x', digit),
) as [string, string, string];
const referenceToBall = (relation: Relation = 'owned'): ResourceAttributes => ({
  relation,
  names: { toy: [BALL], 'toy-parts': [`${BALL}/${PART}`] },
});
const allPartsOfBall: ResourceAttributes = {
  relation: 'owned',
  names: { toy: [BALL] },
  parts: { 'toy-parts': [`${BALL}/${PART}`] },
};

/** The text of a fix without the name of the key, and the body of the edit. */
type Expected = readonly [text: string, body: object];
type Case = readonly [accessRequest: AccessRequest, caller: Caller, lookup: LookupResult | null, ...Expected[]];

const toy = (...ids: string[]) => ({ type: 'Toy', ids });
const [ALL_TOYS, LENT_TOYS, EVERYTHING] = ['All Toys', 'Lent Toys', 'Everything'].map((type) => ({ type })) as [
  { type: string },
  { type: string },
  { type: string },
];
const bindTo = (...resources: { type: string; ids?: string[] }[]): Expected => {
  const names = resources.map(({ type, ids }) => (ids === undefined ? `\`${type}\`` : `\`${type} ${ids.join(', ')}\``));
  return [`bind it to ${names.join(', ')}`, { resource: resources.length === 1 ? resources[0] : resources }];
};
const addScopes = (added: string[], scopes: string[]): Expected => [
  `add the scope ${added.map((scope) => `\`${scope}\``).join(', ')}`,
  { scopes },
];
const addService = (...services: string[]): Expected => ['add the service `toys`', { services }];
const grantRole = (role: string, ...roles: string[]): Expected => [`grant its user the role \`${role}\``, { roles }];
/** A fix that makes several changes at once. */
const together = (...parts: Expected[]): Expected => [
  parts.map(([text]) => text).join(', and '),
  Object.assign({}, ...parts.map(([, body]) => body)),
];

const toyResources = (...ids: string[]): Resource[] => [{ type: 'toy', ids }];
const onToys = ask({ needs: { all: ['play'] }, on: ['all-toys', 'toy'] });
/** The same service with a scope that is available with either of two types. */
const baking = createRuleset('toys', null, {
  ...TOY_TABLES,
  permissions: [
    ...TOY_TABLES.permissions,
    { id: 'bake', label: 'Bake', onlyOn: ['everything', 'lent-toys'], ...sourced },
  ],
});

describe('the fix for a service key', () => {
  const play = ask({ needs: { all: ['play'] } });
  const onToy = ask({ on: ['toy'] });
  const NO_SERVICE = { services: [] };
  const cases: Record<string, Case> = {
    'adds the missing scope': [play, key(['look']), null, addScopes(['play'], ['look', 'play'])],
    'adds all missing scopes at once': [
      ask({ needs: { all: ['play', 'look', 'mend'] } }),
      key(['look']),
      null,
      addScopes(['play', 'mend'], ['look', 'play', 'mend']),
    ],
    'adds each of several alternative scopes separately': [
      ask({ needs: { any: ['play', 'look'] } }),
      key(['mend']),
      null,
      addScopes(['play'], ['mend', 'play']),
      addScopes(['look'], ['mend', 'look']),
    ],
    'adds required scopes together with each alternative scope': [
      ask({ needs: { all: ['mend'], any: ['play', 'look'] } }),
      key([]),
      null,
      addScopes(['mend', 'play'], ['mend', 'play']),
      addScopes(['mend', 'look'], ['mend', 'look']),
    ],
    'binds the key to all objects if it has the type with an unused id': [
      ask({ needs: { all: ['play'] }, on: ['all-toys'] }),
      key(['play'], [{ type: 'all-toys', ids: [BALL] }]),
      null,
      bindTo(ALL_TOYS),
    ],
    'adds the missing service': [play, key(['play'], [], { services: ['air'] }), null, addService('air', 'toys')],
    'adds the service together with the fewest missing rights': [
      onToys,
      key([], toyResources(DOLL), NO_SERVICE),
      seen(referenceToBall()),
      together(addService('toys'), addScopes(['play'], ['play']), bindTo(toy(DOLL, BALL))),
    ],
    'binds the key to each possible type in place of an unsuitable type': [
      onToys,
      key(['play'], [{ type: 'lent-toys' }]),
      seen(referenceToBall()),
      bindTo(ALL_TOYS),
      bindTo(toy(BALL)),
    ],
    'binds the key to types without ids if no object is requested': [
      onToys,
      key(['play'], [{ type: 'lent-toys' }]),
      null,
      bindTo(ALL_TOYS),
    ],
    'binds the key only to types that include the object': [
      ask({ on: ['all-toys', 'lent-toys', 'everything'] }),
      key([]),
      seen(referenceToBall('shared')),
      bindTo(LENT_TOYS),
      bindTo(EVERYTHING),
    ],
    'adds the object to the objects of the same type': [
      onToy,
      key([], toyResources(DOLL)),
      seen(referenceToBall()),
      bindTo(toy(DOLL, BALL)),
    ],
    'adds the object and keeps the other types of the key': [
      onToy,
      key([], [{ type: 'lent-toys' }, ...toyResources(DOLL)]),
      seen(referenceToBall()),
      bindTo(LENT_TOYS, toy(DOLL, BALL)),
    ],
    'binds the key to the object or to its part': [
      ask({ on: ['toy', 'toy-parts'] }),
      key([], [{ type: 'toy-parts', ids: [`${DOLL}/${PART}`] }]),
      seen(referenceToBall()),
      bindTo(toy(BALL)),
      bindTo({ type: 'Toy Parts', ids: [`${DOLL}/${PART}`, `${BALL}/${PART}`] }),
    ],
    'binds the key to the whole object if a part is not enough': [
      ask({ on: ['toy', 'toy-parts'], versionless: 'refuse' }),
      key([], [{ type: 'toy-parts', ids: [`${BALL}/${PART}`] }]),
      seen(allPartsOfBall),
      bindTo(toy(BALL)),
    ],
    'keeps the type that the scopes of the key require': [
      onToy,
      key(['burn'], [{ type: 'lent-toys' }, { type: 'everything' }]),
      seen(referenceToBall()),
      bindTo(EVERYTHING, toy(BALL)),
    ],
    'adds the scope and the resource together if both are missing': [
      onToys,
      key([], [{ type: 'lent-toys' }]),
      seen(referenceToBall()),
      together(addScopes(['play'], ['play']), bindTo(ALL_TOYS)),
      together(addScopes(['play'], ['play']), bindTo(toy(BALL))),
    ],
    'adds only the scope if the resource is suitable': [
      onToys,
      key([], toyResources(BALL)),
      seen(referenceToBall()),
      addScopes(['play'], ['play']),
    ],
    'adds the type that a scope requires': [
      ask({ needs: { all: ['burn'] }, on: ['everything'] }),
      key([], [{ type: 'all-toys' }]),
      null,
      together(addScopes(['burn'], ['burn']), bindTo(EVERYTHING)),
    ],
    'adds the type that a scope requires even if the rule checks no resource': [
      ask({ needs: { all: ['burn'] } }),
      key([], [{ type: 'all-toys' }]),
      null,
      together(addScopes(['burn'], ['burn']), bindTo(ALL_TOYS, EVERYTHING)),
    ],
    'adds only the first of several types that a scope is available with': [
      ask({ needs: { all: ['bake'] } }, { ruleset: baking }),
      key([], [{ type: 'all-toys' }]),
      null,
      together(addScopes(['bake'], ['bake']), bindTo(ALL_TOYS, EVERYTHING)),
    ],
    'adds no type if the key has one of the types that the scope is available with': [
      ask({ needs: { all: ['bake'] } }, { ruleset: baking }),
      key([], [{ type: 'lent-toys' }]),
      null,
      addScopes(['bake'], ['bake']),
    ],
    'replaces a type that the scope is available with by another such type': [
      ask({ on: ['everything'] }, { ruleset: baking }),
      key(['bake'], [{ type: 'lent-toys' }]),
      null,
      bindTo(EVERYTHING),
    ],
    'binds the key to the object and to the type that the scope requires': [
      ask({ needs: { all: ['burn'] }, on: ['toy'] }),
      key([], [{ type: 'lent-toys' }]),
      seen(referenceToBall()),
      together(addScopes(['burn'], ['burn']), bindTo(toy(BALL), EVERYTHING)),
    ],
    'replaces a type that only a missing scope requires by the object': [
      ask({ needs: { all: ['play'] }, on: ['toy'] }),
      key(['play'], [{ type: 'everything' }]),
      seen(referenceToBall()),
      bindTo(toy(BALL)),
    ],
    'adds the object to a type without ids': [
      onToy,
      key([], [{ type: 'toy' }]),
      seen(referenceToBall()),
      bindTo(toy(BALL)),
    ],
    'needs no `force` if the key already has a resource that the documents exclude': [
      play,
      key([], toyResources('ball')),
      null,
      addScopes(['play'], ['play']),
    ],
    'uses `force` for an id that the documents exclude if nothing else includes the object': [
      onToy,
      key([], []),
      seen({ relation: 'owned', names: { toy: ['ball'] } }),
      ['bind it to `Toy ball`', { resource: toy('ball'), force: true }],
    ],
    'adds the scope if the key is for every service': [
      play,
      key([], [], { services: null }),
      null,
      addScopes(['play'], ['play']),
    ],
    'adds the service and the first of several alternative scopes': [
      ask({ needs: { any: ['play', 'look'] } }),
      key([], [], NO_SERVICE),
      null,
      together(addService('toys'), addScopes(['play'], ['play'])),
    ],
    'adds the service and the first of several types if every type includes the object': [
      onToys,
      key(['play', 'burn'], [{ type: 'everything' }], NO_SERVICE),
      seen(referenceToBall()),
      together(addService('toys'), bindTo(EVERYTHING, ALL_TOYS)),
    ],
    'binds the key to a type that includes its own objects if the body has an object that was not looked up': [
      ask({ on: ['all-toys', 'lent-toys'], cover: { lookup: 'toy' } }),
      key([], toyResources(DOLL)),
      null,
      bindTo(ALL_TOYS),
    ],
    'binds the key to every type if the path has an object that was not looked up': [
      ask({ on: ['all-toys', 'lent-toys'], cover: { lookup: 'toy', param: 'toyId' } }),
      key([], toyResources(DOLL)),
      null,
      bindTo(ALL_TOYS),
      bindTo(LENT_TOYS),
    ],
    'is empty for a closed rule': [ask({ closed: true }), key([]), null],
    'is empty for a closed rule if the service is missing too': [ask({ closed: true }), key([], [], NO_SERVICE), null],
    'is empty if the object does not exist': [onToys, key([], toyResources(DOLL)), { found: 'nothing' }],
    'is empty if the object belongs to another organisation': [
      onToys,
      key([], toyResources(DOLL)),
      { found: 'foreign', owner: 'bo' },
    ],
    'is empty if no type includes the object': [onToy, key([], [{ type: 'lent-toys' }]), null],
    'is empty if the request was allowed': [onToys, key(['play'], toyResources(BALL)), seen(referenceToBall())],
  };

  it.each(Object.entries(cases))('%s', (title, [accessRequest, caller, lookup, ...expected]) => {
    const decision = decisionOn(accessRequest, caller, lookup);
    const changes = findFixes(decision, TOY_TABLES).filter(({ kind }) => kind === 'policy');

    expect(changes).toEqual(
      expected.map(([text, body]) => ({
        kind: 'policy',
        text: `service key \`robot\`: ${text}`,
        request: { method: 'PATCH', path: '/_mock/keys/key-1', body },
      })),
    );
    for (const request of changes.flatMap((change) => change.request ?? [])) {
      expect(effectAfter(decision, request), title).toBe('allow');
      expect(faultsOfEdit(decision, request.body), title).toEqual([]);
    }
  });

  it.each<[reason: DenyReason, sighting: LookupResult]>([
    ['no_such_object', { found: 'nothing' }],
    ['foreign_object', { found: 'foreign', owner: 'bo' }],
  ])('is the same with and without missing rights for a refusal with `%s`', (reason, lookup) => {
    const withoutRights = decisionOn(onToys, key(['look'], toyResources(DOLL)), lookup);
    const withRights = decisionOn(onToys, key(['play'], toyResources(DOLL)), lookup);

    expect([withoutRights.reason, withRights.reason]).toEqual(['missing_scope', reason]);
    expect(findFixes(withoutRights, TOY_TABLES)).toEqual(findFixes(withRights, TOY_TABLES));
    expect(findFixes(withoutRights, TOY_TABLES)).toHaveLength(1);
  });

  it('adds only the service even if a stored scope is not available with the stored types', () => {
    const caller = key(['burn'], [{ type: 'all-toys' }], { services: [] });
    const fixes = findFixes(decisionOn(ask({ needs: { all: ['burn'] } }), caller, null), TOY_TABLES);

    expect(fixes.flatMap(({ request }) => request?.body ?? [])).toEqual([{ services: ['toys'] }]);
  });

  it('starts from the pending version, which it replaces', () => {
    const pending = [pendingVersion(2, ['look', 'mend'], toyResources(DOLL))];
    const decision = decisionOn(onToys, key(['look'], toyResources(BALL), { pending }), seen(referenceToBall()));
    const [first] = findFixes(decision, TOY_TABLES);

    expect(first?.request?.body['scopes']).toEqual(['look', 'mend', 'play']);
    expect(first?.request?.body['resource']).toBeDefined();
  });

  it('does not edit a key for a service with rights that no key can have', () => {
    const tables: Tables = { ...openLaw.tables, permissions: [{ id: 'keys:manage', label: 'Manage', ...sourced }] };
    const accessRequest = ask({ needs: { all: ['keys:manage'] } }, { ruleset: { ...openLaw, tables } });

    expect(
      findFixes(decisionOn(accessRequest, key([]), null), tables).filter(({ request }) => request !== undefined),
    ).toEqual([]);
  });
});

describe('a refusal that a pending version ends', () => {
  const accessRequest = ask({ needs: { all: ['play'] }, on: ['toy', 'all-toys'] });
  const decideWith = (...pending: readonly PendingRights[]) =>
    decisionOn(accessRequest, key([], toyResources(BALL), { pending }), seen(referenceToBall()));
  const allowingVersion = (version: number) => pendingVersion(version, ['play'], toyResources(BALL));

  it('is fixed only by waiting or by flushing the propagation', () => {
    const decision = decideWith(allowingVersion(2));
    const fixes = findFixes(decision, TOY_TABLES);

    expect(fixes).toEqual([
      {
        kind: 'propagation',
        text: expect.stringMatching(/until 1970-01-01T00:00:02\.000Z.*version 2.*`POST \/_mock\/clock\/advance`/),
        request: { method: 'POST', path: '/_mock/propagation/flush', body: { keyId: 'key-1' } },
      },
    ]);
    expect(listEffects(decision)).toEqual(['allow']);
  });

  it('is fixed by waiting if a later version refuses again', () => {
    const decision = decideWith(allowingVersion(2), pendingVersion(3, [], toyResources(BALL)));

    expect(listEffects(decision)).not.toContain('deny');
    expect(findFixes({ ...decision, at: 500 }, TOY_TABLES)).toEqual([
      {
        kind: 'propagation',
        text: expect.stringMatching(/^wait until 1970-01-01T00:00:02\.000Z.*`POST \/_mock\/clock\/advance`\)$/),
        request: { method: 'POST', path: '/_mock/clock/advance', body: { by: '1500ms' } },
      },
    ]);
  });

  it('is not fixed by a pending version without the object', () => {
    const decision = decideWith(pendingVersion(2, ['play'], toyResources(DOLL)));

    expect(listEffects(decision)).not.toContain('deny');
  });

  it('differs from an allowed request that a pending version refuses, which has no fixes', () => {
    const allowed = decisionOn(
      accessRequest,
      key(['play'], toyResources(BALL), { pending: [pendingVersion(2, [])] }),
      null,
    );

    expect(allowed.rights?.pending?.effect).toBe('deny');
    expect(findFixes(allowed, TOY_TABLES)).toEqual([]);
  });

  function listEffects(decision: Decision): string[] {
    const requests = findFixes(decision, TOY_TABLES).flatMap(({ request }) => request ?? []);
    return requests.map((request) => effectAfter(decision, request));
  }
});

describe('the fix for the user of a personal key', () => {
  const { product: _, ...tables } = TOY_TABLES;
  const forNoKey = createRuleset('toys', null, { ...tables, roles: TOY_TABLES.roles.slice(0, 1) });
  const play = ask({ needs: { all: ['play'] } });
  const cases: Record<string, Case> = {
    'grants each possible role': [
      play,
      keyOfUser([]),
      null,
      grantRole('Player', 'Player'),
      grantRole('Parent', 'Parent'),
    ],
    'grants a role in addition to the present roles': [
      ask({ needs: { all: ['burn'] }, on: ['everything'] }),
      keyOfUser(['Player']),
      seen(referenceToBall()),
      grantRole('Parent', 'Player', 'Parent'),
    ],
    'adds the missing service': [play, keyOfUser(['Player'], { services: [] }), null, addService('toys')],
    'adds the service and grants the role': [
      ask({ needs: { all: ['burn'] } }),
      keyOfUser([], { services: ['air'] }),
      null,
      together(addService('air', 'toys'), grantRole('Parent', 'Parent')),
    ],
    'adds the service and grants the smallest role': [
      play,
      keyOfUser([], { services: [] }),
      null,
      together(addService('toys'), grantRole('Player', 'Player')),
    ],
    'grants a role of the rule in addition to the present roles': [
      ask({ needs: { roles: ['Player', 'Parent'] } }),
      keyOfUser(['Player']),
      null,
      grantRole('Parent', 'Player', 'Parent'),
    ],
    'grants the role of a service without keys': [
      ask({ needs: { all: ['play'] } }, { ruleset: forNoKey }),
      keyOfUser([], { services: [] }),
      null,
      grantRole('Player', 'Player'),
    ],
    'is empty if no role is enough': [ask({ needs: { all: ['fly'] } }), keyOfUser(['Player']), null],
    'is empty for a closed rule': [ask({ closed: true }), keyOfUser([]), null],
  };

  it.each(Object.entries(cases))('%s', (_what, [accessRequest, caller, lookup, ...expected]) => {
    const decision = decisionOn(accessRequest, caller, lookup);
    const changes = findFixes(decision, TOY_TABLES);

    expect(changes).toEqual(
      expected.map(([text, body]) => ({
        kind: 'policy',
        text: `personal key \`laptop\`: ${text}`,
        request: { method: 'PATCH', path: '/_mock/keys/key-2', body },
      })),
    );
    for (const request of changes.flatMap((change) => change.request ?? [])) {
      expect(effectAfter(decision, request)).toBe('allow');
    }
  });
});

describe('the fix for a user without a key', () => {
  const asUser = (roles: readonly string[]): Caller => {
    const { principal, held } = keyOfUser(roles);
    return { principal: { ...principal, kind: 'organization-user', name: 'lea' }, held };
  };
  const fixesFor = (permission: string, caller: Caller) => {
    const decision = decisionOn(ask({ needs: { all: [permission] } }), caller, null);
    if (decision.input === undefined) throw new Error('the decision is no refusal');
    return findKeyFixes(decision, decision.input, 'missing_scope');
  };

  it('gives the smallest role that is enough, in addition to the present ones', () => {
    expect(fixesFor('burn', asUser(['Player']))).toEqual({
      fixes: [{ kind: 'policy', text: expect.stringMatching(/ the role `Parent`: send all roles as `roles` /) }],
      otherwise: 'missing_scope',
    });
    expect(fixesFor('look', asUser([]))?.fixes).toMatchObject([
      { text: expect.stringContaining('the role `Player`:') },
    ]);
  });

  it('is absent if no role is enough', () => {
    expect(fixesFor('fly', asUser(['Player']))).toEqual({ fixes: [], otherwise: 'missing_scope' });
  });
});

describe('the remaining reason of a fix', () => {
  const play = ask({ needs: { all: ['play'] } });
  const findRightsFixes = (accessRequest: AccessRequest, caller: Caller, initialReason?: DenyReason) => {
    const decision = decisionOn(accessRequest, caller, null);
    const { input, reason } = decision;
    if (input === undefined || reason === null) throw new Error('the decision is no refusal');
    return findKeyFixes(decision, input, initialReason ?? reason);
  };

  it.each<[title: string, caller: Caller, remaining: DenyReason]>([
    ['is the reason of the refusal', key([]), 'missing_scope'],
    ['is the reason that applies with the service added', key([], [], { services: [] }), 'missing_scope'],
    ['is the missing service if nothing else is missing', key(['play'], [], { services: [] }), 'service_not_enabled'],
  ])('%s', (_what, caller, remaining) => {
    const result = findRightsFixes(play, caller);

    expect(result?.fixes).toHaveLength(1);
    expect(result?.otherwise).toBe(remaining);
  });

  it('is `missing_permission` without fixes if the service has no keys', () => {
    const accessRequest = ask({ needs: { all: ['play'] } }, { ruleset: openLaw });

    expect(findRightsFixes(accessRequest, key([]))).toEqual({ fixes: [], otherwise: 'missing_permission' });
  });

  it('is absent for an administrator, with the advice to use a key', () => {
    const { held, principal } = key([]);
    const caller: Caller = { held, principal: { ...principal, kind: 'admin-token' } };

    expect(findRightsFixes(play, caller)).toEqual({
      fixes: [{ kind: 'credential', text: expect.stringContaining('use a key that has the scope') }],
    });
  });

  it('is null for a refusal that no right fixes', () => {
    expect(findRightsFixes(play, key([]), 'no_such_object')).toBeNull();
  });
});
