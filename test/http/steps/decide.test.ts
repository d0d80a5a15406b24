import { describe, expect, it } from 'vitest';
import type { Caller, LookupResult } from '../../../src/decisions/decide.ts';
import { checkResource, decide } from '../../../src/http/steps/decide.ts';
import { BALL, key, ruleOf, serviceKey, seen as sightingOf, toyLaw } from '../../decisions/toy-law.ts';
import { type Given, NOW, toyRequest } from './toy-request.ts';

const RULE = ruleOf({ needs: { all: ['play'] }, on: ['toy'], cover: { param: 'toy' } as never });
const BOUND = key(['play'], [{ type: 'toy', ids: ['ball'] }]);
const ELSEWHERE = key(['play'], [{ type: 'toy', ids: ['doll'] }]);
const POOR = key(['look'], [{ type: 'toy', ids: ['ball'] }]);

interface Asked extends Given {
  readonly caller: Caller | null;
  readonly lookedUp?: LookupResult;
}

/** A request for the ball. */
function asking({ caller, lookedUp = sightingOf(BALL), ...given }: Asked) {
  const lookups: unknown[] = [];
  const lookup = async (_context: unknown, name: string) => {
    lookups.push(name);
    return lookedUp;
  };
  const route = { ruleset: toyLaw, rule: RULE, lookup, ...given.route };
  const request = toyRequest({
    ...given,
    request: { caller, params: { toy: 'ball', org: 'acme' }, ...given.request },
    operation: { id: 'get_toy' },
    route: {
      errorRenderer: { errors: [], renderProblem: () => ({ status: 418 }) },
      row: { id: 'row_of_toy' },
      ...route,
    },
  });
  return Object.assign(request, { lookups });
}
const both = async (asked: Asked) => {
  const request = asking(asked);
  await decide(request);
  await checkResource(request);
  return request;
};
const refusalOf = async (asked: Asked) => {
  const request = asking(asked);
  const problem = await Promise.resolve(decide(request))
    .then(() => checkResource(request))
    .catch((thrown: unknown) => thrown);
  return { request, problem };
};
const observing = { world: { mode: 'observe' } };

describe('a caller who may', () => {
  it('is let through before the object is looked at, and then to the object', async () => {
    const request = asking({ caller: BOUND });
    await decide(request);
    expect(request.lookups).toEqual([]);
    expect(request.decision).toMatchObject({ id: 'd-1', at: NOW, effect: 'allow', rule: 'r', principal: serviceKey });
    expect(request.decision).not.toHaveProperty('resources.target');

    await checkResource(request);
    expect(request.lookups).toEqual(['ball']);
    expect(request.target).toEqual({});
    expect(request.decision).toMatchObject({
      effect: 'allow',
      rights: { used: ['play'] },
      resources: { target: 'ball/skin' },
    });
    expect(request.use).toEqual({ lookedUp: sightingOf(BALL) });
  });

  it('is asked about the organisation of the path', async () => {
    const { problem, request } = await refusalOf({
      caller: BOUND,
      request: { params: { toy: 'ball', org: 'globex' } },
    });

    expect(problem).toMatchObject({ kind: 'forbidden' });
    expect(request.decision).toMatchObject({ reason: 'other_organization' });
  });

  it('uses no object where the rule is about none', async () => {
    const request = await both({ caller: BOUND, route: { rule: ruleOf({ needs: { all: ['play'] } }) } });

    expect(request.lookups).toEqual([]);
    expect(request.decision).not.toHaveProperty('resources.target');
    expect(request.use).toEqual({ lookedUp: null });
  });
});

describe('what nobody needs a right for', () => {
  it.each([
    ['a public operation', { caller: BOUND, route: { rule: null } }],
    ['nobody who asks', { caller: null }],
  ])('is not decided: %s', async (_what, asked) => {
    const request = await both(asked);

    expect(request).toMatchObject({ decision: null, reported: [], lookups: [] });
    expect(request.accessRequest).toBeNull();
  });

  it('is not covered while one of the three is not known', async () => {
    for (const missing of ['accessRequest', 'caller'] as const) {
      const request = asking({ caller: BOUND });
      await decide(request);
      request[missing] = null;
      await checkResource(request);
      expect(request).toMatchObject({ lookups: [], reported: [] });
    }
    const request = asking({ caller: BOUND });
    await decide(request);
    request.decision = null;
    await checkResource(request);
    expect(request.lookups).toEqual([]);
  });
});

describe('a caller who may not', () => {
  it('is refused, and the refusal knows the object', async () => {
    const { problem, request } = await refusalOf({ caller: POOR });

    expect(problem).toMatchObject({ kind: 'forbidden' });
    expect(request.lookups).toEqual(['ball']);
    expect(request.decision).toMatchObject({
      effect: 'deny',
      reason: 'missing_scope',
      rights: { missing: ['play'] },
      resources: { target: 'ball/skin' },
      input: { lookedUp: { found: 'object', attributes: BALL } },
    });
    expect(request.decision).not.toHaveProperty('enforced');
    expect(request).toMatchObject({ reported: [], wouldBe: null });
  });

  it('is refused before anything else of the request is read', async () => {
    await expect(decide(asking({ caller: POOR }))).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('is refused once the object is known, if it is another one', async () => {
    const { problem, request } = await refusalOf({ caller: ELSEWHERE });

    expect(problem).toMatchObject({ kind: 'forbidden' });
    expect(request.decision).toMatchObject({
      effect: 'deny',
      reason: 'resource_mismatch',
      resources: { boundTo: 'Toy doll' },
    });
    expect(request.decision).not.toHaveProperty('enforced');
    expect(request).toMatchObject({ reported: [], wouldBe: null });
    expect(request.target).toBeUndefined();
  });

  it.each<[LookupResult, string]>([
    [{ found: 'nothing' }, 'no_such_object'],
    [{ found: 'foreign', owner: 'globex' }, 'foreign_object'],
  ])('is told that there is no such object, and has used the right to ask: %j', async (lookedUp, reason) => {
    for (const world of [{}, { mode: 'observe' }]) {
      const { problem, request } = await refusalOf({ caller: BOUND, lookedUp, world });

      expect(problem).toMatchObject({ kind: 'not_found' });
      expect(request.decision).toMatchObject({ effect: 'deny', reason });
      expect(request.use).toEqual({ lookedUp: null });
    }
  });
});

describe('in a world that observes', () => {
  it('who lacks a right is let pass, and the refusal is recorded with the status that it would have had', async () => {
    const request = asking({ caller: POOR, ...observing });
    await decide(request);
    expect(request.lookups).toEqual([]);
    expect(request.decision).toMatchObject({ effect: 'deny', reason: 'missing_scope', enforced: false });
    expect(request.decision).not.toHaveProperty('resources.target');
    expect(request.wouldBe).toBe(418);

    await checkResource(request);
    expect(request.lookups).toEqual(['ball']);
    expect(request.target).toEqual({});
    expect(request).toMatchObject({
      wouldBe: 418,
      decision: { effect: 'deny', enforced: false, resources: { target: 'ball/skin' } },
    });
    expect(request.use).toMatchObject({ lookedUp: { found: 'object' } });
  });

  it('who holds too little for the object is let pass as well', async () => {
    const request = await both({ caller: ELSEWHERE, ...observing });

    expect(request).toMatchObject({ wouldBe: 418, decision: { reason: 'resource_mismatch', enforced: false } });
    expect(request.target).toEqual({});
  });

  it('who lacks nothing is not let pass but allowed', async () => {
    const request = await both({ caller: BOUND, ...observing });

    expect(request.wouldBe).toBeNull();
    expect(request.decision).toMatchObject({ effect: 'allow' });
    expect(request.decision).not.toHaveProperty('enforced');
  });

  it('an object that is not there is refused, and then nothing would have been otherwise', async () => {
    const { problem, request } = await refusalOf({ caller: POOR, lookedUp: { found: 'nothing' }, ...observing });

    expect(problem).toMatchObject({ kind: 'not_found' });
    expect(request).toMatchObject({ wouldBe: null, decision: { reason: 'no_such_object' } });
  });

  it('what has nothing to do with rights is refused', async () => {
    const { problem, request } = await refusalOf({
      caller: BOUND,
      route: { rule: { ...RULE, closed: true } },
      ...observing,
    });

    expect(problem).toMatchObject({ kind: 'forbidden' });
    expect(request.decision).toMatchObject({ reason: 'closed_to_keys' });
  });

  it('the words of the service are asked what the status would have been', async () => {
    const asked: unknown[][] = [];
    const renderProblem = (...parts: unknown[]) => {
      asked.push(parts);
      return { status: 403 };
    };
    const request = await both({ caller: ELSEWHERE, route: { errorRenderer: { renderProblem } }, ...observing });

    expect(request.wouldBe).toBe(403);
    expect(asked).toMatchObject([
      [{ kind: 'forbidden' }, { path: '/toys/ball', operation: 'row_of_toy', decision: { enforced: false } }],
    ]);
  });
});
