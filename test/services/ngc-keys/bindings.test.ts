import { describe, expect, it } from 'vitest';
import type { ResourceAttributes } from '../../../src/decisions/decide.ts';
import type { Resource } from '../../../src/decisions/policy.ts';
import type { Use } from '../../../src/decisions/uses.ts';
import { Bindings } from '../../../src/services/ngc-keys/bindings.ts';
import { BALL, ruleOf, toyLaw, WHOLE_BALL } from '../../decisions/toy-law.ts';

const ACCEPTED_TYPES = ['toy', 'toy-parts', 'all-toys'];
const DOLL: ResourceAttributes = { relation: 'owned', names: { toy: ['doll'] } };

/** Returns the object that a use found: one of another owner, one with these attributes, or none. */
function createLookedUp(object: ResourceAttributes | 'foreign' | null): Use['lookedUp'] {
  if (object === null) return null;
  if (object === 'foreign') return { found: 'foreign', owner: 'globex' };
  return { found: 'object', attributes: object };
}
/** Creates a use of an object by a rule for the accepted types. */
const createUse = (object: ResourceAttributes | 'foreign' | null): Use => ({
  operation: 'get_toy',
  accessRequest: { rule: ruleOf({ on: ACCEPTED_TYPES }), ruleset: toyLaw },
  lookedUp: createLookedUp(object),
  example: { method: 'GET', path: '/toys' },
});
const createBindings = (uses: readonly Use[], bound: readonly Resource[] = []) => Bindings.of([toyLaw], uses, bound);
const findType = (type: string, resources: readonly Resource[]) => resources.find((resource) => resource.type === type);

describe('the possible resources of a key', () => {
  it('are every type, with the ids of the used objects', () => {
    expect(createBindings([createUse(BALL), createUse(DOLL)]).resources()).toEqual([
      { type: 'all-toys' },
      { type: 'toy', ids: ['ball', 'doll'] },
      { type: 'toy-parts', ids: ['ball/skin'] },
      { type: 'lent-toys' },
      { type: 'everything' },
    ]);
  });

  it('exclude types that the rule does not accept', () => {
    const listTypes = (on: readonly string[] | undefined) => {
      const rule = ruleOf(on === undefined ? {} : { on });
      const use = { ...createUse(BALL), accessRequest: { rule, ruleset: toyLaw } };
      return createBindings([use])
        .resources()
        .map(({ type }) => type);
    };

    expect(listTypes(['toy'])).toEqual(['all-toys', 'toy', 'lent-toys', 'everything']);
    expect(listTypes(['everything'])).toEqual(['all-toys', 'lent-toys', 'everything']);
    expect(listTypes(undefined)).toEqual(['all-toys', 'lent-toys', 'everything']);
  });

  it('are the present ids if no object was used', () => {
    const bound = [{ type: 'toy', ids: ['kite', 'top'] }, { type: 'all-toys' }];

    for (const object of [null, 'foreign'] as const) {
      expect(findType('toy', createBindings([createUse(object)], bound).resources())).toEqual(bound[0]);
    }
    const used = findType('toy', createBindings([createUse(DOLL)], bound).resources());
    expect(used).toEqual({ type: 'toy', ids: ['doll'] });
    expect(findType('toy', createBindings([createUse(null)], [{ type: 'toy' }]).resources())).toBeUndefined();
  });

  it('exclude objects without names', () => {
    const useWithoutIds: Use = { ...createUse(BALL), lookedUp: { found: 'object' } };

    expect(findType('toy', createBindings([useWithoutIds]).resources())).toBeUndefined();
  });
});

it('types without ids come before types with ids, and parts come last', () => {
  expect(createBindings([createUse(BALL)]).widestFirst).toEqual([
    'everything',
    'lent-toys',
    'all-toys',
    'toy',
    'toy-parts',
  ]);
});

describe('the resources for a use', () => {
  it('contain only its objects and their parts', () => {
    const bindings = createBindings([createUse(BALL), createUse(DOLL), createUse(WHOLE_BALL)]);

    expect(findType('toy', bindings.resourcesFor(createUse(DOLL)))).toEqual({ type: 'toy', ids: ['doll'] });
    expect(findType('toy-parts', bindings.resourcesFor(createUse(DOLL)))).toEqual({ type: 'toy-parts', ids: [] });
    expect(findType('toy-parts', bindings.resourcesFor(createUse(WHOLE_BALL)))).toEqual({
      type: 'toy-parts',
      ids: ['ball/skin'],
    });
    expect(findType('all-toys', bindings.resourcesFor(createUse(DOLL)))).toEqual({ type: 'all-toys' });
    expect(findType('toy', bindings.resourcesFor(createUse('foreign')))).toEqual({ type: 'toy', ids: [] });
    expect(findType('toy', bindings.resourcesFor(createUse(null)))).toEqual({ type: 'toy', ids: [] });
  });

  it('exclude a removed object', () => {
    const attributes: ResourceAttributes = { relation: 'owned', names: { toy: ['ball'], 'toy-parts': ['ball'] } };
    const bindings = createBindings([createUse(attributes), createUse(DOLL)]);
    const without = bindings.without('toy', 'ball').resourcesFor(createUse(attributes));

    expect(findType('toy', without)).toEqual({ type: 'toy', ids: [] });
    expect(findType('toy-parts', without)).toEqual({ type: 'toy-parts', ids: ['ball'] });
    expect(findType('toy', bindings.without('toy', 'ball').resourcesFor(createUse(DOLL)))).toEqual({
      type: 'toy',
      ids: ['doll'],
    });
    expect(findType('toy', bindings.resources())).toEqual({ type: 'toy', ids: ['ball', 'doll'] });
  });
});

describe('selected types', () => {
  it('can be changed without changing the original bindings', () => {
    const bindings = createBindings([createUse(BALL), createUse(DOLL)]);
    const selected = bindings.only(['toy', 'everything']);
    selected.drop('toy', 'ball');

    expect(selected.resources()).toEqual([{ type: 'toy', ids: ['doll'] }, { type: 'everything' }]);
    expect(selected.widestFirst).toEqual(['everything', 'toy']);
    expect(findType('toy', bindings.resources())).toEqual({ type: 'toy', ids: ['ball', 'doll'] });
  });

  it('do not change if the removed object is missing', () => {
    const selected = createBindings([createUse(DOLL)]).only(['toy', 'everything']);
    selected.drop('toy', 'ball');
    selected.drop('everything', 'ball');
    selected.drop('all-toys', 'ball');

    expect(selected.resources()).toEqual([{ type: 'toy', ids: ['doll'] }, { type: 'everything' }]);
  });
});

describe('the removable objects', () => {
  const listObjects = (bindings: Bindings) => [...bindings.objects()].map(({ type, id, uses }) => [type, id, uses]);

  it('are all objects unless a type has only one, with their uses', () => {
    const [ball, whole, doll] = [createUse(BALL), createUse(WHOLE_BALL), createUse(DOLL)];

    expect(listObjects(createBindings([ball, whole, doll]))).toEqual([
      ['toy', 'ball', [ball, whole]],
      ['toy', 'doll', [doll]],
    ]);
    expect(listObjects(createBindings([doll]))).toEqual([]);
  });

  it('have the uses of the whole object as uses of its parts', () => {
    const valve: ResourceAttributes = { relation: 'owned', names: { 'toy-parts': ['ball/valve'] } };
    const [ball, part, whole] = [createUse(BALL), createUse(valve), createUse(WHOLE_BALL)];

    expect(listObjects(createBindings([ball, part, whole]))).toEqual([
      ['toy-parts', 'ball/skin', [ball, whole]],
      ['toy-parts', 'ball/valve', [part, whole]],
    ]);
  });

  it('exclude objects without a use', () => {
    expect(listObjects(createBindings([createUse(null)], [{ type: 'toy', ids: ['kite', 'top'] }]))).toEqual([]);
  });

  it('end before the last object while objects are removed', () => {
    const bindings = createBindings([createUse(BALL), createUse(DOLL)]).only(['toy']);
    const visited: string[] = [];
    for (const { type, id } of bindings.objects()) {
      visited.push(id);
      bindings.drop(type, id);
    }

    expect(visited).toEqual(['ball']);
    expect(bindings.resources()).toEqual([{ type: 'toy', ids: ['doll'] }]);
  });
});
