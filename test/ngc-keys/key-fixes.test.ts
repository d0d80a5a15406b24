/** Which edits of a key would turn a refusal. */
import { describe, expect, it } from 'vitest';
import type { AccessRequest, Caller, LookupResult, ResourceAttributes } from '../../src/decisions/decide.ts';
import type { Decision } from '../../src/decisions/decision.ts';
import type { PendingRights, Resource } from '../../src/decisions/policy.ts';
import type { DenyReason } from '../../src/decisions/reasons.ts';
import type { Relation, Tables } from '../../src/decisions/rule.ts';
import { createRuleset } from '../../src/decisions/ruleset.ts';
import { findFixes as findFixesBy } from '../../src/explaining/fixes.ts';
import { findKeyFixes } from '../../src/ngc-keys/key-fixes.ts';
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
} from '../decisions/toy-law.ts';
import { effectAfter, faultsOfEdit } from './edit.ts';

const findFixes = (decision: Decision, tables: Tables) => findFixesBy(decision, tables, findKeyFixes);

const [BALL, DOLL, PART] = ['b', 'd', 'e'].map((digit) =>
  'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replaceAll('x', digit),
) as [string, string, string];
const reachOfBall = (relation: Relation = 'owned'): ResourceAttributes => ({
  relation,
  names: { toy: [BALL], 'toy-parts': [`${BALL}/${PART}`] },
});
const wholeBall: ResourceAttributes = {
  relation: 'owned',
  names: { toy: [BALL] },
  parts: { 'toy-parts': [`${BALL}/${PART}`] },
};

interface Case {
  readonly accessRequest: AccessRequest;
  readonly caller: Caller;
  readonly lookedUp?: LookupResult | null;
  /** Told without the name of the key, with the body of its edit. */
  readonly reported: readonly [text: string, body: object][];
}

const toys = (...ids: string[]): Resource[] => [{ type: 'toy', ids }];
const onToys = ask({ needs: { all: ['play'] }, on: ['all-toys', 'toy'] });
/** The same service with a scope that is given with either of two types. */
const baking = createRuleset('toys', null, {
  ...TOY_TABLES,
  permissions: [
    ...TOY_TABLES.permissions,
    { id: 'bake', label: 'Bake', onlyOn: ['everything', 'lent-toys'], ...sourced },
  ],
});

describe('a service key is told', () => {
  const cases: Record<string, Case> = {
    'the scope that is missing': {
      accessRequest: ask({ needs: { all: ['play'] } }),
      caller: key(['look']),
      reported: [['add the scope `play`', { scopes: ['look', 'play'] }]],
    },
    'all scopes that are missing, at once': {
      accessRequest: ask({ needs: { all: ['play', 'look', 'mend'] } }),
      caller: key(['look']),
      reported: [['add the scope `play`, `mend`', { scopes: ['look', 'play', 'mend'] }]],
    },
    'each of several scopes that would do, by itself': {
      accessRequest: ask({ needs: { any: ['play', 'look'] } }),
      caller: key(['mend']),
      reported: [
        ['add the scope `play`', { scopes: ['mend', 'play'] }],
        ['add the scope `look`', { scopes: ['mend', 'look'] }],
      ],
    },
    'what is missing of both': {
      accessRequest: ask({ needs: { all: ['mend'], any: ['play', 'look'] } }),
      caller: key([]),
      reported: [
        ['add the scope `mend`, `play`', { scopes: ['mend', 'play'] }],
        ['add the scope `mend`, `look`', { scopes: ['mend', 'look'] }],
      ],
    },
    'to bind it to all objects, if it has the type with an id that does not count': {
      accessRequest: ask({ needs: { all: ['play'] }, on: ['all-toys'] }),
      caller: key(['play'], [{ type: 'all-toys', ids: [BALL] }]),
      reported: [['bind it to `All Toys`', { resource: { type: 'All Toys' } }]],
    },
    'the service that it was not made for': {
      accessRequest: ask({ needs: { all: ['play'] } }),
      caller: key(['play'], [], { services: ['air'] }),
      reported: [['add the service `toys`', { services: ['air', 'toys'] }]],
    },
    'the service, and the least of what is missing then': {
      accessRequest: onToys,
      caller: key([], toys(DOLL), { services: [] }),
      lookedUp: seen(reachOfBall()),
      reported: [
        [
          `add the service \`toys\`, and add the scope \`play\`, and bind it to \`Toy ${DOLL}, ${BALL}\``,
          { services: ['toys'], scopes: ['play'], resource: { type: 'Toy', ids: [DOLL, BALL] } },
        ],
      ],
    },
    'every type that would do in place of one that does not': {
      accessRequest: onToys,
      caller: key(['play'], [{ type: 'lent-toys' }]),
      lookedUp: seen(reachOfBall()),
      reported: [
        ['bind it to `All Toys`', { resource: { type: 'All Toys' } }],
        [`bind it to \`Toy ${BALL}\``, { resource: { type: 'Toy', ids: [BALL] } }],
      ],
    },
    'types that name nothing, where no object is named': {
      accessRequest: onToys,
      caller: key(['play'], [{ type: 'lent-toys' }]),
      lookedUp: null,
      reported: [['bind it to `All Toys`', { resource: { type: 'All Toys' } }]],
    },
    'no type that would not reach the object': {
      accessRequest: ask({ on: ['all-toys', 'lent-toys', 'everything'] }),
      caller: key([]),
      lookedUp: seen(reachOfBall('shared')),
      reported: [
        ['bind it to `Lent Toys`', { resource: { type: 'Lent Toys' } }],
        ['bind it to `Everything`', { resource: { type: 'Everything' } }],
      ],
    },
    'the object, beside those of the same type': {
      accessRequest: ask({ on: ['toy'] }),
      caller: key([], toys(DOLL)),
      lookedUp: seen(reachOfBall()),
      reported: [[`bind it to \`Toy ${DOLL}, ${BALL}\``, { resource: { type: 'Toy', ids: [DOLL, BALL] } }]],
    },
    'the object beside those of the same type, with what else it is bound to': {
      accessRequest: ask({ on: ['toy'] }),
      caller: key([], [{ type: 'lent-toys' }, ...toys(DOLL)]),
      lookedUp: seen(reachOfBall()),
      reported: [
        [
          `bind it to \`Lent Toys\`, \`Toy ${DOLL}, ${BALL}\``,
          { resource: [{ type: 'Lent Toys' }, { type: 'Toy', ids: [DOLL, BALL] }] },
        ],
      ],
    },
    'the object or its part, whichever type names it': {
      accessRequest: ask({ on: ['toy', 'toy-parts'] }),
      caller: key([], [{ type: 'toy-parts', ids: [`${DOLL}/${PART}`] }]),
      lookedUp: seen(reachOfBall()),
      reported: [
        [`bind it to \`Toy ${BALL}\``, { resource: { type: 'Toy', ids: [BALL] } }],
        [
          `bind it to \`Toy Parts ${DOLL}/${PART}, ${BALL}/${PART}\``,
          { resource: { type: 'Toy Parts', ids: [`${DOLL}/${PART}`, `${BALL}/${PART}`] } },
        ],
      ],
    },
    'the whole, where a part is not enough': {
      accessRequest: ask({ on: ['toy', 'toy-parts'], versionless: 'refuse' }),
      caller: key([], [{ type: 'toy-parts', ids: [`${BALL}/${PART}`] }]),
      lookedUp: seen(wholeBall),
      reported: [[`bind it to \`Toy ${BALL}\``, { resource: { type: 'Toy', ids: [BALL] } }]],
    },
    'the type that its scopes are not given without, too': {
      accessRequest: ask({ on: ['toy'] }),
      caller: key(['burn'], [{ type: 'lent-toys' }, { type: 'everything' }]),
      lookedUp: seen(reachOfBall()),
      reported: [
        [
          `bind it to \`Everything\`, \`Toy ${BALL}\``,
          { resource: [{ type: 'Everything' }, { type: 'Toy', ids: [BALL] }] },
        ],
      ],
    },
    'the scope and the resource together, where both are missing': {
      accessRequest: onToys,
      caller: key([], [{ type: 'lent-toys' }]),
      lookedUp: seen(reachOfBall()),
      reported: [
        ['add the scope `play`, and bind it to `All Toys`', { scopes: ['play'], resource: { type: 'All Toys' } }],
        [
          `add the scope \`play\`, and bind it to \`Toy ${BALL}\``,
          { scopes: ['play'], resource: { type: 'Toy', ids: [BALL] } },
        ],
      ],
    },
    'the scope alone, where what it is bound to will do': {
      accessRequest: onToys,
      caller: key([], toys(BALL)),
      lookedUp: seen(reachOfBall()),
      reported: [['add the scope `play`', { scopes: ['play'] }]],
    },
    'the type that a scope is given with': {
      accessRequest: ask({ needs: { all: ['burn'] }, on: ['everything'] }),
      caller: key([], [{ type: 'all-toys' }]),
      reported: [
        ['add the scope `burn`, and bind it to `Everything`', { scopes: ['burn'], resource: { type: 'Everything' } }],
      ],
    },
    'the type that a scope is given with, also where the rule looks at none': {
      accessRequest: ask({ needs: { all: ['burn'] } }),
      caller: key([], [{ type: 'all-toys' }]),
      reported: [
        [
          'add the scope `burn`, and bind it to `All Toys`, `Everything`',
          { scopes: ['burn'], resource: [{ type: 'All Toys' }, { type: 'Everything' }] },
        ],
      ],
    },
    'only the first of several types that a scope is given with': {
      accessRequest: ask({ needs: { all: ['bake'] } }, { ruleset: baking }),
      caller: key([], [{ type: 'all-toys' }]),
      reported: [
        [
          'add the scope `bake`, and bind it to `All Toys`, `Everything`',
          { scopes: ['bake'], resource: [{ type: 'All Toys' }, { type: 'Everything' }] },
        ],
      ],
    },
    'none of several types that a scope is given with, if it has another of them': {
      accessRequest: ask({ needs: { all: ['bake'] } }, { ruleset: baking }),
      caller: key([], [{ type: 'lent-toys' }]),
      reported: [['add the scope `bake`', { scopes: ['bake'] }]],
    },
    'one of several types that a scope is given with in place of another': {
      accessRequest: ask({ on: ['everything'] }, { ruleset: baking }),
      caller: key(['bake'], [{ type: 'lent-toys' }]),
      reported: [['bind it to `Everything`', { resource: { type: 'Everything' } }]],
    },
    'all that it is bound to then, if the object and the type of a scope are missing': {
      accessRequest: ask({ needs: { all: ['burn'] }, on: ['toy'] }),
      caller: key([], [{ type: 'lent-toys' }]),
      lookedUp: seen(reachOfBall()),
      reported: [
        [
          `add the scope \`burn\`, and bind it to \`Toy ${BALL}\`, \`Everything\``,
          { scopes: ['burn'], resource: [{ type: 'Toy', ids: [BALL] }, { type: 'Everything' }] },
        ],
      ],
    },
    'the object in place of a type that only a scope needs that it does not hold': {
      accessRequest: ask({ needs: { all: ['play'] }, on: ['toy'] }),
      caller: key(['play'], [{ type: 'everything' }]),
      lookedUp: seen(reachOfBall()),
      reported: [[`bind it to \`Toy ${BALL}\``, { resource: { type: 'Toy', ids: [BALL] } }]],
    },
    'the object, if it has its type without any': {
      accessRequest: ask({ on: ['toy'] }),
      caller: key([], [{ type: 'toy' }]),
      lookedUp: seen(reachOfBall()),
      reported: [[`bind it to \`Toy ${BALL}\``, { resource: { type: 'Toy', ids: [BALL] } }]],
    },
    'an edit without `force`, if what the documents rule out is stored already': {
      accessRequest: ask({ needs: { all: ['play'] } }),
      caller: key([], toys('ball')),
      reported: [['add the scope `play`', { scopes: ['play'] }]],
    },
    'to force an id that the documents rule out, if nothing else names the object': {
      accessRequest: ask({ on: ['toy'] }),
      caller: key([], []),
      lookedUp: seen({ relation: 'owned', names: { toy: ['ball'] } }),
      reported: [['bind it to `Toy ball`', { resource: { type: 'Toy', ids: ['ball'] }, force: true }]],
    },
    'the scope, if it is made for every service': {
      accessRequest: ask({ needs: { all: ['play'] } }),
      caller: key([], [], { services: null }),
      reported: [['add the scope `play`', { scopes: ['play'] }]],
    },
    'the service, and the first of several scopes that would do': {
      accessRequest: ask({ needs: { any: ['play', 'look'] } }),
      caller: key([], [], { services: [] }),
      reported: [['add the service `toys`, and add the scope `play`', { services: ['toys'], scopes: ['play'] }]],
    },
    'the service, and the first of several types, if all of an object is reached anyway': {
      accessRequest: onToys,
      caller: key(['play', 'burn'], [{ type: 'everything' }], { services: [] }),
      lookedUp: seen(reachOfBall()),
      reported: [
        [
          'add the service `toys`, and bind it to `Everything`, `All Toys`',
          { services: ['toys'], resource: [{ type: 'Everything' }, { type: 'All Toys' }] },
        ],
      ],
    },
    'a type that reaches its own objects, where the body names one that nobody has read': {
      accessRequest: ask({ on: ['all-toys', 'lent-toys'], cover: { lookup: 'toy' } }),
      caller: key([], toys(DOLL)),
      reported: [['bind it to `All Toys`', { resource: { type: 'All Toys' } }]],
    },
    'every type, where the path names an object that nobody has read': {
      accessRequest: ask({ on: ['all-toys', 'lent-toys'], cover: { lookup: 'toy', param: 'toyId' } }),
      caller: key([], toys(DOLL)),
      reported: [
        ['bind it to `All Toys`', { resource: { type: 'All Toys' } }],
        ['bind it to `Lent Toys`', { resource: { type: 'Lent Toys' } }],
      ],
    },
    'nothing of a rule that is closed': { accessRequest: ask({ closed: true }), caller: key([]), reported: [] },
    'nothing of a rule that is closed, where it has not even the service': {
      accessRequest: ask({ closed: true }),
      caller: key([], [], { services: [] }),
      reported: [],
    },
    'nothing where the object is not there': {
      accessRequest: onToys,
      caller: key([], toys(DOLL)),
      lookedUp: { found: 'nothing' },
      reported: [],
    },
    'nothing where the object is somebody else’s': {
      accessRequest: onToys,
      caller: key([], toys(DOLL)),
      lookedUp: { found: 'foreign', owner: 'bo' },
      reported: [],
    },
    'nothing where no type could name the object': {
      accessRequest: ask({ on: ['toy'] }),
      caller: key([], [{ type: 'lent-toys' }]),
      lookedUp: null,
      reported: [],
    },
    'nothing where the answer was allowed': {
      accessRequest: onToys,
      caller: key(['play'], toys(BALL)),
      lookedUp: seen(reachOfBall()),
      reported: [],
    },
  };

  it.each(Object.entries(cases))('%s', (what, { accessRequest, caller, lookedUp = null, reported }) => {
    const decision = decisionOn(accessRequest, caller, lookedUp);
    const changes = findFixes(decision, TOY_TABLES).filter(({ kind }) => kind === 'policy');

    expect(changes).toEqual(
      reported.map(([text, body]) => ({
        kind: 'policy',
        text: `service key \`robot\`: ${text}`,
        request: { method: 'PATCH', path: '/_mock/keys/key-1', body },
      })),
    );
    for (const request of changes.flatMap((change) => change.request ?? [])) {
      expect(effectAfter(decision, request), what).toBe('allow');
      expect(faultsOfEdit(decision, request.body), what).toEqual([]);
    }
  });

  it.each<[reason: DenyReason, sighting: LookupResult]>([
    ['no_such_object', { found: 'nothing' }],
    ['foreign_object', { found: 'foreign', owner: 'bo' }],
  ])('what helps against `%s`, where rights are missing for nothing that there is', (reason, lookedUp) => {
    const lacking = decisionOn(onToys, key(['look'], toys(DOLL)), lookedUp);
    const absent = decisionOn(onToys, key(['play'], toys(DOLL)), lookedUp);

    expect([lacking.reason, absent.reason]).toEqual(['missing_scope', reason]);
    expect(findFixes(lacking, TOY_TABLES)).toEqual(findFixes(absent, TOY_TABLES));
    expect(findFixes(lacking, TOY_TABLES)).toHaveLength(1);
  });

  it('the service alone, even if the scopes that are stored are not given with its types', () => {
    const caller = key(['burn'], [{ type: 'all-toys' }], { services: [] });
    const reported = findFixes(decisionOn(ask({ needs: { all: ['burn'] } }), caller, null), TOY_TABLES);

    expect(reported.flatMap(({ request }) => request?.body ?? [])).toEqual([{ services: ['toys'] }]);
  });

  it('edits that begin with what is recorded already, because an edit takes the place of it', () => {
    const pending = [pendingVersion(2, ['look', 'mend'], toys(DOLL))];
    const decision = decisionOn(onToys, key(['look'], toys(BALL), { pending }), seen(reachOfBall()));
    const [first] = findFixes(decision, TOY_TABLES);

    expect(first?.request?.body['scopes']).toEqual(['look', 'mend', 'play']);
    expect(first?.request?.body['resource']).toBeDefined();
  });

  it('no edit of a service whose grants no key can hold', () => {
    const tables: Tables = { ...openLaw.tables, permissions: [{ id: 'keys:manage', label: 'Manage', ...sourced }] };
    const accessRequest = ask({ needs: { all: ['keys:manage'] } }, { ruleset: { ...openLaw, tables } });

    expect(
      findFixes(decisionOn(accessRequest, key([]), null), tables).filter(({ request }) => request !== undefined),
    ).toEqual([]);
  });
});

describe('a refusal that a recorded version will turn', () => {
  const accessRequest = ask({ needs: { all: ['play'] }, on: ['toy', 'all-toys'] });
  const refusedWith = (...pending: readonly PendingRights[]) =>
    decisionOn(accessRequest, key([], toys(BALL), { pending }), seen(reachOfBall()));
  const may = (version: number) => pendingVersion(version, ['play'], toys(BALL));

  it('is a matter of time, which can be moved, and of nothing else', () => {
    const decision = refusedWith(may(2));
    const reported = findFixes(decision, TOY_TABLES);

    expect(reported).toEqual([
      {
        kind: 'propagation',
        text: expect.stringMatching(/until 1970-01-01T00:00:02\.000Z.*version 2.*`POST \/_mock\/clock\/advance`/),
        request: { method: 'POST', path: '/_mock/propagation/flush', body: { keyId: 'key-1' } },
      },
    ]);
    expect(effectsOf(decision)).toEqual(['allow']);
  });

  it('is not told to count at once where a later version turns it back', () => {
    const decision = refusedWith(may(2), pendingVersion(3, [], toys(BALL)));

    expect(effectsOf(decision)).not.toContain('deny');
    expect(findFixes({ ...decision, at: 500 }, TOY_TABLES)).toEqual([
      {
        kind: 'propagation',
        text: expect.stringMatching(/^wait until 1970-01-01T00:00:02\.000Z.*`POST \/_mock\/clock\/advance`\)$/),
        request: { method: 'POST', path: '/_mock/clock/advance', body: { by: '1500ms' } },
      },
    ]);
  });

  it('is not told of a version that does not name the object', () => {
    const decision = refusedWith(pendingVersion(2, ['play'], toys(DOLL)));

    expect(effectsOf(decision)).not.toContain('deny');
  });

  it('is another thing than an answer that a version will refuse, which needs no fix', () => {
    const allowed = decisionOn(accessRequest, key(['play'], toys(BALL), { pending: [pendingVersion(2, [])] }), null);

    expect(allowed.rights?.pending?.effect).toBe('deny');
    expect(findFixes(allowed, TOY_TABLES)).toEqual([]);
  });

  function effectsOf(decision: Decision): string[] {
    const requests = findFixes(decision, TOY_TABLES).flatMap(({ request }) => request ?? []);
    return requests.map((request) => effectAfter(decision, request));
  }
});

describe('the user of a personal key is told', () => {
  const { product: _, ...tables } = TOY_TABLES;
  const forNoKey = createRuleset('toys', null, { ...tables, roles: TOY_TABLES.roles.slice(0, 1) });
  const cases: Record<string, Case> = {
    'every role that would do': {
      accessRequest: ask({ needs: { all: ['play'] } }),
      caller: keyOfUser([]),
      reported: [
        ['grant its user the role `Player`', { roles: ['Player'] }],
        ['grant its user the role `Parent`', { roles: ['Parent'] }],
      ],
    },
    'a further role, beside those there are': {
      accessRequest: ask({ needs: { all: ['burn'] }, on: ['everything'] }),
      caller: keyOfUser(['Player']),
      lookedUp: seen(reachOfBall()),
      reported: [['grant its user the role `Parent`', { roles: ['Player', 'Parent'] }]],
    },
    'the service': {
      accessRequest: ask({ needs: { all: ['play'] } }),
      caller: keyOfUser(['Player'], { services: [] }),
      reported: [['add the service `toys`', { services: ['toys'] }]],
    },
    'the service and the role': {
      accessRequest: ask({ needs: { all: ['burn'] } }),
      caller: keyOfUser([], { services: ['air'] }),
      reported: [
        [
          'add the service `toys`, and grant its user the role `Parent`',
          { services: ['air', 'toys'], roles: ['Parent'] },
        ],
      ],
    },
    'the smallest role, if the service is missing, too': {
      accessRequest: ask({ needs: { all: ['play'] } }),
      caller: keyOfUser([], { services: [] }),
      reported: [
        ['add the service `toys`, and grant its user the role `Player`', { services: ['toys'], roles: ['Player'] }],
      ],
    },
    'the roles that a rule names, beside those there are': {
      accessRequest: ask({ needs: { roles: ['Player', 'Parent'] } }),
      caller: keyOfUser(['Player']),
      reported: [['grant its user the role `Parent`', { roles: ['Player', 'Parent'] }]],
    },
    'the role of a service that no key is made for': {
      accessRequest: ask({ needs: { all: ['play'] } }, { ruleset: forNoKey }),
      caller: keyOfUser([], { services: [] }),
      reported: [['grant its user the role `Player`', { roles: ['Player'] }]],
    },
    'nothing where no role would do': {
      accessRequest: ask({ needs: { all: ['fly'] } }),
      caller: keyOfUser(['Player']),
      reported: [],
    },
    'nothing of a rule that is closed': { accessRequest: ask({ closed: true }), caller: keyOfUser([]), reported: [] },
  };

  it.each(Object.entries(cases))('%s', (_what, { accessRequest, caller, lookedUp = null, reported }) => {
    const decision = decisionOn(accessRequest, caller, lookedUp);
    const changes = findFixes(decision, TOY_TABLES);

    expect(changes).toEqual(
      reported.map(([text, body]) => ({
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

describe('beside the edits, the reason that would remain is told', () => {
  const play = ask({ needs: { all: ['play'] } });
  const rightsFixesOf = (accessRequest: AccessRequest, caller: Caller, given?: DenyReason) => {
    const decision = decisionOn(accessRequest, caller, null);
    const { input, reason } = decision;
    if (input === undefined || reason === null) throw new Error('the decision is no refusal');
    return findKeyFixes(decision, input, given ?? reason);
  };

  it.each<[what: string, caller: Caller, remaining: DenyReason]>([
    ['that refuses it now', key([]), 'missing_scope'],
    ['once the key is for the service', key([], [], { services: [] }), 'missing_scope'],
    ['which is the service, if nothing else is missing', key(['play'], [], { services: [] }), 'service_not_enabled'],
  ])('%s', (_what, caller, remaining) => {
    const found = rightsFixesOf(play, caller);

    expect(found?.fixes).toHaveLength(1);
    expect(found?.otherwise).toBe(remaining);
  });

  it('without an edit, where the service is for no keys', () => {
    const accessRequest = ask({ needs: { all: ['play'] } }, { ruleset: openLaw });

    expect(rightsFixesOf(accessRequest, key([]))).toEqual({ fixes: [], otherwise: 'missing_permission' });
  });

  it('but not of an administrator, who has to take a key', () => {
    const { heldRights, principal } = key([]);
    const caller: Caller = { heldRights, principal: { ...principal, kind: 'admin-token' } };

    expect(rightsFixesOf(play, caller)).toEqual({
      fixes: [{ kind: 'credential', text: expect.stringContaining('use a key that has the scope') }],
    });
  });

  it('and nothing is told of a refusal that is not about rights', () => {
    expect(rightsFixesOf(play, key([]), 'no_such_object')).toBeNull();
  });
});
