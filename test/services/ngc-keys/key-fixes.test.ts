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

interface Case {
  readonly accessRequest: AccessRequest;
  readonly caller: Caller;
  readonly lookup?: LookupResult | null;
  /** Text without the name of the key, and the body of the edit. */
  readonly expected: readonly [text: string, body: object][];
}

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
  const cases: Record<string, Case> = {
    'adds the missing scope': {
      accessRequest: ask({ needs: { all: ['play'] } }),
      caller: key(['look']),
      expected: [['add the scope `play`', { scopes: ['look', 'play'] }]],
    },
    'adds all missing scopes at once': {
      accessRequest: ask({ needs: { all: ['play', 'look', 'mend'] } }),
      caller: key(['look']),
      expected: [['add the scope `play`, `mend`', { scopes: ['look', 'play', 'mend'] }]],
    },
    'adds each of several alternative scopes separately': {
      accessRequest: ask({ needs: { any: ['play', 'look'] } }),
      caller: key(['mend']),
      expected: [
        ['add the scope `play`', { scopes: ['mend', 'play'] }],
        ['add the scope `look`', { scopes: ['mend', 'look'] }],
      ],
    },
    'adds required scopes together with each alternative scope': {
      accessRequest: ask({ needs: { all: ['mend'], any: ['play', 'look'] } }),
      caller: key([]),
      expected: [
        ['add the scope `mend`, `play`', { scopes: ['mend', 'play'] }],
        ['add the scope `mend`, `look`', { scopes: ['mend', 'look'] }],
      ],
    },
    'binds the key to all objects if it has the type with an unused id': {
      accessRequest: ask({ needs: { all: ['play'] }, on: ['all-toys'] }),
      caller: key(['play'], [{ type: 'all-toys', ids: [BALL] }]),
      expected: [['bind it to `All Toys`', { resource: { type: 'All Toys' } }]],
    },
    'adds the missing service': {
      accessRequest: ask({ needs: { all: ['play'] } }),
      caller: key(['play'], [], { services: ['air'] }),
      expected: [['add the service `toys`', { services: ['air', 'toys'] }]],
    },
    'adds the service together with the fewest missing rights': {
      accessRequest: onToys,
      caller: key([], toyResources(DOLL), { services: [] }),
      lookup: seen(referenceToBall()),
      expected: [
        [
          `add the service \`toys\`, and add the scope \`play\`, and bind it to \`Toy ${DOLL}, ${BALL}\``,
          { services: ['toys'], scopes: ['play'], resource: { type: 'Toy', ids: [DOLL, BALL] } },
        ],
      ],
    },
    'binds the key to each possible type in place of an unsuitable type': {
      accessRequest: onToys,
      caller: key(['play'], [{ type: 'lent-toys' }]),
      lookup: seen(referenceToBall()),
      expected: [
        ['bind it to `All Toys`', { resource: { type: 'All Toys' } }],
        [`bind it to \`Toy ${BALL}\``, { resource: { type: 'Toy', ids: [BALL] } }],
      ],
    },
    'binds the key to types without ids if no object is requested': {
      accessRequest: onToys,
      caller: key(['play'], [{ type: 'lent-toys' }]),
      lookup: null,
      expected: [['bind it to `All Toys`', { resource: { type: 'All Toys' } }]],
    },
    'binds the key only to types that include the object': {
      accessRequest: ask({ on: ['all-toys', 'lent-toys', 'everything'] }),
      caller: key([]),
      lookup: seen(referenceToBall('shared')),
      expected: [
        ['bind it to `Lent Toys`', { resource: { type: 'Lent Toys' } }],
        ['bind it to `Everything`', { resource: { type: 'Everything' } }],
      ],
    },
    'adds the object to the objects of the same type': {
      accessRequest: ask({ on: ['toy'] }),
      caller: key([], toyResources(DOLL)),
      lookup: seen(referenceToBall()),
      expected: [[`bind it to \`Toy ${DOLL}, ${BALL}\``, { resource: { type: 'Toy', ids: [DOLL, BALL] } }]],
    },
    'adds the object and keeps the other types of the key': {
      accessRequest: ask({ on: ['toy'] }),
      caller: key([], [{ type: 'lent-toys' }, ...toyResources(DOLL)]),
      lookup: seen(referenceToBall()),
      expected: [
        [
          `bind it to \`Lent Toys\`, \`Toy ${DOLL}, ${BALL}\``,
          { resource: [{ type: 'Lent Toys' }, { type: 'Toy', ids: [DOLL, BALL] }] },
        ],
      ],
    },
    'binds the key to the object or to its part': {
      accessRequest: ask({ on: ['toy', 'toy-parts'] }),
      caller: key([], [{ type: 'toy-parts', ids: [`${DOLL}/${PART}`] }]),
      lookup: seen(referenceToBall()),
      expected: [
        [`bind it to \`Toy ${BALL}\``, { resource: { type: 'Toy', ids: [BALL] } }],
        [
          `bind it to \`Toy Parts ${DOLL}/${PART}, ${BALL}/${PART}\``,
          { resource: { type: 'Toy Parts', ids: [`${DOLL}/${PART}`, `${BALL}/${PART}`] } },
        ],
      ],
    },
    'binds the key to the whole object if a part is not enough': {
      accessRequest: ask({ on: ['toy', 'toy-parts'], versionless: 'refuse' }),
      caller: key([], [{ type: 'toy-parts', ids: [`${BALL}/${PART}`] }]),
      lookup: seen(allPartsOfBall),
      expected: [[`bind it to \`Toy ${BALL}\``, { resource: { type: 'Toy', ids: [BALL] } }]],
    },
    'keeps the type that the scopes of the key require': {
      accessRequest: ask({ on: ['toy'] }),
      caller: key(['burn'], [{ type: 'lent-toys' }, { type: 'everything' }]),
      lookup: seen(referenceToBall()),
      expected: [
        [
          `bind it to \`Everything\`, \`Toy ${BALL}\``,
          { resource: [{ type: 'Everything' }, { type: 'Toy', ids: [BALL] }] },
        ],
      ],
    },
    'adds the scope and the resource together if both are missing': {
      accessRequest: onToys,
      caller: key([], [{ type: 'lent-toys' }]),
      lookup: seen(referenceToBall()),
      expected: [
        ['add the scope `play`, and bind it to `All Toys`', { scopes: ['play'], resource: { type: 'All Toys' } }],
        [
          `add the scope \`play\`, and bind it to \`Toy ${BALL}\``,
          { scopes: ['play'], resource: { type: 'Toy', ids: [BALL] } },
        ],
      ],
    },
    'adds only the scope if the resource is suitable': {
      accessRequest: onToys,
      caller: key([], toyResources(BALL)),
      lookup: seen(referenceToBall()),
      expected: [['add the scope `play`', { scopes: ['play'] }]],
    },
    'adds the type that a scope requires': {
      accessRequest: ask({ needs: { all: ['burn'] }, on: ['everything'] }),
      caller: key([], [{ type: 'all-toys' }]),
      expected: [
        ['add the scope `burn`, and bind it to `Everything`', { scopes: ['burn'], resource: { type: 'Everything' } }],
      ],
    },
    'adds the type that a scope requires even if the rule checks no resource': {
      accessRequest: ask({ needs: { all: ['burn'] } }),
      caller: key([], [{ type: 'all-toys' }]),
      expected: [
        [
          'add the scope `burn`, and bind it to `All Toys`, `Everything`',
          { scopes: ['burn'], resource: [{ type: 'All Toys' }, { type: 'Everything' }] },
        ],
      ],
    },
    'adds only the first of several types that a scope is available with': {
      accessRequest: ask({ needs: { all: ['bake'] } }, { ruleset: baking }),
      caller: key([], [{ type: 'all-toys' }]),
      expected: [
        [
          'add the scope `bake`, and bind it to `All Toys`, `Everything`',
          { scopes: ['bake'], resource: [{ type: 'All Toys' }, { type: 'Everything' }] },
        ],
      ],
    },
    'adds no type if the key has one of the types that the scope is available with': {
      accessRequest: ask({ needs: { all: ['bake'] } }, { ruleset: baking }),
      caller: key([], [{ type: 'lent-toys' }]),
      expected: [['add the scope `bake`', { scopes: ['bake'] }]],
    },
    'replaces a type that the scope is available with by another such type': {
      accessRequest: ask({ on: ['everything'] }, { ruleset: baking }),
      caller: key(['bake'], [{ type: 'lent-toys' }]),
      expected: [['bind it to `Everything`', { resource: { type: 'Everything' } }]],
    },
    'binds the key to the object and to the type that the scope requires': {
      accessRequest: ask({ needs: { all: ['burn'] }, on: ['toy'] }),
      caller: key([], [{ type: 'lent-toys' }]),
      lookup: seen(referenceToBall()),
      expected: [
        [
          `add the scope \`burn\`, and bind it to \`Toy ${BALL}\`, \`Everything\``,
          { scopes: ['burn'], resource: [{ type: 'Toy', ids: [BALL] }, { type: 'Everything' }] },
        ],
      ],
    },
    'replaces a type that only a missing scope requires by the object': {
      accessRequest: ask({ needs: { all: ['play'] }, on: ['toy'] }),
      caller: key(['play'], [{ type: 'everything' }]),
      lookup: seen(referenceToBall()),
      expected: [[`bind it to \`Toy ${BALL}\``, { resource: { type: 'Toy', ids: [BALL] } }]],
    },
    'adds the object to a type without ids': {
      accessRequest: ask({ on: ['toy'] }),
      caller: key([], [{ type: 'toy' }]),
      lookup: seen(referenceToBall()),
      expected: [[`bind it to \`Toy ${BALL}\``, { resource: { type: 'Toy', ids: [BALL] } }]],
    },
    'needs no `force` if the key already has a resource that the documents exclude': {
      accessRequest: ask({ needs: { all: ['play'] } }),
      caller: key([], toyResources('ball')),
      expected: [['add the scope `play`', { scopes: ['play'] }]],
    },
    'uses `force` for an id that the documents exclude if nothing else includes the object': {
      accessRequest: ask({ on: ['toy'] }),
      caller: key([], []),
      lookup: seen({ relation: 'owned', names: { toy: ['ball'] } }),
      expected: [['bind it to `Toy ball`', { resource: { type: 'Toy', ids: ['ball'] }, force: true }]],
    },
    'adds the scope if the key is for every service': {
      accessRequest: ask({ needs: { all: ['play'] } }),
      caller: key([], [], { services: null }),
      expected: [['add the scope `play`', { scopes: ['play'] }]],
    },
    'adds the service and the first of several alternative scopes': {
      accessRequest: ask({ needs: { any: ['play', 'look'] } }),
      caller: key([], [], { services: [] }),
      expected: [['add the service `toys`, and add the scope `play`', { services: ['toys'], scopes: ['play'] }]],
    },
    'adds the service and the first of several types if every type includes the object': {
      accessRequest: onToys,
      caller: key(['play', 'burn'], [{ type: 'everything' }], { services: [] }),
      lookup: seen(referenceToBall()),
      expected: [
        [
          'add the service `toys`, and bind it to `Everything`, `All Toys`',
          { services: ['toys'], resource: [{ type: 'Everything' }, { type: 'All Toys' }] },
        ],
      ],
    },
    'binds the key to a type that includes its own objects if the body has an object that was not looked up': {
      accessRequest: ask({ on: ['all-toys', 'lent-toys'], cover: { lookup: 'toy' } }),
      caller: key([], toyResources(DOLL)),
      expected: [['bind it to `All Toys`', { resource: { type: 'All Toys' } }]],
    },
    'binds the key to every type if the path has an object that was not looked up': {
      accessRequest: ask({ on: ['all-toys', 'lent-toys'], cover: { lookup: 'toy', param: 'toyId' } }),
      caller: key([], toyResources(DOLL)),
      expected: [
        ['bind it to `All Toys`', { resource: { type: 'All Toys' } }],
        ['bind it to `Lent Toys`', { resource: { type: 'Lent Toys' } }],
      ],
    },
    'is empty for a closed rule': { accessRequest: ask({ closed: true }), caller: key([]), expected: [] },
    'is empty for a closed rule if the service is missing too': {
      accessRequest: ask({ closed: true }),
      caller: key([], [], { services: [] }),
      expected: [],
    },
    'is empty if the object does not exist': {
      accessRequest: onToys,
      caller: key([], toyResources(DOLL)),
      lookup: { found: 'nothing' },
      expected: [],
    },
    'is empty if the object belongs to another organisation': {
      accessRequest: onToys,
      caller: key([], toyResources(DOLL)),
      lookup: { found: 'foreign', owner: 'bo' },
      expected: [],
    },
    'is empty if no type includes the object': {
      accessRequest: ask({ on: ['toy'] }),
      caller: key([], [{ type: 'lent-toys' }]),
      lookup: null,
      expected: [],
    },
    'is empty if the request was allowed': {
      accessRequest: onToys,
      caller: key(['play'], toyResources(BALL)),
      lookup: seen(referenceToBall()),
      expected: [],
    },
  };

  it.each(Object.entries(cases))('%s', (title, { accessRequest, caller, lookup = null, expected }) => {
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
  const cases: Record<string, Case> = {
    'grants each possible role': {
      accessRequest: ask({ needs: { all: ['play'] } }),
      caller: keyOfUser([]),
      expected: [
        ['grant its user the role `Player`', { roles: ['Player'] }],
        ['grant its user the role `Parent`', { roles: ['Parent'] }],
      ],
    },
    'grants a role in addition to the present roles': {
      accessRequest: ask({ needs: { all: ['burn'] }, on: ['everything'] }),
      caller: keyOfUser(['Player']),
      lookup: seen(referenceToBall()),
      expected: [['grant its user the role `Parent`', { roles: ['Player', 'Parent'] }]],
    },
    'adds the missing service': {
      accessRequest: ask({ needs: { all: ['play'] } }),
      caller: keyOfUser(['Player'], { services: [] }),
      expected: [['add the service `toys`', { services: ['toys'] }]],
    },
    'adds the service and grants the role': {
      accessRequest: ask({ needs: { all: ['burn'] } }),
      caller: keyOfUser([], { services: ['air'] }),
      expected: [
        [
          'add the service `toys`, and grant its user the role `Parent`',
          { services: ['air', 'toys'], roles: ['Parent'] },
        ],
      ],
    },
    'adds the service and grants the smallest role': {
      accessRequest: ask({ needs: { all: ['play'] } }),
      caller: keyOfUser([], { services: [] }),
      expected: [
        ['add the service `toys`, and grant its user the role `Player`', { services: ['toys'], roles: ['Player'] }],
      ],
    },
    'grants a role of the rule in addition to the present roles': {
      accessRequest: ask({ needs: { roles: ['Player', 'Parent'] } }),
      caller: keyOfUser(['Player']),
      expected: [['grant its user the role `Parent`', { roles: ['Player', 'Parent'] }]],
    },
    'grants the role of a service without keys': {
      accessRequest: ask({ needs: { all: ['play'] } }, { ruleset: forNoKey }),
      caller: keyOfUser([], { services: [] }),
      expected: [['grant its user the role `Player`', { roles: ['Player'] }]],
    },
    'is empty if no role is enough': {
      accessRequest: ask({ needs: { all: ['fly'] } }),
      caller: keyOfUser(['Player']),
      expected: [],
    },
    'is empty for a closed rule': { accessRequest: ask({ closed: true }), caller: keyOfUser([]), expected: [] },
  };

  it.each(Object.entries(cases))('%s', (_what, { accessRequest, caller, lookup = null, expected }) => {
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
