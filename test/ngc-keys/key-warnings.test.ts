import { describe, expect, it } from 'vitest';
import type { Rule } from '../../src/decisions/rule.ts';
import { createRuleset, type Ruleset } from '../../src/decisions/ruleset.ts';
import { findKeyWarnings } from '../../src/ngc-keys/key-warnings.ts';
import { ruleOf, sourced, TOY_TABLES } from '../decisions/toy-law.ts';

const rules = [
  ruleOf({ id: 'play', needs: { all: ['play'] }, on: ['toy', 'all-toys'] }),
  ruleOf({ id: 'mend', needs: { all: ['mend'] }, closed: true }),
  ruleOf({ id: 'look', needs: { all: ['look'], roles: ['Parent'] } }),
];
const rulesets = [createRuleset('toys', null, { ...TOY_TABLES, rules })];

/** The warnings about a key. */
const warningsAbout = (...about: Parameters<typeof findKeyWarnings>) => findKeyWarnings(...about).warnings;

const warnings = (scopes: readonly string[], resources: { type: string }[] = [], services = ['toys']) =>
  warningsAbout(rulesets, { name: 'robot', services, policy: { scopes, resources } });

describe('a service key that can do something is worth no warning', () => {
  it('with a scope that an operation is open to, on a type that it accepts', () => {
    expect(warnings(['play'], [{ type: 'all-toys' }])).toEqual([]);
  });
});

describe('a key that can do nothing is told why', () => {
  it('where it has no service', () => {
    expect(warnings(['play'], [], [])).toEqual([
      'The key `robot` has no service, so every service refuses it. Valid services are `toys`.',
    ]);
  });

  it('where it has no scope of its service', () => {
    expect(warnings([])).toEqual(['The key `robot` can do nothing in `toys`: it has no scope of `toys`.']);
  });

  it('and which types its scopes need, if any type would do', () => {
    const more = ruleOf({ id: 'burn', needs: { all: ['burn'] }, on: ['everything'] });
    const again = ruleOf({ id: 'blow', needs: { all: ['look'] }, on: ['everything'] });
    const ruleset = createRuleset('toys', null, { ...TOY_TABLES, rules: [...rules, more, again] });
    const policy = { scopes: ['play', 'burn', 'look', 'mend'], resources: [{ type: 'toy-parts' }] };

    expect(findKeyWarnings([ruleset], { name: 'robot', services: ['toys'], policy })).toEqual({
      isUseless: true,
      warnings: [
        'The key `robot` can do nothing in `toys`: its scopes and resource types allow no operation. The scope `play` needs a resource of type `Toy`, `All Toys`. The scopes `burn`, `look` need a resource of type `Everything`.',
      ],
    });
  });

  it('and is no longer useless once one scope can do something', () => {
    const about = (type: string) =>
      findKeyWarnings(rulesets, {
        name: 'robot',
        services: ['toys'],
        policy: { scopes: ['play'], resources: [{ type }] },
      });

    expect(about('toy-parts').isUseless).toBe(true);
    expect(about('toy').isUseless).toBe(false);
  });

  it.each([
    ['has scopes of closed operations', ['mend'], []],
    ['has scopes of operations that need a role', ['look'], []],
  ])('where it %s', (_what, scopes, resources) => {
    expect(warnings(scopes, resources)).toEqual([
      'The key `robot` can do nothing in `toys`: its scopes and resource types allow no operation.',
    ]);
  });
});

it('a personal key can do what its user can', () => {
  const laptop = { name: 'laptop', services: ['toys'], policy: null };

  expect(warningsAbout(rulesets, laptop)).toEqual([]);
  expect(warningsAbout(rulesets, { ...laptop, roles: ['Player'] })).toEqual([]);
  expect(warningsAbout(rulesets, { ...laptop, roles: ['Child', 'Parent'] })).toEqual([]);
  expect(warningsAbout(rulesets, { ...laptop, roles: [] })).toEqual([
    'The key `laptop` can do nothing: it is personal, and its user has no roles. Valid roles are `Player`, `Parent`.',
  ]);
  expect(warningsAbout(rulesets, { ...laptop, roles: ['Child'] })).toEqual([
    'The key `laptop` can do nothing in `toys`: the role `Child` of its user grants no rights there; `toys` has `Player`, `Parent`.',
  ]);
});

it('a service key is told of a scope that counts on other resource types than it has', () => {
  const burning = ruleOf({ id: 'burn', needs: { all: ['burn'] }, on: ['everything'] });
  const ruleset = createRuleset('toys', null, { ...TOY_TABLES, rules: [...rules, burning] });
  const reported = (scopes: readonly string[], type: string) =>
    warningsAbout([ruleset], { name: 'robot', services: ['toys'], policy: { scopes, resources: [{ type }] } });

  expect(reported(['play', 'burn'], 'toy')).toEqual([
    'The key `robot` can do nothing in `toys` with the scope `burn`: the scope needs a resource of type `Everything`.',
  ]);
  expect(reported(['play', 'mend'], 'toy')).toEqual([]);
  expect(reported(['burn'], 'everything')).toEqual([]);
});

describe('a service key without a resource is told what it covers, in the words of its service', () => {
  const open = ruleOf({ id: 'watch', needs: { all: ['look'] } });
  const ruleset = createRuleset('toys', null, { ...TOY_TABLES, rules: [...rules, open], unbound: 'covers no toy' });
  const reported = (scopes: readonly string[], resources: { type: string }[] = []) =>
    warningsAbout([ruleset], { name: 'robot', services: ['toys'], policy: { scopes, resources } });

  it('where its scopes need one', () => {
    expect(reported(['look', 'play'])).toEqual([
      'The key `robot` has no resource: a key without a resource covers no toy.',
    ]);
  });

  it('but not where they need none, or it has one', () => {
    expect(reported(['look'])).toEqual([]);
    expect(reported(['look', 'play'], [{ type: 'toy' }])).toEqual([]);
  });
});

describe('of several services', () => {
  const games = createRuleset('games', null, {
    ...TOY_TABLES,
    roles: [{ name: 'Gamer', permissions: ['look'], ...sourced }],
    rules: [ruleOf({ id: 'look', needs: { all: ['look'] } })],
  });
  const both = [...rulesets, games];
  const reported = (services: readonly string[], scopes: readonly string[], resources: { type: string }[] = []) =>
    warningsAbout(both, { name: 'robot', services, policy: { scopes, resources } });
  const toldLaptop = (all: readonly Ruleset[], services: readonly string[], roles: readonly string[]) =>
    warningsAbout(all, { name: 'laptop', services, policy: null, roles });

  it('a key is only told of its own', () => {
    expect(reported(['toys'], [])).toEqual(['The key `robot` can do nothing in `toys`: it has no scope of `toys`.']);
    expect(reported(['games'], [])).toEqual(['The key `robot` can do nothing in `games`: it has no scope of `games`.']);
  });

  it('one in which a key can do something is enough', () => {
    expect(reported(['toys', 'games'], ['look'])).toEqual([]);
    expect(reported(['toys', 'games'], [])).toHaveLength(2);
  });

  it('a personal key can do what a role of its user grants in one of them', () => {
    expect(toldLaptop(both, ['toys', 'games'], ['Gamer'])).toEqual([]);
    expect(toldLaptop(both, ['toys'], ['Gamer'])).toEqual([
      'The key `laptop` can do nothing in `toys`: the role `Gamer` of its user grants no rights there; `toys` has `Player`, `Parent`.',
    ]);
    expect(toldLaptop(both, ['toys'], ['Gamer', 'Child'])).toEqual([
      'The key `laptop` can do nothing in `toys`: the roles `Gamer`, `Child` of its user grant no rights there; `toys` has `Player`, `Parent`.',
    ]);
  });

  it('a personal key is of use where people manage keys, too, whatever it was made for', () => {
    const administration = createRuleset('ngc', null, games.tables);

    expect(toldLaptop([...rulesets, administration], ['toys'], ['Gamer'])).toEqual([]);
    expect(toldLaptop([...rulesets, administration], ['toys'], ['Child'])).toHaveLength(1);
  });

  it('a personal key can do nothing by a role that opens only what is closed, or what needs another role', () => {
    const closed = createRuleset('toys', null, { ...TOY_TABLES, rules: rules.slice(1) });

    expect(toldLaptop([closed], ['toys'], ['Player'])).toHaveLength(1);
    expect(toldLaptop([closed], ['toys'], ['Parent'])).toEqual([]);
    expect(
      toldLaptop([createRuleset('toys', null, { ...TOY_TABLES, rules: rules.slice(1, 2) })], ['toys'], ['Parent']),
    ).toHaveLength(1);
  });
});

describe('a scope that is of no use on the type of a key is told', () => {
  const toldOf = (more: readonly Rule[], scopes: readonly string[], type: string) => {
    const ruleset = createRuleset('toys', null, { ...TOY_TABLES, rules: [...rules, ...more] });
    return warningsAbout([ruleset], { name: 'robot', services: ['toys'], policy: { scopes, resources: [{ type }] } });
  };
  const onAll = ruleOf({ id: 'look-at-all', needs: { all: ['look_closely'] }, on: ['everything'] });

  it('with all types that would do', () => {
    const onLent = ruleOf({
      id: 'look-at-lent',
      needs: { any: ['look_closely', 'burn'] },
      on: ['lent-toys', 'everything'],
    });

    expect(toldOf([onAll, onLent], ['play', 'look_closely'], 'toy')).toEqual([
      'The key `robot` can do nothing in `toys` with the scope `look_closely`: the scope needs a resource of type `Everything`, `Lent Toys`.',
    ]);
  });

  it('but not where one of several operations is open with it', () => {
    const onToys = ruleOf({ id: 'look-at-toy', needs: { all: ['look_closely'] }, on: ['toy'] });

    expect(toldOf([onAll, onToys], ['play', 'look_closely'], 'toy')).toEqual([]);
  });

  it('but not where another scope is missing for them', () => {
    const both = ruleOf({ id: 'mend-all', needs: { all: ['look_closely', 'mend'] }, on: ['everything'] });

    expect(toldOf([both], ['play', 'look_closely'], 'toy')).toEqual([]);
  });
});
