import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../src/decisions/rule.ts';
import { createRuleset, type Ruleset } from '../../../src/decisions/ruleset.ts';
import { findKeyWarnings } from '../../../src/services/ngc-keys/key-warnings.ts';
import { ruleOf, sourced, TOY_TABLES } from '../../decisions/toy-law.ts';

const rules = [
  ruleOf({ id: 'play', needs: { all: ['play'] }, on: ['toy', 'all-toys'] }),
  ruleOf({ id: 'mend', needs: { all: ['mend'] }, closed: true }),
  ruleOf({ id: 'look', needs: { all: ['look'], roles: ['Parent'] } }),
];
const rulesets = [createRuleset('toys', null, { ...TOY_TABLES, rules })];

/** The warnings about a key. */
const findWarnings = (...args: Parameters<typeof findKeyWarnings>) => findKeyWarnings(...args).warnings;

const warningsOfRobot = (scopes: readonly string[], resources: { type: string }[] = [], services = ['toys']) =>
  findWarnings(rulesets, { name: 'robot', services, policy: { scopes, resources } });

describe('a service key without warnings', () => {
  it('has a scope with an open operation, and a type that the operation accepts', () => {
    expect(warningsOfRobot(['play'], [{ type: 'all-toys' }])).toEqual([]);
  });
});

describe('a warning about a useless service key', () => {
  it('has the reason that it has no service', () => {
    expect(warningsOfRobot(['play'], [], [])).toEqual([
      'The key `robot` has no service, so every service refuses it. Valid services are `toys`.',
    ]);
  });

  it('names the services that accept keys of its kind', () => {
    const keyServices = { 'personal-key': 'toys-of-users', 'service-key': 'toys-of-services' };
    const ruleset = createRuleset('toys', null, { ...TOY_TABLES, keyServices });
    const warningFor = (policy: { scopes: string[]; resources: [] } | null) =>
      findWarnings([ruleset], { name: 'robot', services: [], policy })[0];

    expect(warningFor({ scopes: [], resources: [] })).toContain('Valid services are `toys-of-services`.');
    expect(warningFor(null)).toContain('Valid services are `toys-of-users`.');
  });

  it('has the reason that its resource has only ids without effect', () => {
    const resources = [{ type: 'toy', ids: [], ignoredIds: ['Ball'] }];
    const robot = { name: 'robot', services: ['toys'], policy: { scopes: ['play'], resources } };

    expect(findKeyWarnings(rulesets, robot)).toEqual({
      isUseless: true,
      warnings: [expect.stringMatching(/^The key `robot` names `Ball` without effect: /)],
    });
  });

  it('has the reason that it has no scope of its service', () => {
    expect(warningsOfRobot([])).toEqual(['The key `robot` can do nothing in `toys`: it has no scope of `toys`.']);
  });

  it('includes the types that its scopes need', () => {
    const burnRule = ruleOf({ id: 'burn', needs: { all: ['burn'] }, on: ['everything'] });
    const lookRule = ruleOf({ id: 'blow', needs: { all: ['look'] }, on: ['everything'] });
    const ruleset = createRuleset('toys', null, { ...TOY_TABLES, rules: [...rules, burnRule, lookRule] });
    const policy = { scopes: ['play', 'burn', 'look', 'mend'], resources: [{ type: 'toy-parts' }] };

    expect(findKeyWarnings([ruleset], { name: 'robot', services: ['toys'], policy })).toEqual({
      isUseless: true,
      warnings: [
        'The key `robot` can do nothing in `toys`: its scopes and resource types allow no operation. The scope `play` needs a resource of type `Toy`, `All Toys`. The scopes `burn`, `look` need a resource of type `Everything`.',
      ],
    });
  });

  it('is absent once a scope allows an operation', () => {
    const findFor = (type: string) =>
      findKeyWarnings(rulesets, {
        name: 'robot',
        services: ['toys'],
        policy: { scopes: ['play'], resources: [{ type }] },
      });

    expect(findFor('toy-parts').isUseless).toBe(true);
    expect(findFor('toy').isUseless).toBe(false);
  });

  it.each([
    ['its scopes have only closed operations', ['mend'], []],
    ['its scopes have only operations that require a role', ['look'], []],
  ])('has the reason that %s', (_what, scopes, resources) => {
    expect(warningsOfRobot(scopes, resources)).toEqual([
      'The key `robot` can do nothing in `toys`: its scopes and resource types allow no operation.',
    ]);
  });
});

it('a personal key is useless if the roles of its user grant no rights', () => {
  const laptop = { name: 'laptop', services: ['toys'], policy: null };

  expect(findWarnings(rulesets, laptop)).toEqual([]);
  expect(findWarnings(rulesets, { ...laptop, roles: ['Player'] })).toEqual([]);
  expect(findWarnings(rulesets, { ...laptop, roles: ['Child', 'Parent'] })).toEqual([]);
  expect(findWarnings(rulesets, { ...laptop, roles: [] })).toEqual([
    'The key `laptop` can do nothing: it is personal, and its user has no roles. Valid roles are `Player`, `Parent`.',
  ]);
  expect(findWarnings(rulesets, { ...laptop, roles: ['Child'] })).toEqual([
    'The key `laptop` can do nothing in `toys`: the role `Child` of its user grants no rights there; `toys` has `Player`, `Parent`.',
  ]);
});

it('a warning reports a scope that needs other resource types than the key has', () => {
  const burning = ruleOf({ id: 'burn', needs: { all: ['burn'] }, on: ['everything'] });
  const ruleset = createRuleset('toys', null, { ...TOY_TABLES, rules: [...rules, burning] });
  const warningsFor = (scopes: readonly string[], type: string) =>
    findWarnings([ruleset], { name: 'robot', services: ['toys'], policy: { scopes, resources: [{ type }] } });

  expect(warningsFor(['play', 'burn'], 'toy')).toEqual([
    'The key `robot` can do nothing in `toys` with the scope `burn`: the scope needs a resource of type `Everything`.',
  ]);
  expect(warningsFor(['play', 'mend'], 'toy')).toEqual([]);
  expect(warningsFor(['burn'], 'everything')).toEqual([]);
});

describe('a warning about a service key without a resource', () => {
  const open = ruleOf({ id: 'watch', needs: { all: ['look'] } });
  const ruleset = createRuleset('toys', null, { ...TOY_TABLES, rules: [...rules, open], unbound: 'covers no toy' });
  const warningsFor = (scopes: readonly string[], resources: { type: string }[] = []) =>
    findWarnings([ruleset], { name: 'robot', services: ['toys'], policy: { scopes, resources } });

  it('describes its rights in the words of the service if its scopes need a resource', () => {
    expect(warningsFor(['look', 'play'])).toEqual([
      'The key `robot` has no resource: a key without a resource covers no toy.',
    ]);
  });

  it('is absent if its scopes need no resource, or if it has a resource', () => {
    expect(warningsFor(['look'])).toEqual([]);
    expect(warningsFor(['look', 'play'], [{ type: 'toy' }])).toEqual([]);
  });
});

describe('warnings with several services', () => {
  const games = createRuleset('games', null, {
    ...TOY_TABLES,
    roles: [{ name: 'Gamer', permissions: ['look'], ...sourced }],
    rules: [ruleOf({ id: 'look', needs: { all: ['look'] } })],
  });
  const both = [...rulesets, games];
  const warningsFor = (services: readonly string[], scopes: readonly string[], resources: { type: string }[] = []) =>
    findWarnings(both, { name: 'robot', services, policy: { scopes, resources } });
  const warningsOfLaptop = (selected: readonly Ruleset[], services: readonly string[], roles: readonly string[]) =>
    findWarnings(selected, { name: 'laptop', services, policy: null, roles });

  it('are only about the services of the key', () => {
    expect(warningsFor(['toys'], [])).toEqual(['The key `robot` can do nothing in `toys`: it has no scope of `toys`.']);
    expect(warningsFor(['games'], [])).toEqual([
      'The key `robot` can do nothing in `games`: it has no scope of `games`.',
    ]);
  });

  it('are absent if the key can be used in one of the services', () => {
    expect(warningsFor(['toys', 'games'], ['look'])).toEqual([]);
    expect(warningsFor(['toys', 'games'], [])).toHaveLength(2);
  });

  it('are absent if a role of the user grants rights in one of the services', () => {
    expect(warningsOfLaptop(both, ['toys', 'games'], ['Gamer'])).toEqual([]);
    expect(warningsOfLaptop(both, ['toys'], ['Gamer'])).toEqual([
      'The key `laptop` can do nothing in `toys`: the role `Gamer` of its user grants no rights there; `toys` has `Player`, `Parent`.',
    ]);
    expect(warningsOfLaptop(both, ['toys'], ['Gamer', 'Child'])).toEqual([
      'The key `laptop` can do nothing in `toys`: the roles `Gamer`, `Child` of its user grant no rights there; `toys` has `Player`, `Parent`.',
    ]);
  });

  it('are absent if a role of the user grants rights in the key administration', () => {
    const administration = createRuleset('ngc', null, games.tables);

    expect(warningsOfLaptop([...rulesets, administration], ['toys'], ['Gamer'])).toEqual([]);
    expect(warningsOfLaptop([...rulesets, administration], ['toys'], ['Child'])).toHaveLength(1);
  });

  it('are present if the roles of the user allow only closed operations or lack another role', () => {
    const closed = createRuleset('toys', null, { ...TOY_TABLES, rules: rules.slice(1) });

    expect(warningsOfLaptop([closed], ['toys'], ['Player'])).toHaveLength(1);
    expect(warningsOfLaptop([closed], ['toys'], ['Parent'])).toEqual([]);
    expect(
      warningsOfLaptop(
        [createRuleset('toys', null, { ...TOY_TABLES, rules: rules.slice(1, 2) })],
        ['toys'],
        ['Parent'],
      ),
    ).toHaveLength(1);
  });
});

describe('a warning about a scope that needs another type', () => {
  const warningsWith = (extraRules: readonly Rule[], scopes: readonly string[], type: string) => {
    const ruleset = createRuleset('toys', null, { ...TOY_TABLES, rules: [...rules, ...extraRules] });
    return findWarnings([ruleset], { name: 'robot', services: ['toys'], policy: { scopes, resources: [{ type }] } });
  };
  const onAll = ruleOf({ id: 'look-at-all', needs: { all: ['look_closely'] }, on: ['everything'] });

  it('includes all suitable types', () => {
    const onLent = ruleOf({
      id: 'look-at-lent',
      needs: { any: ['look_closely', 'burn'] },
      on: ['lent-toys', 'everything'],
    });

    expect(warningsWith([onAll, onLent], ['play', 'look_closely'], 'toy')).toEqual([
      'The key `robot` can do nothing in `toys` with the scope `look_closely`: the scope needs a resource of type `Everything`, `Lent Toys`.',
    ]);
  });

  it('is absent if one of several operations is allowed', () => {
    const onToys = ruleOf({ id: 'look-at-toy', needs: { all: ['look_closely'] }, on: ['toy'] });

    expect(warningsWith([onAll, onToys], ['play', 'look_closely'], 'toy')).toEqual([]);
  });

  it('relies on documented operations, and names those that an inferred one still allows', () => {
    const peek = {
      ...ruleOf({ id: 'peek', needs: { all: ['look_closely'] }, on: ['toy'] }),
      certainty: 'inferred',
    } as const;

    expect(warningsWith([onAll, peek], ['play', 'look_closely'], 'toy')).toEqual([
      `The key \`robot\` can do only \`${peek.label}\` in \`toys\` with the scope \`look_closely\`: the scope needs a resource of type \`Everything\`.`,
    ]);
    expect(warningsWith([peek], ['play', 'look_closely'], 'toy')).toEqual([]);
    expect(warningsWith([{ ...peek, on: ['everything'] }], ['play', 'look_closely'], 'toy')).toHaveLength(1);
  });

  it('is absent if another scope is missing too', () => {
    const both = ruleOf({ id: 'mend-all', needs: { all: ['look_closely', 'mend'] }, on: ['everything'] });

    expect(warningsWith([both], ['play', 'look_closely'], 'toy')).toEqual([]);
  });
});
