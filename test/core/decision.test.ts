import { describe, expect, it } from 'vitest';
import { decisionOfProblem, decisionOfVerdict } from '../../src/core/decision.ts';
import { Problem } from '../../src/core/problem.ts';
import { ask, BALL, decisionOn, key, keyOfUser, openLaw, seen, serviceKey } from './toy-law.ts';

const FACTS = { id: 'd-1', at: 0, service: 'toys', operation: 'get_toy', request: { method: 'GET', path: '/toys/7' } };
const MINE = [{ type: 'toy', ids: ['ball'] }];
const onToys = ask({ needs: { all: ['play'] }, on: ['toy'], cover: { lookup: 'toy', param: 'toyId' } });

describe('the decision of a verdict', () => {
  it('that allows has what counted, and the object by its fullest name', () => {
    expect(decisionOn(onToys, key(['play', 'look'], MINE), seen(BALL))).toEqual({
      ...FACTS,
      request: { method: 'GET', path: '/toys' },
      effect: 'allow',
      principal: serviceKey,
      rule: 'r',
      reason: null,
      target: 'ball/skin',
      policyVersion: 1,
      used: ['play'],
    });
  });

  it('about what is not there has it as the path names it', () => {
    const verdict = { effect: 'allow' } as const;
    const caller = key(['play'], MINE);

    expect(decisionOfVerdict(FACTS, onToys, caller, { seen: 'nothing' }, verdict, { toyId: 'doll' })).toMatchObject({
      target: 'doll',
    });
  });

  it('that refuses has what is missing and what is held, and roles only where they count', () => {
    const rule = ask({ needs: { all: ['mend'] } });

    expect(decisionOn(rule, key(['play', 'look']), null)).toMatchObject({ missing: ['mend'], held: ['look', 'play'] });
    expect(decisionOn(rule, key(['play']), null)).not.toHaveProperty('roles');
    expect(decisionOn(rule, keyOfUser(['Player']), null)).toMatchObject({ roles: ['Player'] });
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
    expect(bound.boundTo).toMatch(/^Toy toy-0, .*\.\.\.$/);
    expect(bound.boundTo).toHaveLength(1003);
  });

  it('that refuses what is somebody else’s has whose it is', () => {
    const foreign = { seen: 'foreign', owner: 'globex' } as const;
    const verdict = { effect: 'deny', reason: 'foreign_object', missing: [] } as const;

    expect(
      decisionOfVerdict(FACTS, { ...onToys, law: openLaw }, key(['play'], MINE), foreign, verdict, {}),
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

    expect(decisionOfProblem(FACTS, problem)).toEqual({
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

  it('is none where there is no such reason', () => {
    expect(decisionOfProblem(FACTS, new Problem('conflict', 'No.'))).toBeNull();
  });
});
