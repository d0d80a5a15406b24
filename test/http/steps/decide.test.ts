import { describe, expect, it } from 'vitest';
import type { Caller, LookupResult } from '../../../src/decisions/decide.ts';
import { createRuleset } from '../../../src/decisions/ruleset.ts';
import { checkResource, decide } from '../../../src/http/steps/decide.ts';
import { BALL, key, ruleOf, serviceKey, seen as sightingOf, TOY_TABLES, toyLaw } from '../../decisions/toy-law.ts';
import { NOW, type ToyRequestParts, toyRequest } from './toy-request.ts';

const RULE = ruleOf({ needs: { all: ['play'] }, on: ['toy'], cover: { param: 'toy' } as never });
const BOUND = key(['play'], [{ type: 'toy', ids: ['ball'] }]);
const ELSEWHERE = key(['play'], [{ type: 'toy', ids: ['doll'] }]);
const POOR = key(['look'], [{ type: 'toy', ids: ['ball'] }]);

interface DecideParts extends ToyRequestParts {
  readonly caller: Caller | null;
  readonly lookedUp?: LookupResult;
}

/** A request for the ball. */
function createRequest({ caller, lookedUp = sightingOf(BALL), ...parts }: DecideParts) {
  const lookups: unknown[] = [];
  const lookup = async (_context: unknown, name: string) => {
    lookups.push(name);
    return lookedUp;
  };
  const route = { ruleset: toyLaw, rule: RULE, lookup, ...parts.route };
  const request = toyRequest({
    ...parts,
    request: { params: { toy: 'ball', org: 'acme' }, ...parts.request },
    operation: { id: 'get_toy' },
    route: {
      errorRenderer: { errors: [], renderProblem: () => ({ status: 418 }) },
      row: { id: 'row_of_toy' },
      ...route,
    },
  });
  return Object.assign(request, { lookups, decide: () => decide(request, caller) });
}
const decideAndCheck = async (options: DecideParts) => {
  const request = createRequest(options);
  await request.decide();
  await checkResource(request);
  return request;
};
const catchRejection = async (options: DecideParts) => {
  const request = createRequest(options);
  const problem = await request
    .decide()
    .then(() => checkResource(request))
    .catch((thrown: unknown) => thrown);
  return { request, problem };
};

describe('a caller with the right', () => {
  it('is allowed before the object is looked up, and then for the object', async () => {
    const request = createRequest({ caller: BOUND });
    await request.decide();
    expect(request.lookups).toEqual([]);
    expect(request.access?.decision).toMatchObject({
      id: 'd-1',
      at: NOW,
      effect: 'allow',
      rule: 'r',
      principal: serviceKey,
    });
    expect(request.access?.decision).not.toHaveProperty('resources.target');

    await checkResource(request);
    expect(request.lookups).toEqual(['ball']);
    expect(request.access?.target).toEqual({});
    expect(request.access?.decision).toMatchObject({
      effect: 'allow',
      rights: { used: ['play'] },
      resources: { target: 'ball/skin' },
    });
    expect(request.access?.use).toEqual({ lookedUp: sightingOf(BALL) });
  });

  it('is checked against the organisation of the path', async () => {
    const { problem, request } = await catchRejection({
      caller: BOUND,
      request: { params: { toy: 'ball', org: 'globex' } },
    });

    expect(problem).toMatchObject({ kind: 'forbidden' });
    expect(request.access?.decision).toMatchObject({ reason: 'other_organization' });
  });

  it('needs no object if the rule covers none', async () => {
    const request = await decideAndCheck({ caller: BOUND, route: { rule: ruleOf({ needs: { all: ['play'] } }) } });

    expect(request.lookups).toEqual([]);
    expect(request.access?.decision).not.toHaveProperty('resources.target');
    expect(request.access?.use).toEqual({ lookedUp: null });
  });
});

describe('a request without a decision', () => {
  it.each([
    ['a public operation', { caller: BOUND, route: { rule: null } }],
    ['a request without a caller', { caller: null }],
  ])('is not decided: %s', async (_what, options) => {
    const request = await decideAndCheck(options);

    expect(request).toMatchObject({ access: null, reported: [], lookups: [] });
  });
});

describe('the object of a request', () => {
  it('is not looked up without a lookup', async () => {
    const request = await decideAndCheck({ caller: BOUND, route: { lookup: null } });

    expect(request.access?.use).toEqual({ lookedUp: null });
  });

  it('is looked up once the body was read, if the body names it', async () => {
    const rule = ruleOf({ needs: { all: ['play'] }, on: ['toy'], cover: {} as never });
    const early = await catchRejection({ caller: POOR, route: { rule } });
    const late = await decideAndCheck({ caller: BOUND, route: { rule }, notes: { body: {} } });

    expect([early.problem, early.request.lookups]).toEqual([expect.objectContaining({ kind: 'forbidden' }), []]);
    expect(late.lookups).toEqual(['']);
  });
});

describe('a caller whose rights are bound to another object', () => {
  const parts = {
    caller: ELSEWHERE,
    lookedUp: { found: 'nothing', names: { toy: 'ball' } },
    route: { ruleset: createRuleset('toys', null, { ...TOY_TABLES, refusesOtherNames: true }) },
  } as const;

  it('gets 403 for an object that does not exist', async () => {
    const { problem, request } = await catchRejection(parts);

    expect(problem).toMatchObject({ kind: 'forbidden' });
    expect(request.access).toMatchObject({ decision: { effect: 'deny', reason: 'resource_mismatch' }, use: null });
  });
});

describe('a caller without the right', () => {
  it('is rejected with the object in the decision', async () => {
    const { problem, request } = await catchRejection({ caller: POOR });

    expect(problem).toMatchObject({ kind: 'forbidden' });
    expect(request.lookups).toEqual(['ball']);
    expect(request.access?.decision).toMatchObject({
      effect: 'deny',
      reason: 'missing_scope',
      rights: { missing: ['play'] },
      resources: { target: 'ball/skin' },
      input: { lookedUp: { found: 'object', attributes: BALL } },
    });
    expect(request.reported).toEqual([]);
  });

  it('is rejected before anything else of the request is read', async () => {
    await expect(createRequest({ caller: POOR }).decide()).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('is rejected after the look-up if its right is bound to another object', async () => {
    const { problem, request } = await catchRejection({ caller: ELSEWHERE });

    expect(problem).toMatchObject({ kind: 'forbidden' });
    expect(request.access?.decision).toMatchObject({
      effect: 'deny',
      reason: 'resource_mismatch',
      resources: { boundTo: 'Toy doll' },
    });
    expect(request.reported).toEqual([]);
    expect(request.access?.target).toBeUndefined();
  });

  it('is rejected for an object that only its owner may access', async () => {
    const rule = ruleOf({ needs: { all: ['play'] }, ownersOnly: true, cover: { param: 'toy' } as never });
    const lookedUp = sightingOf({ ...BALL, relation: 'shared' });
    const { problem, request } = await catchRejection({ caller: BOUND, lookedUp, route: { rule } });

    expect(problem).toMatchObject({ kind: 'forbidden' });
    expect(request.access).toMatchObject({ decision: { reason: 'not_owner' }, target: undefined, use: null });
  });

  it.each<[LookupResult, string]>([
    [{ found: 'nothing' }, 'no_such_object'],
    [{ found: 'foreign', owner: 'globex' }, 'foreign_object'],
  ])('gets 404 for an unknown object and has used its right: %j', async (lookedUp, reason) => {
    const { problem, request } = await catchRejection({ caller: BOUND, lookedUp });

    expect(problem).toMatchObject({ kind: 'not_found' });
    expect(request.access?.decision).toMatchObject({ effect: 'deny', reason });
    expect(request.access?.use).toEqual({ lookedUp: null });
  });
});
