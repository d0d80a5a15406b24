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

const decisionOn = (...asked: Parameters<typeof decideOn>) => flat(decideOn(...asked));
const decisionOfVerdict = (...asked: Parameters<typeof decideVerdict>) => flat(decideVerdict(...asked));
const decisionOfProblem = (...asked: Parameters<typeof decideProblem>) => {
  const decision = decideProblem(...asked);
  return decision && flat(decision);
};

const FACTS = { id: 'd-1', at: 0, service: 'toys', operation: 'get_toy', request: { method: 'GET', path: '/toys/7' } };
const LENT = [{ type: 'lent-toys' }];
const MINE = [{ type: 'toy', ids: ['ball'] }];
const onToys = ask({ needs: { all: ['play'] }, on: ['toy'], cover: { lookup: 'toy', param: 'toyId' } });

describe('the decision of a verdict', () => {
  it('that allows has what counted, and the object by its fullest name', () => {
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

  it('about what is not there has it as the path names it', () => {
    const verdict = { effect: 'allow' } as const;
    const caller = key(['play'], MINE);

    expect(decisionOfVerdict(FACTS, onToys, caller, { found: 'nothing' }, verdict, { toyId: 'doll' })).toMatchObject({
      target: 'doll',
    });
    const asked = { found: 'nothing', requestedName: 'Doll' } as const;
    expect(decisionOfVerdict(FACTS, onToys, caller, asked, verdict, { toyId: 'doll' })).toMatchObject({
      target: 'Doll',
    });
  });

  it('has the object by its name, however the path calls it', () => {
    const verdict = { effect: 'allow' } as const;
    const decision = decisionOfVerdict(FACTS, onToys, key([]), seen(WHOLE_BALL), verdict, { toyId: 'doll' });

    expect(decision.target).toBe('ball');
  });

  it('by a rule that is not documented has its certainty and its source', () => {
    const ours = ask({ needs: { all: ['play'] }, certainty: 'ours', source: 'a guess' });

    for (const caller of [key(['play']), key([])]) {
      expect(decisionOn(ours, caller, null)).toMatchObject({ certainty: 'ours', source: 'a guess' });
      expect(decisionOn(ask({ needs: { all: ['play'] } }), caller, null)).not.toHaveProperty('certainty');
    }
  });

  it('for a type that was added to a documented rule is as certain as that type', () => {
    const added = [{ types: ['lent-toys'], certainty: 'inferred', source: 'the code' }] as const;
    const lendable = ask({ needs: { all: ['play'] }, on: ['toy', 'lent-toys'], added });

    expect(decisionOn(lendable, key(['play'], LENT), seen())).toMatchObject({
      certainty: 'inferred',
      source: 'the code',
    });
    expect(decisionOn(lendable, key(['play'], MINE), seen())).not.toHaveProperty('certainty');
    expect(
      decisionOn({ ...lendable, rule: { ...lendable.rule, certainty: 'ours' } }, key(['play'], LENT), seen()),
    ).toMatchObject({
      ...{ certainty: 'ours', source: 'test' },
    });
  });

  it('that allows has all that is held, and nothing that did not count', () => {
    const caller = keyOfUser(['Player']);
    expect(caller.heldRights.held.size).toBeGreaterThan(0);
    expect(decisionOn(ask(), caller, null)).toStrictEqual({
      ...FACTS,
      request: { method: 'GET', path: '/toys' },
      effect: 'allow',
      principal: { ...serviceKey, kind: 'personal-key', id: 'key-2', name: 'laptop' },
      rule: 'r',
      reason: null,
      used: [],
      held: caller.heldRights.held,
    });
  });

  it('that allows has of several the permission that reaches the object', () => {
    const bundle = (held: string, id: string) => ({ held: new Set([held]), resources: [{ type: 'toy', ids: [id] }] });
    const heldRights = { ...key([]).heldRights, rightsByRule: [bundle('look', 'doll'), bundle('play', 'ball')] };
    const accessRequest = ask({ needs: { any: ['look', 'play'] }, on: ['toy'] });

    expect(decisionOn(accessRequest, { ...key([]), heldRights }, seen(BALL))).toMatchObject({ used: ['play'] });
  });

  it('that will be turned has the version that does', () => {
    const caller = key([], MINE, { pending: [pendingVersion(2, ['play'], MINE)] });

    expect(decisionOn(onToys, caller, null)).toMatchObject({
      effect: 'deny',
      pending: { version: 2, effectiveAt: 2000, effect: 'allow' },
    });
    expect(decisionOn(onToys, caller, null)).not.toHaveProperty('target');
  });

  it('that refuses keeps what it was based on', () => {
    const caller = key([], MINE);
    const { input, ...decision } = decisionOn(onToys, caller, seen(BALL));

    expect(input).toStrictEqual({ accessRequest: onToys, caller, lookedUp: { found: 'object', attributes: BALL } });
    expect(decision).not.toHaveProperty('missingAnyOf');
    expect(decisionOn(onToys, caller, null).input).toStrictEqual({ accessRequest: onToys, caller, lookedUp: null });
  });

  it('names the object as the path does, if it has no names, and not at all if the path does not', () => {
    const verdict = { effect: 'allow' } as const;
    const nameless = { found: 'object', target: {} } as const;
    const targetOf = (accessRequest: typeof onToys, params: Record<string, string>) =>
      decisionOfVerdict(FACTS, accessRequest, key([]), nameless, verdict, params).target;

    expect(targetOf(onToys, { toyId: 'doll' })).toBe('doll');
    expect(targetOf(onToys, {})).toBe('');
    expect(targetOf(ask(), { toyId: 'doll' })).toBe('');
  });

  it('that refuses what is not there has nothing of what the caller holds', () => {
    const verdict = { effect: 'deny', reason: 'foreign_object', missing: [] } as const;

    expect(decisionOfVerdict(FACTS, onToys, key([]), null, verdict, {})).not.toHaveProperty('boundTo');
    expect(decisionOfVerdict(FACTS, onToys, key([]), { found: 'nothing' }, verdict, {})).not.toHaveProperty('boundTo');
  });

  it('that refuses for several resources names them all, and cuts only what is longer than a thousand', () => {
    const bound = (...ids: string[]) => decisionOn(onToys, key(['play'], [{ type: 'toy', ids }]), seen(BALL)).boundTo;
    const lent = decisionOn(onToys, key(['play'], [{ type: 'toy', ids: ['doll'] }, { type: 'lent-toys' }]), seen(BALL));

    expect(lent.boundTo).toBe('Toy doll, Lent Toys');
    expect(bound('x'.repeat(996))).toBe(`Toy ${'x'.repeat(996)}`);
    expect(bound('x'.repeat(997))).toBe(`Toy ${'x'.repeat(996)}…`);
  });

  it('that refuses has what is missing and what is held, and roles only where they count', () => {
    const rule = ask({ needs: { all: ['mend'] } });

    expect(decisionOn(rule, key(['play', 'look']), null)).toMatchObject({ missing: ['mend'], held: ['look', 'play'] });
    expect(decisionOn(rule, key(['play']), null)).not.toHaveProperty('roles');
    expect(decisionOn(rule, keyOfUser(['Player']), null)).toMatchObject({ roles: ['Player'] });
  });

  it('that refuses says whether the binding fits, whatever else is missing', () => {
    const toBall = [{ type: 'toy', ids: ['ball'] }];
    const bindingOf = (held: string[], resources: readonly Resource[], accessRequest = onToys) =>
      decisionOn(accessRequest, key(held, resources), seen(BALL)).binding;

    expect(bindingOf([], toBall)).toEqual({ fits: true, accepted: ['Toy'], held: 'Toy ball' });
    expect(bindingOf([], [])).toEqual({ fits: false, accepted: ['Toy'], held: '' });
    expect(bindingOf(['play'], [{ type: 'lent-toys' }])).toEqual({ fits: false, accepted: ['Toy'], held: 'Lent Toys' });
    expect(bindingOf(['play'], [{ type: 'toy', ids: ['doll'] }])).toMatchObject({ fits: false, held: 'Toy doll' });
    expect(bindingOf([], [...toBall, { type: 'lent-toys' }])?.held).toBe('Toy ball, Lent Toys');
    // To this rule resources do not matter.
    expect(bindingOf([], toBall, ask({ needs: { all: ['play'] } }))).toBeUndefined();
    // To a personal key neither.
    expect(decisionOn(onToys, keyOfUser([]), seen(BALL))).not.toHaveProperty('binding');
  });

  it('that refuses says nothing of the binding of somebody whose permissions each have their own', () => {
    const lacking = { ...key([]).heldRights, rightsByRule: [{ held: new Set(['look']), resources: MINE }] };
    const elsewhere = [{ type: 'toy', ids: ['doll'] }];
    const held = { ...key([]).heldRights, rightsByRule: [{ held: new Set(['play']), resources: elsewhere }] };

    expect(decisionOn(onToys, { ...key([]), heldRights: lacking }, seen(BALL))).not.toHaveProperty('binding');
    expect(decisionOn(onToys, { ...key([]), heldRights: held }, seen(BALL)).binding).toEqual({
      fits: false,
      accepted: ['Toy'],
      held: 'Toy doll',
    });
    const ofOtherType = { ...key([]).heldRights, rightsByRule: [{ held: new Set(['play']), resources: LENT }] };
    expect(decisionOn(onToys, { ...key([]), heldRights: ofOtherType }, seen(BALL))).toMatchObject({
      reason: 'incompatible_resource_type',
      binding: { fits: false, accepted: ['Toy'], held: 'Lent Toys' },
    });
  });

  it('that refuses a type has the labels of those that would do', () => {
    expect(decisionOn(onToys, key(['play'], [{ type: 'lent-toys' }]), null)).toMatchObject({
      reason: 'incompatible_resource_type',
      held: ['Lent Toys'],
      accepted: ['Toy'],
    });
  });

  it('that refuses an object has what the key is bound to, which is cut where it is long', () => {
    const many = [{ type: 'toy', ids: Array.from({ length: 1000 }, (_, index) => `toy-${index}`) }];
    const bound = decisionOn(onToys, key(['play'], many), seen(BALL));

    expect(decisionOn(onToys, key(['play'], [{ type: 'toy', ids: ['doll'] }]), seen(BALL)).boundTo).toBe('Toy doll');
    expect(bound.boundTo).toMatch(/^Toy toy-0, .*…$/);
    expect(bound.boundTo).toHaveLength(1001);
  });

  it('that refuses what is somebody else’s has whose it is', () => {
    const foreign = { found: 'foreign', owner: 'globex' } as const;
    const verdict = { effect: 'deny', reason: 'foreign_object', missing: [] } as const;

    expect(
      decisionOfVerdict(FACTS, { ...onToys, ruleset: openLaw }, key(['play'], MINE), foreign, verdict, {}),
    ).toMatchObject({ reason: 'foreign_object', boundTo: 'globex' });
  });
});

describe('the decision of a problem', () => {
  it('is the reason why a credential was not accepted, without what may be secret', () => {
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

  it('has the certainty of a reason that is not documented, and its source', () => {
    const problem = new Problem('unauthenticated', 'No.', { reason: 'disabled' });
    const { certainty, source } = COMMON_REASONS.disabled;

    expect(decisionOfProblem(FACTS, problem, COMMON_REASONS)).toMatchObject({ certainty, source });
  });

  it('has nothing that is not known', () => {
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

  it('is none where there is no such reason', () => {
    expect(decisionOfProblem(FACTS, new Problem('conflict', 'No.'), COMMON_REASONS)).toBeNull();
  });
});
