import { describe, expect, it } from 'vitest';
import {
  decisionOfProblem as decideProblem,
  decisionOfVerdict as decideVerdict,
} from '../../src/decisions/decision.ts';
import type { Resource } from '../../src/decisions/policy.ts';
import { Problem } from '../../src/decisions/problem.ts';
import { COMMON_REASONS } from '../../src/decisions/reasons.ts';
import {
  ask,
  BALL,
  decisionOn as decideOn,
  flat,
  key,
  keyOfUser,
  openLaw,
  pendingVersion,
  seen,
  serviceKey,
  WHOLE_BALL,
} from './toy-law.ts';

const decisionOn = (...parts: Parameters<typeof decideOn>) => flat(decideOn(...parts));
const decisionOfVerdict = (...parts: Parameters<typeof decideVerdict>) => flat(decideVerdict(...parts));
const decisionOfProblem = (...parts: Parameters<typeof decideProblem>) => {
  const decision = decideProblem(...parts);
  return decision && flat(decision);
};

const FACTS = { id: 'd-1', at: 0, service: 'toys', operation: 'get_toy', request: { method: 'GET', path: '/toys/7' } };
const LENT = [{ type: 'lent-toys' }];
const MINE = [{ type: 'toy', ids: ['ball'] }];
const onToys = ask({ needs: { all: ['play'] }, on: ['toy'], cover: { lookup: 'toy', param: 'toyId' } });

describe('the decision of a verdict', () => {
  it('that allows contains the used permissions and the most specific name of the object', () => {
    expect(decisionOn(onToys, key(['play', 'look'], MINE), seen(BALL))).toStrictEqual({
      ...FACTS,
      request: { method: 'GET', path: '/toys' },
      effect: 'allow',
      principal: serviceKey,
      rule: 'r',
      reason: null,
      target: 'ball/skin',
      policyVersion: 1,
      used: ['play'],
      held: new Set(['play', 'look']),
    });
  });

  it('about an unknown object contains its name from the path', () => {
    const verdict = { effect: 'allow' } as const;
    const caller = key(['play'], MINE);

    expect(decisionOfVerdict(FACTS, onToys, caller, { found: 'nothing' }, verdict, { toyId: 'doll' })).toMatchObject({
      target: 'doll',
    });
    const lookedUp = { found: 'nothing', requestedName: 'Doll' } as const;
    expect(decisionOfVerdict(FACTS, onToys, caller, lookedUp, verdict, { toyId: 'doll' })).toMatchObject({
      target: 'Doll',
    });
  });

  it('contains the name of the object, whatever the path calls it', () => {
    const verdict = { effect: 'allow' } as const;
    const decision = decisionOfVerdict(FACTS, onToys, key([]), seen(WHOLE_BALL), verdict, { toyId: 'doll' });

    expect(decision.target).toBe('ball');
  });

  it('by an undocumented rule contains its certainty and its source', () => {
    const ours = ask({ needs: { all: ['play'] }, certainty: 'ours', source: 'a guess' });

    for (const caller of [key(['play']), key([])]) {
      expect(decisionOn(ours, caller, null)).toMatchObject({ certainty: 'ours', source: 'a guess' });
      expect(decisionOn(ask({ needs: { all: ['play'] } }), caller, null)).not.toHaveProperty('certainty');
    }
  });

  it('by an added type contains the certainty of that type', () => {
    const added = [{ types: ['lent-toys'], certainty: 'inferred', source: 'the code' }] as const;
    const lendable = ask({ needs: { all: ['play'] }, on: ['toy', 'lent-toys'], added });

    expect(decisionOn(lendable, key(['play'], LENT), seen())).toMatchObject({
      certainty: 'inferred',
      source: 'the code',
    });
    for (const own of [MINE, [...LENT, ...MINE]])
      expect(decisionOn(lendable, key(['play'], own), seen())).not.toHaveProperty('certainty');
    expect(
      decisionOn({ ...lendable, rule: { ...lendable.rule, certainty: 'ours' } }, key(['play'], LENT), seen()),
    ).toMatchObject({
      certainty: 'ours',
      source: 'test',
    });
  });

  it('that allows contains all held permissions and no empty details', () => {
    const caller = keyOfUser(['Player']);
    expect(caller.held.permissions.size).toBeGreaterThan(0);
    expect(decisionOn(ask(), caller, null)).toStrictEqual({
      ...FACTS,
      request: { method: 'GET', path: '/toys' },
      effect: 'allow',
      principal: { ...serviceKey, kind: 'personal-key', id: 'key-2', name: 'laptop' },
      rule: 'r',
      reason: null,
      used: [],
      held: caller.held.permissions,
    });
  });

  it('that allows contains the permission that reaches the object', () => {
    const bundle = (permission: string, id: string) => ({
      permissions: new Set([permission]),
      resources: [{ type: 'toy', ids: [id] }],
    });
    const held = { ...key([]).held, rightsByRule: [bundle('look', 'doll'), bundle('play', 'ball')] };
    const accessRequest = ask({ needs: { any: ['look', 'play'] }, on: ['toy'] });

    expect(decisionOn(accessRequest, { ...key([]), held }, seen(BALL))).toMatchObject({ used: ['play'] });
  });

  it('that will change contains the pending version', () => {
    const caller = key([], MINE, { pending: [pendingVersion(2, ['play'], MINE)] });

    expect(decisionOn(onToys, caller, null)).toMatchObject({
      effect: 'deny',
      pending: { version: 2, effectiveAt: 2000, effect: 'allow' },
    });
    expect(decisionOn(onToys, caller, null)).not.toHaveProperty('target');
  });

  it('that denies contains its input', () => {
    const caller = key([], MINE);
    const { input, ...decision } = decisionOn(onToys, caller, seen(BALL));

    expect(input).toStrictEqual({ accessRequest: onToys, caller, lookedUp: { found: 'object', attributes: BALL } });
    expect(decision).not.toHaveProperty('missingAnyOf');
    expect(decisionOn(onToys, caller, null).input).toStrictEqual({ accessRequest: onToys, caller, lookedUp: null });
  });

  it('contains the name in the path, or none, for an object without names', () => {
    const verdict = { effect: 'allow' } as const;
    const nameless = { found: 'object', target: {} } as const;
    const readTarget = (accessRequest: typeof onToys, params: Record<string, string>) =>
      decisionOfVerdict(FACTS, accessRequest, key([]), nameless, verdict, params).target;

    expect(readTarget(onToys, { toyId: 'doll' })).toBe('doll');
    expect(readTarget(onToys, {})).toBe('');
    expect(readTarget(ask(), { toyId: 'doll' })).toBe('');
  });

  it('that denies an unknown object contains no resources of the caller', () => {
    const verdict = { effect: 'deny', reason: 'foreign_object', missing: [] } as const;

    expect(decisionOfVerdict(FACTS, onToys, key([]), null, verdict, {})).not.toHaveProperty('boundTo');
    expect(decisionOfVerdict(FACTS, onToys, key([]), { found: 'nothing' }, verdict, {})).not.toHaveProperty('boundTo');
  });

  it('that denies several resources contains all of them, up to a thousand characters', () => {
    const readBound = (...ids: string[]) =>
      decisionOn(onToys, key(['play'], [{ type: 'toy', ids }]), seen(BALL)).boundTo;
    const lent = decisionOn(onToys, key(['play'], [{ type: 'toy', ids: ['doll'] }, { type: 'lent-toys' }]), seen(BALL));

    expect(lent.boundTo).toBe('Toy doll, Lent Toys');
    expect(readBound('x'.repeat(996))).toBe(`Toy ${'x'.repeat(996)}`);
    expect(readBound('x'.repeat(997))).toBe(`Toy ${'x'.repeat(996)}…`);
  });

  it('that denies contains missing and held rights, and the roles of users', () => {
    const rule = ask({ needs: { all: ['mend'] } });

    expect(decisionOn(rule, key(['play', 'look']), null)).toMatchObject({ missing: ['mend'], held: ['look', 'play'] });
    expect(decisionOn(rule, key(['play']), null)).not.toHaveProperty('roles');
    expect(decisionOn(rule, keyOfUser(['Player']), null)).toMatchObject({ roles: ['Player'] });
  });

  it('that denies contains whether the binding fits, whatever else is missing', () => {
    const toBall = [{ type: 'toy', ids: ['ball'] }];
    const readBinding = (held: string[], resources: readonly Resource[], accessRequest = onToys) =>
      decisionOn(accessRequest, key(held, resources), seen(BALL)).binding;

    expect(readBinding([], toBall)).toEqual({ fits: true, accepted: ['Toy'], held: 'Toy ball' });
    expect(readBinding([], [])).toEqual({ fits: false, accepted: ['Toy'], held: '' });
    expect(readBinding(['play'], [{ type: 'lent-toys' }])).toEqual({
      fits: false,
      accepted: ['Toy'],
      held: 'Lent Toys',
    });
    expect(readBinding(['play'], [{ type: 'toy', ids: ['doll'] }])).toMatchObject({ fits: false, held: 'Toy doll' });
    expect(readBinding([], [...toBall, { type: 'lent-toys' }])?.held).toBe('Toy ball, Lent Toys');
    // This rule has no resources.
    expect(readBinding([], toBall, ask({ needs: { all: ['play'] } }))).toBeUndefined();
    // A personal key has no binding.
    expect(decisionOn(onToys, keyOfUser([]), seen(BALL))).not.toHaveProperty('binding');
  });

  it('that denies contains no binding if a permission with its own binding is missing', () => {
    const lacking = { ...key([]).held, rightsByRule: [{ permissions: new Set(['look']), resources: MINE }] };
    const elsewhere = [{ type: 'toy', ids: ['doll'] }];
    const held = { ...key([]).held, rightsByRule: [{ permissions: new Set(['play']), resources: elsewhere }] };

    expect(decisionOn(onToys, { ...key([]), held: lacking }, seen(BALL))).not.toHaveProperty('binding');
    expect(decisionOn(onToys, { ...key([]), held }, seen(BALL)).binding).toEqual({
      fits: false,
      accepted: ['Toy'],
      held: 'Toy doll',
    });
    const ofOtherType = { ...key([]).held, rightsByRule: [{ permissions: new Set(['play']), resources: LENT }] };
    expect(decisionOn(onToys, { ...key([]), held: ofOtherType }, seen(BALL))).toMatchObject({
      reason: 'incompatible_resource_type',
      binding: { fits: false, accepted: ['Toy'], held: 'Lent Toys' },
    });
  });

  it('that denies a type contains the labels of the accepted types', () => {
    expect(decisionOn(onToys, key(['play'], [{ type: 'lent-toys' }]), null)).toMatchObject({
      reason: 'incompatible_resource_type',
      held: ['Lent Toys'],
      accepted: ['Toy'],
    });
  });

  it('that denies a foreign object contains its owner', () => {
    const foreign = { found: 'foreign', owner: 'globex' } as const;
    const verdict = { effect: 'deny', reason: 'foreign_object', missing: [] } as const;

    expect(
      decisionOfVerdict(FACTS, { ...onToys, ruleset: openLaw }, key(['play'], MINE), foreign, verdict, {}),
    ).toMatchObject({ reason: 'foreign_object', boundTo: 'globex' });
  });
});

describe('the decision of a problem', () => {
  it('contains the reason of a rejected credential, without secrets', () => {
    const problem = new Problem('unauthenticated', 'No.', {
      reason: 'unknown_key',
      why: 'it is nvapi-abc',
      claimed: serviceKey,
      ofWorld: 'team-a',
    });

    expect(decisionOfProblem(FACTS, problem, COMMON_REASONS)).toEqual({
      ...FACTS,
      effect: 'deny',
      principal: null,
      claimed: serviceKey,
      rule: null,
      reason: 'unknown_key',
      detail: 'it is nvapi-...',
      ofWorld: 'team-a',
    });
  });

  it('contains the certainty and the source of an undocumented reason', () => {
    const problem = new Problem('unauthenticated', 'No.', { reason: 'disabled' });
    const { certainty, source } = COMMON_REASONS.disabled;

    expect(decisionOfProblem(FACTS, problem, COMMON_REASONS)).toMatchObject({ certainty, source });
  });

  it('contains no unknown members', () => {
    expect(
      decisionOfProblem(FACTS, new Problem('unauthenticated', 'No.', { reason: 'no_token' }), COMMON_REASONS),
    ).toStrictEqual({
      ...FACTS,
      effect: 'deny',
      principal: null,
      rule: null,
      reason: 'no_token',
    });
  });

  it('is null without such a reason', () => {
    expect(decisionOfProblem(FACTS, new Problem('conflict', 'No.'), COMMON_REASONS)).toBeNull();
  });
});
