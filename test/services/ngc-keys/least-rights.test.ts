/**
 * Properties of the least rights, for any rules and any uses of a key: the smallest rights are enough, and removing any
 * of them is not.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideOnResource, type ResourceAttributes, type ResourceState } from '../../../src/decisions/decide.ts';
import type { HeldRights, Resource } from '../../../src/decisions/policy.ts';
import type { Rule } from '../../../src/decisions/rule.ts';
import { createRuleset, type Ruleset } from '../../../src/decisions/ruleset.ts';
import type { Use } from '../../../src/decisions/uses.ts';
import { findLeastRightsOfKey } from '../../../src/services/ngc-keys/least-rights.ts';
import { key, keyOfUser, personalKey, ruleOf, serviceKey, sourced, TOY_TABLES } from '../../decisions/toy-law.ts';
import { roundsOf, seedNumberOf } from '../../support/properties.ts';

/** Scopes that are available with any type, so that only the rules determine the required types. */
const TABLES = { ...TOY_TABLES, permissions: TOY_TABLES.permissions.filter(({ id }) => id !== 'burn') };
const LAW: Ruleset = createRuleset('toys', null, TABLES);
const SCOPES = TABLES.permissions.map(({ id }) => id);
const TYPES = TABLES.resourceTypes.map(({ id }) => id);

const subsetOf = <Item>(items: readonly Item[]) => fc.subarray([...items]);
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
    all: subsetOf(SCOPES),
    any: subsetOf(SCOPES),
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

interface ReportedPolicy {
  readonly scopes: readonly string[];
  readonly resource?: GivenResource | readonly GivenResource[];
}
interface GivenResource {
  readonly type: string;
  readonly ids?: readonly string[];
}

/** Whether a policy allows a use, according to the decision itself. */
function isAllowedBy(
  { accessRequest, lookedUp }: Use,
  scopes: readonly string[],
  resources: readonly Resource[],
): boolean {
  const caller = key(scopes, resources);
  return decideOnResource(accessRequest, caller, lookedUp).effect === 'allow';
}

/** A reported policy with the ids of the tables. */
function parsePolicy({ scopes, resource = [] }: ReportedPolicy) {
  const resources = [resource].flat().map(({ type, ids }: GivenResource): Resource => {
    const row = TABLES.resourceTypes.find(({ label }) => label === type);
    return { type: row?.id ?? 'unknown', ...(ids !== undefined && { ids }) };
  });
  return { scopes, resources };
}

/** Whether the object has names, or a type needs none. */
function canBeAllowed({ accessRequest: { rule }, lookedUp }: Use): boolean {
  const isNamed = lookedUp?.found === 'object' && lookedUp.attributes !== undefined;
  const namesNone: readonly string[] = TABLES.resourceTypes.filter(({ names }) => names === null).map(({ id }) => id);
  return isNamed || rule.on === undefined || rule.on.some((type) => namesNone.includes(type));
}

const omit = <Item>(items: readonly Item[], removed: Item) => items.filter((item) => item !== removed);
const ALL_TYPES = TYPES.map((type) => ({ type }));

describe('the smallest policy of a service key', () => {
  const checkProperty = (
    assertPolicy: (policy: ReturnType<typeof parsePolicy>, possible: readonly Use[], uses: readonly Use[]) => void,
  ) =>
    fc.assert(
      fc.asyncProperty(uses, subsetOf(SCOPES), async (uses, held) => {
        const caller = key(held, [{ type: 'all-toys' }]);
        const { smallest, impossible } = await findLeastRightsOfKey(NO_WORLD, {
          principal: serviceKey,
          caller,
          uses: uses,
        });
        // It has the members of a policy, as other tests show.
        const policy = parsePolicy(smallest as unknown as ReportedPolicy);
        assertPolicy(
          policy,
          uses.filter((use) => impossible?.scopes.includes(use) !== true),
          uses,
        );
      }),
      { numRuns: roundsOf(300), seed: seedNumberOf(6625) },
    );

  it('allows every possible use', async () => {
    await checkProperty(({ scopes, resources }, possible) => {
      for (const use of possible) expect(isAllowedBy(use, scopes, resources)).toBe(true);
    });
  });

  it('has no scope that can be removed', async () => {
    await checkProperty(({ scopes, resources }, possible) => {
      for (const scope of scopes) {
        const less = omit(scopes, scope);
        expect(
          possible.every((use) => isAllowedBy(use, less, resources)),
          scope,
        ).toBe(false);
      }
    });
  });

  it('has no resource or object that can be removed', async () => {
    await checkProperty(({ scopes, resources }, possible) => {
      for (const resource of resources) {
        const remaining = omit(resources, resource);
        expect(
          possible.every((use) => isAllowedBy(use, scopes, remaining)),
          resource.type,
        ).toBe(false);
        const { ids = [] } = resource;
        if (ids.length < 2) continue;
        for (const id of ids) {
          const less = [...remaining, { ...resource, ids: omit(ids, id) }];
          expect(
            possible.every((use) => isAllowedBy(use, scopes, less)),
            id,
          ).toBe(false);
        }
      }
    });
  });

  it('excludes only uses that no policy allows', async () => {
    await checkProperty((_policy, possible, uses) => {
      const idsOf = (type: 'toy' | 'toy-parts') =>
        uses.flatMap(({ accessRequest, lookedUp }) => {
          const isBindable = accessRequest.rule.on?.includes(type) === true;
          return isBindable && lookedUp?.found === 'object' ? (lookedUp.attributes?.names[type] ?? []) : [];
        });
      const everything = [
        ...ALL_TYPES.filter(({ type }) => type !== 'toy' && type !== 'toy-parts'),
        { type: 'toy', ids: idsOf('toy') },
        { type: 'toy-parts', ids: idsOf('toy-parts') },
      ];
      for (const use of uses) {
        const isPossible = isAllowedBy(use, SCOPES, everything);
        // A type with ids is useless without an id.
        if (isPossible && canBeAllowed(use)) expect(possible).toContain(use);
        if (!isPossible) expect(possible).not.toContain(use);
      }
    });
  });

  it('keeps the objects of the key if its lists are the only use', async () => {
    const list = ruleOf({ needs: { all: ['look'] }, on: ['all-toys', 'toy'] });
    const uses = [{ operation: 'o', accessRequest: { rule: list, ruleset: LAW }, lookedUp: null, example: EXAMPLE }];
    const bound = { type: 'toy', ids: ['ball', 'doll'] };
    const caller = key(['look'], [bound]);
    const result = await findLeastRightsOfKey(NO_WORLD, { principal: serviceKey, caller, uses });

    expect(result.smallest['resource']).toEqual({ type: 'Toy', ids: ['ball', 'doll'] });
    expect(result.broader).toEqual([]);
  });

  it('is found for a thousand objects', async () => {
    const rule = ruleOf({ needs: { all: ['play'] }, on: TYPES });
    const observed = Array.from({ length: 1000 }, (_, number): Use => {
      const names = { toy: [`toy-${number}`], 'toy-parts': [`toy-${number}/skin`] };
      const lookedUp = { found: 'object', attributes: { relation: 'owned', names } } as const;
      return { operation: 'o', accessRequest: { rule, ruleset: LAW }, lookedUp, example: EXAMPLE };
    });
    const { smallest } = await findLeastRightsOfKey(NO_WORLD, {
      principal: serviceKey,
      caller: key([]),
      uses: observed,
    });

    expect(parsePolicy(smallest as unknown as ReportedPolicy).resources[0]?.ids).toHaveLength(1000);
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
    const { held } = keyOfUser(names);
    const ofNames = roles.filter(({ name }) => names.includes(name));
    const permissions = new Set(ofNames.flatMap((role) => role.permissions));
    const asking: HeldRights = { ...held, permissions };
    return decideOnResource(accessRequest, { principal: personalKey, held: asking }, lookedUp).effect === 'allow';
  };

  it('are enough, and none of them can be removed', async () => {
    await fc.assert(
      fc.asyncProperty(uses, subsetOf(NAMES), async (used, held) => {
        const tested = used.map((use) => ({ ...use, accessRequest: { ...use.accessRequest, ruleset } }));
        const caller = keyOfUser(held);
        const result = await findLeastRightsOfKey(NO_WORLD, { principal: personalKey, caller, uses: tested });
        const needed = result.smallest['roles'] as readonly string[];
        const impossible = result.impossible?.roles ?? [];
        for (const use of tested) expect(isAllowed(use, needed)).toBe(!impossible.includes(use));
        const possible = tested.filter((use) => !impossible.includes(use));
        for (const role of needed) {
          expect(
            possible.every((use) => isAllowed(use, omit(needed, role))),
            role,
          ).toBe(false);
        }
        const kept = held.filter((role) => !result.unused.includes(role));
        for (const use of tested) expect(isAllowed(use, kept)).toBe(isAllowed(use, held));
      }),
      { numRuns: roundsOf(300), seed: seedNumberOf(6625) },
    );
  });
});
