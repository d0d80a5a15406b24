/** The sentence about a decision, for each reason. */
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/decisions/decision.ts';
import { describeDecision, describeLack, explain as explainBy } from '../../../src/decisions/explaining/index.ts';
import type { Resource } from '../../../src/decisions/policy.ts';
import type { DenyReason } from '../../../src/decisions/reasons.ts';
import { ALL_REASONS } from '../../../src/services/index.ts';
import { ask, decisionOn, key, keyOfUser, pendingVersion, seen } from '../toy-law.ts';

const explain = (decision: Decision) => explainBy(decision, ALL_REASONS);

/** A denial of a service account, with these parts. */
function createDenial(reason: DenyReason, parts: Partial<Decision> = {}): Decision {
  return {
    id: 'd-1',
    at: 0,
    service: 'test',
    operation: 'get_thing',
    request: { method: 'GET', path: '/things' },
    effect: 'deny',
    principal: { kind: 'service-account', id: 'b', name: 'bot', clientId: 'bot' },
    rule: 'read-things',
    reason,
    ...parts,
  };
}

describe('the sentence about an identity', () => {
  it('without a permission names the permission, the caller and its rights', () => {
    const rights = { missing: ['things:write'], held: ['things:read'], roles: ['reader'] };

    expect(explain(createDenial('missing_permission', { rights }))).toBe(
      'get_thing was refused: it needs `things:write`, and service account `bot` with the role `reader` has `things:read`',
    );
  });

  it('without a role names the role, and no rights if none are known', () => {
    expect(explain(createDenial('missing_role', { rights: { missing: ['admin'], roles: ['reader'] } }))).toBe(
      'get_thing was refused: it needs `admin`, and service account `bot` with the role `reader` has no rights',
    );
  });

  it('without a recorded reason states that', () => {
    expect(explain(createDenial('no_token', { reason: null }))).toBe('get_thing was refused: no reason was recorded');
  });

  it('that is allowed names the rule', () => {
    expect(explain({ ...createDenial('no_token'), effect: 'allow', reason: null })).toBe(
      'service account `bot` may call get_thing (rule read-things)',
    );
  });

  it('of a public operation names no principal', () => {
    expect(explain({ ...createDenial('no_token'), effect: 'allow', reason: null, principal: null, rule: null })).toBe(
      'the caller may call get_thing',
    );
  });
});

it('missing rights are described as a list or as alternatives', () => {
  expect(describeLack({ missing: ['play', 'mend'] })).toBe('`play`, `mend`');
  expect(describeLack({ missing: [], missingAnyOf: ['play', 'look'] })).toBe('one of `play`, `look`');
});

describe('the sentence about a key', () => {
  const MINE = [{ type: 'toy', ids: ['ball'] }];
  const onToys = ask({ needs: { all: ['play'] }, on: ['toy', 'all-toys'] });
  const cases: [label: string, decision: Decision, sentence: string][] = [
    [
      'without a scope contains its id and label, and the scopes of the key',
      decisionOn(ask({ needs: { all: ['look_closely'] } }), key(['play', 'look']), null),
      'get_toy was refused: it needs `look_closely` (Look Closely), and service key `robot` has `look`, `play`',
    ],
    [
      'without a scope contains only its id if the label is the same',
      decisionOn(ask({ needs: { all: ['mend'] } }), key([]), null),
      'get_toy was refused: it needs `mend`, and service key `robot` has no rights',
    ],
    [
      'without one of several scopes names the alternatives',
      decisionOn(ask({ needs: { any: ['play', 'look'] } }), key(['mend']), null),
      'get_toy was refused: it needs one of `play` (Play), `look` (Look At), and service key `robot` has `mend`',
    ],
    [
      'without the only alternative names it as a required scope',
      decisionOn(ask({ needs: { any: ['play'] } }), key([]), null),
      'get_toy was refused: it needs `play` (Play), and service key `robot` has no rights',
    ],
    [
      'of a user contains the roles',
      decisionOn(ask({ needs: { all: ['mend'] } }), keyOfUser(['Player']), null),
      'get_toy was refused: it needs `mend`, and personal key `laptop` with the role `Player` has `look`, `play`',
    ],
    [
      'of a user without a role states that',
      decisionOn(ask({ needs: { all: ['mend'] } }), keyOfUser([]), null),
      'get_toy was refused: it needs `mend`, and personal key `laptop` has no rights and no role',
    ],
    [
      'of another type contains the accepted and the bound types by their labels',
      decisionOn(onToys, key(['play'], [{ type: 'lent-toys' }]), seen()),
      'get_toy was refused: service key `robot` has the scope, but it applies only to `Toy`, `All Toys`; the key is bound to `Lent Toys`',
    ],
    [
      'without a binding states that',
      decisionOn(onToys, key(['play']), seen()),
      'get_toy was refused: service key `robot` has the scope, but it applies only to `Toy`, `All Toys`; the key is bound to nothing',
    ],
    [
      'that is bound to another object names both objects',
      decisionOn(onToys, key(['play'], [{ type: 'toy', ids: ['doll', 'bear'] }]), seen(), 'ball'),
      'get_toy was refused: service key `robot` is bound to `Toy doll, bear`, but the call is about `ball`',
    ],
    [
      'contains the owner of a foreign object',
      decisionOn(onToys, key(['play'], MINE), { found: 'foreign', owner: 'nca-2' }, 'ball'),
      'get_toy was refused: `ball` belongs to `nca-2`, so it does not exist for service key `robot`',
    ],
    [
      'states that an object does not exist',
      decisionOn(onToys, key(['play'], MINE), { found: 'nothing' }, 'ball'),
      'get_toy was refused: `ball` does not exist for service key `robot`',
    ],
    [
      'of another organisation contains its own organisation',
      decisionOn(ask({}, { org: 'other' }), key([]), null),
      'get_toy was refused: the path has an organisation other than `acme`, the organisation of service key `robot`',
    ],
    [
      'for another service states that',
      decisionOn(ask(), key([], [], { services: [] }), null),
      'get_toy was refused: the key was not made for this service',
    ],
    [
      'about a closed operation states that no key is allowed',
      decisionOn(ask({ closed: true }), key([]), null),
      'get_toy was refused: no key may do this, whatever it holds',
    ],
  ];

  it.each(cases)('%s', (_what, decision, sentence) => {
    expect(explain(decision)).toBe(sentence);
  });

  it('without required and alternative scopes separates them', () => {
    const decision = decisionOn(ask({ needs: { all: ['mend'], any: ['play', 'look'] } }), key([]), null);

    expect(explain(decision)).toMatch(/it needs `mend`,? and one of `play` \(Play\), `look` \(Look At\)/);
  });

  it('without its input contains only ids', () => {
    const { input: _, ...kept } = decisionOn(ask({ needs: { all: ['play'] } }), key([]), null);

    expect(explain(kept)).toBe('get_toy was refused: it needs `play`, and service key `robot` has no rights');
  });
});

describe('the sentence about permissions that were granted separately', () => {
  const onToys = ask({ needs: { all: ['play'] }, on: ['toy', 'all-toys'] });
  const createHolder = (...resources: Resource[]) => {
    const { principal, held } = key([]);
    return { principal, held: { ...held, rightsByRule: [{ permissions: new Set(['play']), resources }] } };
  };

  it('contains the types of the permission and the accepted types', () => {
    expect(explain(decisionOn(onToys, createHolder({ type: 'lent-toys' }), seen()))).toBe(
      'get_toy was refused: service key `robot` has the permission for `Lent Toys`, but the call concerns all of `Toy`, `All Toys`',
    );
  });

  it('contains the object of the permission', () => {
    expect(explain(decisionOn(onToys, createHolder({ type: 'toy', ids: ['doll'] }), seen(), 'ball'))).toBe(
      'get_toy was refused: service key `robot` has the permission for `Toy doll`, but the call is about `ball`',
    );
  });
});

describe('the versions of a policy', () => {
  const accessRequest = ask({ needs: { all: ['play'] } });
  const decide = (held: string[], policyVersion: number, later?: string[]) => {
    const pending = later === undefined ? [] : [pendingVersion(policyVersion + 1, later)];
    return explain(decisionOn(accessRequest, key(held, [], { policyVersion, pending }), null));
  };

  it('are in a denial, with the pending version and its time', () => {
    expect(decide([], 1, ['play'])).toBe(
      'get_toy was refused under version 1 of the policy: it needs `play` (Play), and service key `robot` has no rights; ' +
        'version 2 is recorded, and would allow it from 1970-01-01T00:00:02.000Z',
    );
  });

  it('are in a permission that will change', () => {
    expect(decide(['play'], 3, [])).toBe(
      'service key `robot` may call get_toy (rule r); ' +
        'version 4 is recorded, and would refuse it from 1970-01-01T00:00:04.000Z',
    );
  });

  it.each([
    ['if there is only one', [], undefined],
    ['if the next version changes nothing', [], []],
  ])('are omitted %s', (_when, held, later) => {
    expect(decide(held, 1, later)).toBe(
      'get_toy was refused: it needs `play` (Play), and service key `robot` has no rights',
    );
  });
});

describe('the sentence about a credential', () => {
  it('contains the reason and its detail', () => {
    expect(
      explain(createDenial('expired_token', { principal: null, credential: { detail: 'exp then, now now' } })),
    ).toBe('get_thing was refused: the `exp` of the token has passed (exp then, now now)');
  });

  it('contains the claimed principal', () => {
    const claimed = { kind: 'service-key', id: 'key-1', name: 'robot' } as const;

    expect(explain(createDenial('disabled_key', { principal: null, credential: { claimed } }))).toBe(
      'get_thing was refused: the key is disabled; it claims to be service key `robot`',
    );
  });

  it.each(Object.keys(ALL_REASONS) as DenyReason[])('exists for the reason %s', (reason) => {
    const principal = { kind: 'service-key', id: 'key-1', name: 'robot', org: 'acme' } as const;
    const sentence = explain(
      createDenial(reason, {
        principal,
        rights: { missing: ['things:write'] },
        resources: { target: 't', boundTo: 'somebody' },
      }),
    );

    expect(sentence).toMatch(/^get_thing was refused: .{10,}[^.]$/);
    expect(sentence).not.toMatch(/undefined|null|\[object|\n/);
  });
});

it('a described decision contains its times, its fixes and its sentence, and no input', () => {
  const caller = key([], [], { policyVersion: 1, pending: [pendingVersion(2, ['play'])] });
  const decision = decisionOn(ask({ needs: { all: ['play'] } }), caller, null);
  const description = describeDecision(decision, {
    fixes: [{ kind: 'object', text: 'another' }],
    explanation: explain(decision),
  });

  expect(description).toEqual({
    id: 'd-1',
    at: '1970-01-01T00:00:00.000Z',
    service: 'toys',
    operation: 'get_toy',
    request: { method: 'GET', path: '/toys' },
    effect: 'deny',
    principal: caller.principal,
    rule: 'r',
    reason: 'missing_scope',
    missing: ['play'],
    held: [],
    policyVersion: 1,
    pending: { version: 2, effect: 'allow', effectiveAt: '1970-01-01T00:00:02.000Z' },
    fixes: [{ kind: 'object', text: 'another' }],
    explanation: explain(decision),
  });
});

it('a described permission contains all held rights, and hints before other fixes', () => {
  const decision = { ...decisionOn(ask(), key(['play', 'look']), null), hints: ['Send it once.'] };
  const another = { kind: 'object', text: 'another' } as const;
  const description = describeDecision(decision, { fixes: [another], explanation: '' });

  expect(description).toMatchObject({
    effect: 'allow',
    held: ['look', 'play'],
    fixes: [{ kind: 'hint', text: 'Send it once.' }, another],
  });
  expect(description).not.toHaveProperty('pending');
  expect(description).not.toHaveProperty('holds');
});
