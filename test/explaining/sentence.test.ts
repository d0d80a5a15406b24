/** The sentence about a decision, for each reason. */
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../src/decisions/decision.ts';
import type { Resource } from '../../src/decisions/policy.ts';
import type { DenyReason } from '../../src/decisions/reasons.ts';
import { describeDecision, describeLack, explain as explainBy } from '../../src/explaining/index.ts';
import { ALL_REASONS } from '../../src/services/index.ts';
import { ask, decisionOn, key, keyOfUser, pendingVersion, seen } from '../decisions/toy-law.ts';

const explain = (decision: Decision) => explainBy(decision, ALL_REASONS);

/** A refusal of a service account, but for what is given. */
function refusal(reason: DenyReason, parts: Partial<Decision> = {}): Decision {
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
  it('that lacks a permission tells what is needed, who asked and what they hold', () => {
    const rights = { missing: ['things:write'], held: ['things:read'], roles: ['reader'] };

    expect(explain(refusal('missing_permission', { rights }))).toBe(
      'get_thing was refused: it needs `things:write`, and service account `bot` with the role `reader` has `things:read`',
    );
  });

  it('that lacks a role tells it, and that it holds nothing if nothing is known of it', () => {
    expect(explain(refusal('missing_role', { rights: { missing: ['admin'], roles: ['reader'] } }))).toBe(
      'get_thing was refused: it needs `admin`, and service account `bot` with the role `reader` has no rights',
    );
  });

  it('that was let pass in observe mode says that it would be refused', () => {
    const rights = { missing: ['things:write'], held: [] };

    expect(explain(refusal('missing_permission', { rights, enforced: false }))).toBe(
      'get_thing was allowed in observe mode, and would be refused: it needs `things:write`, and service account `bot` has no rights',
    );
  });

  it('of which no reason is known says so', () => {
    expect(explain(refusal('no_token', { reason: null }))).toBe('get_thing was refused: no reason was recorded');
  });

  it('that has no role says so', () => {
    expect(explain(refusal('missing_permission', { rights: { missing: ['things:write'], held: [], roles: [] } }))).toBe(
      'get_thing was refused: it needs `things:write`, and service account `bot` has no rights and no role',
    );
  });

  it('that may says by which rule', () => {
    expect(explain({ ...refusal('no_token'), effect: 'allow', reason: null })).toBe(
      'service account `bot` may call get_thing (rule read-things)',
    );
  });

  it('of a public operation names nobody', () => {
    expect(explain({ ...refusal('no_token'), effect: 'allow', reason: null, principal: null, rule: null })).toBe(
      'the caller may call get_thing',
    );
  });
});

it('what is lacking is told as all of some, or one of others', () => {
  expect(describeLack({ missing: ['play', 'mend'] })).toBe('`play`, `mend`');
  expect(describeLack({ missing: [], missingAnyOf: ['play', 'look'] })).toBe('one of `play`, `look`');
});

describe('the sentence about a key', () => {
  const MINE = [{ type: 'toy', ids: ['ball'] }];
  const onToys = ask({ needs: { all: ['play'] }, on: ['toy', 'all-toys'] });
  const cases: [what: string, decision: Decision, sentence: string][] = [
    [
      'that lacks a scope tells the scope by id and label, and what the key holds',
      decisionOn(ask({ needs: { all: ['look_closely'] } }), key(['play', 'look']), null),
      'get_toy was refused: it needs `look_closely` (Look Closely), and service key `robot` has `look`, `play`',
    ],
    [
      'that lacks a scope whose label says no more tells it once',
      decisionOn(ask({ needs: { all: ['mend'] } }), key([]), null),
      'get_toy was refused: it needs `mend`, and service key `robot` has no rights',
    ],
    [
      'that lacks several scopes tells all of them',
      decisionOn(ask({ needs: { all: ['mend', 'play'] } }), key([]), null),
      'get_toy was refused: it needs `mend`, `play` (Play), and service key `robot` has no rights',
    ],
    [
      'that lacks one of several says that one of them would do',
      decisionOn(ask({ needs: { any: ['play', 'look'] } }), key(['mend']), null),
      'get_toy was refused: it needs one of `play` (Play), `look` (Look At), and service key `robot` has `mend`',
    ],
    [
      'that lacks the only one there is to choose just tells it',
      decisionOn(ask({ needs: { any: ['play'] } }), key([]), null),
      'get_toy was refused: it needs `play` (Play), and service key `robot` has no rights',
    ],
    [
      'of a person tells their roles too',
      decisionOn(ask({ needs: { all: ['mend'] } }), keyOfUser(['Player']), null),
      'get_toy was refused: it needs `mend`, and personal key `laptop` with the role `Player` has `look`, `play`',
    ],
    [
      'of a person without a role says so',
      decisionOn(ask({ needs: { all: ['mend'] } }), keyOfUser([]), null),
      'get_toy was refused: it needs `mend`, and personal key `laptop` has no rights and no role',
    ],
    [
      'of another type tells what is accepted, and what it is bound to, by their labels',
      decisionOn(onToys, key(['play'], [{ type: 'lent-toys' }]), seen()),
      'get_toy was refused: service key `robot` has the scope, but it applies only to `Toy`, `All Toys`; the key is bound to `Lent Toys`',
    ],
    [
      'that is bound to nothing says so',
      decisionOn(onToys, key(['play']), seen()),
      'get_toy was refused: service key `robot` has the scope, but it applies only to `Toy`, `All Toys`; the key is bound to nothing',
    ],
    [
      'that is bound to another object tells both',
      decisionOn(onToys, key(['play'], [{ type: 'toy', ids: ['doll', 'bear'] }]), seen(), 'ball'),
      'get_toy was refused: service key `robot` is bound to `Toy doll, bear`, but the call is about `ball`',
    ],
    [
      'tells whose an object is',
      decisionOn(onToys, key(['play'], MINE), { found: 'foreign', owner: 'nca-2' }, 'ball'),
      'get_toy was refused: `ball` belongs to `nca-2`, so it does not exist for service key `robot`',
    ],
    [
      'tells that an object is not there',
      decisionOn(onToys, key(['play'], MINE), { found: 'nothing' }, 'ball'),
      'get_toy was refused: `ball` does not exist for service key `robot`',
    ],
    [
      'of another organisation tells its own',
      decisionOn(ask({}, { org: 'other' }), key([]), null),
      'get_toy was refused: the path has an organisation other than `acme`, the organisation of service key `robot`',
    ],
    [
      'that was not made for the service says so',
      decisionOn(ask(), key([], [], { services: [] }), null),
      'get_toy was refused: the key was not made for this service',
    ],
    [
      'about what is closed says that no key may',
      decisionOn(ask({ closed: true }), key([]), null),
      'get_toy was refused: no key may do this, whatever it holds',
    ],
    [
      'that may says by which rule',
      decisionOn(onToys, key(['play'], MINE), seen(), 'ball'),
      'service key `robot` may call get_toy (rule r)',
    ],
  ];

  it.each(cases)('%s', (_what, decision, sentence) => {
    expect(explain(decision)).toBe(sentence);
  });

  it('that lacks all of some scopes and one of others tells the two apart', () => {
    const decision = decisionOn(ask({ needs: { all: ['mend'], any: ['play', 'look'] } }), key([]), null);

    expect(explain(decision)).toMatch(/it needs `mend`,? and one of `play` \(Play\), `look` \(Look At\)/);
  });

  it('that was decided long ago, without its grounds, tells the ids', () => {
    const { input: _, ...kept } = decisionOn(ask({ needs: { all: ['play'] } }), key([]), null);

    expect(explain(kept)).toBe('get_toy was refused: it needs `play`, and service key `robot` has no rights');
  });
});

describe('the sentence about somebody whose permissions each have their own resources', () => {
  const onToys = ask({ needs: { all: ['play'] }, on: ['toy', 'all-toys'] });
  const holder = (...resources: Resource[]) => {
    const { principal, heldRights } = key([]);
    return { principal, heldRights: { ...heldRights, rightsByRule: [{ held: new Set(['play']), resources }] } };
  };

  it('tells for which types the permission is held, and which would do', () => {
    expect(explain(decisionOn(onToys, holder({ type: 'lent-toys' }), seen()))).toBe(
      'get_toy was refused: service key `robot` has the permission for `Lent Toys`, but the call concerns all of `Toy`, `All Toys`',
    );
  });

  it('tells for which object the permission is held', () => {
    expect(explain(decisionOn(onToys, holder({ type: 'toy', ids: ['doll'] }), seen(), 'ball'))).toBe(
      'get_toy was refused: service key `robot` has the permission for `Toy doll`, but the call is about `ball`',
    );
  });
});

describe('versions of a policy', () => {
  const accessRequest = ask({ needs: { all: ['play'] } });
  const decide = (held: string[], policyVersion: number, later?: string[]) => {
    const pending = later === undefined ? [] : [pendingVersion(policyVersion + 1, later)];
    return explain(decisionOn(accessRequest, key(held, [], { policyVersion, pending }), null));
  };

  it('are told of a refusal, with the one that will turn it and its time', () => {
    expect(decide([], 1, ['play'])).toBe(
      'get_toy was refused under version 1 of the policy: it needs `play` (Play), and service key `robot` has no rights; ' +
        'version 2 is recorded, and would allow it from 1970-01-01T00:00:02.000Z',
    );
  });

  it('are told of an answer that is still allowed', () => {
    expect(decide(['play'], 3, [])).toBe(
      'service key `robot` may call get_toy (rule r); ' +
        'version 4 is recorded, and would refuse it from 1970-01-01T00:00:04.000Z',
    );
  });

  it('are told of a refusal under a later one', () => {
    expect(decide([], 2)).toContain('was refused under version 2 of the policy: ');
  });

  it.each([
    ['where there is only one', [], undefined],
    ['where the next turns nothing', [], []],
  ])('are not told %s', (_when, held, later) => {
    expect(decide(held, 1, later)).toBe(
      'get_toy was refused: it needs `play` (Play), and service key `robot` has no rights',
    );
  });
});

describe('the sentence about a credential', () => {
  it('tells what is wrong with it, and what makes it concrete', () => {
    expect(explain(refusal('expired_token', { principal: null, credential: { detail: 'exp then, now now' } }))).toBe(
      'get_thing was refused: the `exp` of the token has passed (exp then, now now)',
    );
  });

  it('tells whom it claims to be', () => {
    const claimed = { kind: 'service-key', id: 'key-1', name: 'robot' } as const;

    expect(explain(refusal('disabled_key', { principal: null, credential: { claimed } }))).toBe(
      'get_thing was refused: the key is disabled; it claims to be service key `robot`',
    );
  });

  it.each(Object.keys(ALL_REASONS) as DenyReason[])('%s is one', (reason) => {
    const principal = { kind: 'service-key', id: 'key-1', name: 'robot', org: 'acme' } as const;
    const sentence = explain(
      refusal(reason, {
        principal,
        rights: { missing: ['things:write'] },
        resources: { target: 't', boundTo: 'somebody' },
      }),
    );

    expect(sentence).toMatch(/^get_thing was refused: .{10,}[^.]$/);
    expect(sentence).not.toMatch(/undefined|null|\[object|\n/);
  });
});

it('the switchboard shows a decision with its times, its fixes and its sentence, and without the grounds', () => {
  const caller = key([], [], { policyVersion: 1, pending: [pendingVersion(2, ['play'])] });
  const decision = decisionOn(ask({ needs: { all: ['play'] } }), caller, null);
  const shown = describeDecision(decision, {
    fixes: [{ kind: 'object', text: 'another' }],
    explanation: explain(decision),
  });

  expect(shown).toEqual({
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

it('the switchboard shows an answer that was allowed with all that is held, and hints before other fixes', () => {
  const decision = { ...decisionOn(ask(), key(['play', 'look']), null), hints: ['Send it once.'] };
  const another = { kind: 'object', text: 'another' } as const;
  const shown = describeDecision(decision, { fixes: [another], explanation: '' });

  expect(shown).toMatchObject({
    effect: 'allow',
    held: ['look', 'play'],
    fixes: [{ kind: 'hint', text: 'Send it once.' }, another],
  });
  expect(shown).not.toHaveProperty('pending');
  expect(shown).not.toHaveProperty('holds');
});
