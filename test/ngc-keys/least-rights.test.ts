/**
 * Whatever the rules are, and whatever a key was used for: the smallest rights are enough, and nothing in them can be
 * left out.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideOnResource, type ResourceAttributes, type ResourceState } from '../../src/decisions/decide.ts';
import type { HeldRights, Resource } from '../../src/decisions/policy.ts';
import type { Rule } from '../../src/decisions/rule.ts';
import { createRuleset, type Ruleset } from '../../src/decisions/ruleset.ts';
import type { Use } from '../../src/decisions/uses.ts';
import { findLeastRightsOfKey } from '../../src/ngc-keys/least-rights.ts';
import { key, keyOfUser, personalKey, ruleOf, serviceKey, sourced, TOY_TABLES, toyLaw } from '../decisions/toy-law.ts';
import { roundsOf, seedNumberOf } from '../support/properties.ts';

/** Scopes that are offered with any type, so that those rules alone decide which types are needed. */
const TABLES = { ...TOY_TABLES, permissions: TOY_TABLES.permissions.filter(({ id }) => id !== 'burn') };
const LAW: Ruleset = createRuleset('toys', null, TABLES);
const SCOPES = TABLES.permissions.map(({ id }) => id);
const TYPES = TABLES.resourceTypes.map(({ id }) => id);

const some = <Item>(items: readonly Item[]) => fc.subarray([...items]);
const toy = fc.constantFrom('ball', 'doll', 'kite');
const part = fc.constantFrom('skin', 'valve');
const relation = fc.constantFrom('owned', 'shared', 'public');
const reach: fc.Arbitrary<ResourceAttributes> = fc.oneof(
  fc.record({ relation, toy, part }).map(({ relation, toy, part }) => ({
    relation,
    names: { toy: [toy], 'toy-parts': [`${toy}/${part}`] },
  })),
  fc.record({ relation, toy }).map(({ relation, toy }) => ({
    relation,
    names: { toy: [toy] },
    parts: { 'toy-parts': [`${toy}/skin`, `${toy}/valve`] },
  })),
);
const lookedUp: fc.Arbitrary<ResourceState | null> = fc.oneof(
  fc.constant(null),
  fc.constant({ found: 'object' as const }),
  reach.map((reach) => ({ found: 'object' as const, reach })),
);
const rule: fc.Arbitrary<Rule> = fc
  .record({
    all: some(SCOPES),
    any: some(SCOPES),
    on: fc.option(fc.subarray([...TYPES], { minLength: 1 }), { nil: undefined }),
    open: fc.option(fc.subarray(['owned', 'shared', 'public'] as const), { nil: undefined, freq: 4 }),
    versionless: fc.constantFrom('refuse', 'narrow'),
  })
  .map(({ all, any, on, open, versionless }) =>
    ruleOf({
      needs: { all, any },
      versionless,
      ...(on !== undefined && { on }),
      ...(open !== undefined && { open }),
    }),
  );
const use: fc.Arbitrary<Use> = fc.record({ rule, lookedUp }).map(({ rule, lookedUp }) => ({
  operation: 'play',
  accessRequest: { rule, ruleset: LAW },
  lookedUp,
  example: { method: 'GET', path: '/toys' },
}));
const uses = fc.array(use, { maxLength: 8 });
const NO_WORLD = {} as Parameters<typeof findLeastRightsOfKey>[0];

interface Smallest {
  readonly scopes: readonly string[];
  readonly resource?: GivenResource | readonly GivenResource[];
}
interface GivenResource {
  readonly type: string;
  readonly ids?: readonly string[];
}

/** What a policy allows, asked of the decision itself. */
function allows({ accessRequest, lookedUp }: Use, scopes: readonly string[], resources: readonly Resource[]): boolean {
  const caller = key(scopes, resources);
  return decideOnResource(accessRequest, caller, lookedUp).effect === 'allow';
}

/** A policy as it was told, in the ids of the tables. */
function read({ scopes, resource = [] }: Smallest) {
  const resources = [resource].flat().map(({ type, ids }: GivenResource): Resource => {
    const row = TABLES.resourceTypes.find(({ label }) => label === type);
    return { type: row?.id ?? 'unknown', ...(ids !== undefined && { ids }) };
  });
  return { scopes, resources };
}

/** Is there something to try: an object with names, or a type that needs none? */
function isTried({ accessRequest: { rule }, lookedUp }: Use): boolean {
  const isNamed = lookedUp?.found === 'object' && lookedUp.attributes !== undefined;
  const namesNone: readonly string[] = TABLES.resourceTypes.filter(({ names }) => names === null).map(({ id }) => id);
  return isNamed || rule.on === undefined || rule.on.some((type) => namesNone.includes(type));
}

const without = <Item>(items: readonly Item[], one: Item) => items.filter((item) => item !== one);
const all = TYPES.map((type) => ({ type }));

describe('the smallest policy of a service key', () => {
  const check = (all: (reported: ReturnType<typeof read>, possible: readonly Use[], uses: readonly Use[]) => void) =>
    fc.assert(
      fc.asyncProperty(uses, some(SCOPES), async (did, held) => {
        const caller = key(held, [{ type: 'all-toys' }]);
        const { smallest, beyond } = await findLeastRightsOfKey(NO_WORLD, { principal: serviceKey, caller, uses: did });
        // It has the members of a policy, as the tests of whole flows show.
        const reported = read(smallest as unknown as Smallest);
        all(
          reported,
          did.filter((one) => !beyond.includes(one)),
          did,
        );
      }),
      { numRuns: roundsOf(300), seed: seedNumberOf(6625) },
    );

  it('is enough', async () => {
    await check(({ scopes, resources }, possible) => {
      for (const one of possible) expect(allows(one, scopes, resources)).toBe(true);
    });
  });

  it('has no scope that can be left out', async () => {
    await check(({ scopes, resources }, possible) => {
      for (const scope of scopes) {
        const less = without(scopes, scope);
        expect(
          possible.every((one) => allows(one, less, resources)),
          scope,
        ).toBe(false);
      }
    });
  });

  it('has no resource that can be left out, and no object', async () => {
    await check(({ scopes, resources }, possible) => {
      for (const resource of resources) {
        const others = without(resources, resource);
        expect(
          possible.every((one) => allows(one, scopes, others)),
          resource.type,
        ).toBe(false);
        const { ids = [] } = resource;
        if (ids.length < 2) continue;
        for (const id of ids) {
          const less = [...others, { ...resource, ids: without(ids, id) }];
          expect(
            possible.every((one) => allows(one, scopes, less)),
            id,
          ).toBe(false);
        }
      }
    });
  });

  it('leaves out only what no policy allows', async () => {
    await check((_told, possible, did) => {
      const namedAs = (type: 'toy' | 'toy-parts') =>
        did.flatMap(({ accessRequest, lookedUp }) => {
          const isBindable = accessRequest.rule.on?.includes(type) === true;
          return isBindable && lookedUp?.found === 'object' ? (lookedUp.attributes?.names[type] ?? []) : [];
        });
      const everything = [
        ...all.filter(({ type }) => type !== 'toy' && type !== 'toy-parts'),
        { type: 'toy', ids: namedAs('toy') },
        { type: 'toy-parts', ids: namedAs('toy-parts') },
      ];
      for (const one of did) {
        const isPossible = allows(one, SCOPES, everything);
        // A type that names objects is nothing without one.
        if (isPossible && isTried(one)) expect(possible).toContain(one);
        if (!isPossible) expect(possible).not.toContain(one);
      }
    });
  });

  it('prefers what the key holds already', async () => {
    const either = ruleOf({ needs: { any: ['look', 'look_closely'] } });
    const did = [{ operation: 'o', accessRequest: { rule: either, ruleset: LAW }, lookedUp: null, example: EXAMPLE }];
    for (const scope of ['look', 'look_closely']) {
      const caller = key([scope]);
      const { smallest, unused } = await findLeastRightsOfKey(NO_WORLD, { principal: serviceKey, caller, uses: did });
      expect({ smallest, unused }).toMatchObject({ smallest: { scopes: [scope] }, unused: [] });
    }
  });

  it('is of a type that a scope is offered with', async () => {
    const burn = ruleOf({ needs: { all: ['burn'] } });
    const play = ruleOf({ needs: { all: ['play'] }, on: ['all-toys'] });
    const did = [burn, play].map((rule) => ({
      ...{ operation: 'o', accessRequest: { rule, ruleset: toyLaw }, lookedUp: null },
      example: EXAMPLE,
    }));
    const { smallest } = await findLeastRightsOfKey(NO_WORLD, { principal: serviceKey, caller: key([]), uses: did });

    expect(smallest['resource']).toEqual([{ type: 'All Toys' }, { type: 'Everything' }]);
  });

  it('names what the key names where nothing else is known of its lists', async () => {
    const list = ruleOf({ needs: { all: ['look'] }, on: ['all-toys', 'toy'] });
    const uses = [{ operation: 'o', accessRequest: { rule: list, ruleset: LAW }, lookedUp: null, example: EXAMPLE }];
    const bound = { type: 'toy', ids: ['ball', 'doll'] };
    const caller = key(['look'], [bound]);
    const reported = await findLeastRightsOfKey(NO_WORLD, { principal: serviceKey, caller, uses });

    expect(reported.smallest['resource']).toEqual({ type: 'Toy', ids: ['ball', 'doll'] });
    expect(reported.broader).toEqual([]);
  });

  it('is found as fast for a thousand objects as a request is answered', async () => {
    const rule = ruleOf({ needs: { all: ['play'] }, on: TYPES });
    const did = Array.from({ length: 1000 }, (_, number): Use => {
      const names = { toy: [`toy-${number}`], 'toy-parts': [`toy-${number}/skin`] };
      const lookedUp = { found: 'object', attributes: { relation: 'owned', names } } as const;
      return { operation: 'o', accessRequest: { rule, ruleset: LAW }, lookedUp, example: EXAMPLE };
    });
    const { smallest } = await findLeastRightsOfKey(NO_WORLD, { principal: serviceKey, caller: key([]), uses: did });

    expect(read(smallest as unknown as Smallest).resources[0]?.ids).toHaveLength(1000);
  });
});

const EXAMPLE = { method: 'GET', path: '/toys' };

describe('the smallest roles of a user', () => {
  const roles = [
    ...TABLES.roles,
    { name: 'Mender', permissions: ['mend', 'look_closely'], ...sourced },
    { name: 'Looker', permissions: ['look'], ...sourced },
  ];
  const ruleset = createRuleset('toys', null, { ...TABLES, roles: roles as typeof LAW.tables.roles });
  const NAMES = roles.map(({ name }) => name);
  const isAllowed = ({ accessRequest, lookedUp }: Use, names: readonly string[]): boolean => {
    const { heldRights } = keyOfUser(names);
    const held = new Set(roles.filter(({ name }) => names.includes(name)).flatMap(({ permissions }) => permissions));
    const asking: HeldRights = { ...heldRights, held };
    return decideOnResource(accessRequest, { principal: personalKey, heldRights: asking }, lookedUp).effect === 'allow';
  };

  it('are enough, and none of them can be left out', async () => {
    await fc.assert(
      fc.asyncProperty(uses, some(NAMES), async (did, held) => {
        const asked = did.map((one) => ({ ...one, accessRequest: { ...one.accessRequest, ruleset } }));
        const caller = keyOfUser(held);
        const reported = await findLeastRightsOfKey(NO_WORLD, { principal: personalKey, caller, uses: asked });
        const needed = reported.smallest['roles'] as readonly string[];
        for (const one of asked) expect(isAllowed(one, needed)).toBe(!reported.beyond.includes(one));
        const possible = asked.filter((one) => !reported.beyond.includes(one));
        for (const role of needed) {
          expect(
            possible.every((one) => isAllowed(one, without(needed, role))),
            role,
          ).toBe(false);
        }
        const kept = held.filter((role) => !reported.unused.includes(role));
        for (const one of asked) expect(isAllowed(one, kept)).toBe(isAllowed(one, held));
      }),
      { numRuns: roundsOf(300), seed: seedNumberOf(6625) },
    );
  });

  it('are the ones that bring least', async () => {
    const look = ruleOf({ needs: { all: ['look'] } });
    const did = [{ operation: 'o', accessRequest: { rule: look, ruleset }, lookedUp: null, example: EXAMPLE }];
    const caller = keyOfUser(['Parent', 'Mender']);
    const reported = await findLeastRightsOfKey(NO_WORLD, { principal: personalKey, caller, uses: did });

    expect(reported).toMatchObject({
      smallest: { roles: ['Looker'] },
      unused: ['Mender'],
      broader: [{ what: 'role', held: ['Parent'], enough: ['Looker'] }],
    });
  });
});
