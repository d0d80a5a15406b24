import { describe, expect, it } from 'vitest';
import { describeNeeds } from '../../../src/decisions/explaining/index.ts';
import type { OperationRow, Rule, Tables } from '../../../src/decisions/rule.ts';
import { sourced, TOY_TABLES } from '../toy-law.ts';

const ROW: OperationRow = { id: 'get_toy', rule: 'r', source: 'the toys’ document', certainty: 'documented' };

function describeToyNeeds(rule: Partial<Rule>, more: Partial<Tables> = {}) {
  const tables: Tables = { ...TOY_TABLES, rules: [{ id: 'r', label: 'R', needs: {}, ...sourced, ...rule }], ...more };
  return describeNeeds(tables, ROW);
}

describe('the needs of an operation', () => {
  const CASES: [text: string, rule: Partial<Rule>][] = [
    ['A credential, but no right.', {}],
    ['`play` (Play).', { needs: { all: ['play'] } }],
    ['`mend`.', { needs: { all: ['mend'] } }],
    ['`play` (Play), `mend` and `unheard-of`.', { needs: { all: ['play', 'mend', 'unheard-of'] } }],
    ['one of `play` (Play), `mend`.', { needs: { any: ['play', 'mend'] } }],
    ['`mend`.', { needs: { any: ['mend'] } }],
    ['`mend` and one of `play` (Play), `look` (Look At).', { needs: { all: ['mend'], any: ['play', 'look'] } }],
    ['`mend` and the role `Parent`.', { needs: { all: ['mend'], roles: ['Parent'] } }],
    ['`mend`, or the role `Parent`.', { needs: { all: ['mend'], orRoles: ['Parent'] } }],
    ['`mend`, or one of the roles `Parent`, `Player`.', { needs: { all: ['mend'], orRoles: ['Parent', 'Player'] } }],
    [
      '`mend`, of a key bound to All Toys, Toy or unheard-of.',
      { needs: { all: ['mend'] }, on: ['all-toys', 'toy', 'unheard-of'] },
    ],
    ['`mend`. Objects that are public need no such resource.', { needs: { all: ['mend'] }, open: ['public'] }],
    ['`mend`. Only the owner of the object may call this operation.', { needs: { all: ['mend'] }, ownersOnly: true }],
    ['`mend`. No key may call this operation, whatever its rights.', { needs: { all: ['mend'] }, closed: true }],
  ];

  it.each(CASES)('%s', (text, rule) => {
    expect(describeToyNeeds(rule).text).toBe(text);
  });

  it('are granted for resources if rights are permissions', () => {
    expect(describeToyNeeds({ needs: { all: ['mend'] }, on: ['toy'] }, { term: 'permission' }).text).toBe(
      '`mend`, granted for Toy.',
    );
  });

  it('are empty for a public operation unless its service describes them', () => {
    const row = { ...ROW, rule: 'public' };

    expect(describeNeeds(TOY_TABLES, row)).toEqual({
      text: 'No credential.',
      evidence: [{ about: 'the operation', certainty: 'documented', source: ROW.source }],
    });
    expect(describeNeeds(TOY_TABLES, row, 'A smile.').text).toBe('A smile.');
  });
});

it('the evidence lists the operation, its rule and the types that were added to the rule', () => {
  const added = [{ types: ['toy', 'toy-parts'], source: 'a guess', certainty: 'inferred' }] as const;

  expect(
    describeToyNeeds({ on: ['toy', 'toy-parts'], added, source: 'a rumour', certainty: 'observed' }).evidence,
  ).toEqual([
    { about: 'the operation', certainty: 'documented', source: ROW.source },
    { about: 'the rule', certainty: 'observed', source: 'a rumour' },
    { about: 'Toy and Toy Parts', certainty: 'inferred', source: 'a guess' },
  ]);
});
