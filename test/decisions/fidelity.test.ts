import { describe, expect, it } from 'vitest';
import { describeEntry, judgeFidelity } from '../../src/decisions/fidelity.ts';
import type { Certainty, OperationRow, Rule } from '../../src/decisions/rule.ts';
import { ruleOf } from './toy-law.ts';

const createRow = (certainty: Certainty) => ({ id: 'get_toy', source: 'a page', certainty }) as OperationRow;
const createRule = (certainty: Certainty, more: Partial<Rule> = {}) =>
  ruleOf({ id: 'play', source: 'a rule', certainty, ...more });
const OF_ROW = { kind: 'operation', id: 'get_toy', source: 'a page' };
const OF_RULE = { kind: 'rule', id: 'play', source: 'a rule' };

describe('an operation with `--fidelity documented`', () => {
  it.each(['documented', 'implied', 'observed'] as const)('is accepted if it is %s', (certainty) => {
    expect(judgeFidelity(createRow(certainty), null)).toEqual({ effect: 'answered', entry: null });
    expect(judgeFidelity(createRow('documented'), createRule(certainty))).toEqual({ effect: 'answered', entry: null });
  });

  it.each(['inferred', 'ours', 'unknown'] as const)(
    'is rejected if it is %s, but not if only its rule is',
    (certainty) => {
      expect(judgeFidelity(createRow(certainty), null)).toEqual({ effect: 'refused', entry: { ...OF_ROW, certainty } });
      expect(judgeFidelity(createRow(certainty), createRule('contradicted')).effect).toBe('refused');
      expect(judgeFidelity(createRow('documented'), createRule(certainty))).toEqual({
        effect: 'answered',
        entry: null,
      });
      expect(judgeFidelity(createRow('contradicted'), createRule(certainty)).effect).toBe('questioned');
    },
  );

  it('is accepted with a finding if it or its rule is contradicted', () => {
    const certainty = 'contradicted';

    expect(judgeFidelity(createRow(certainty), null)).toEqual({
      effect: 'questioned',
      entry: { ...OF_ROW, certainty },
    });
    expect(judgeFidelity(createRow('documented'), createRule(certainty))).toEqual({
      effect: 'questioned',
      entry: { ...OF_RULE, certainty },
    });
  });

  describe('with a rule that accepts an added type', () => {
    const added = [
      { types: ['lent-toys'], source: 'a guess', certainty: 'inferred' as const },
      { types: ['everything'], source: 'two pages', certainty: 'contradicted' as const },
    ];
    const accepting = createRule('documented', { on: ['toy', 'lent-toys', 'everything'], added });
    const readEffect = (...types: string[]) =>
      judgeFidelity(
        createRow('documented'),
        accepting,
        types.map((type) => ({ type })),
      );

    it('depends on the added type if the caller has no other type', () => {
      expect(readEffect('lent-toys').effect).toBe('answered');
      expect(readEffect('everything')).toEqual({
        effect: 'questioned',
        entry: { kind: 'rule', id: 'play', source: 'two pages', certainty: 'contradicted' },
      });
      expect(readEffect('lent-toys', 'everything').effect).toBe('questioned');
    });

    it('depends on the rule if the caller has another accepted type', () => {
      expect(readEffect('toy').effect).toBe('answered');
      expect(readEffect('toy', 'everything').effect).toBe('answered');
      expect(readEffect().effect).toBe('answered');
      expect(judgeFidelity(createRow('documented'), accepting, null).effect).toBe('answered');
      expect(judgeFidelity(createRow('documented'), accepting).effect).toBe('answered');
    });

    it('ignores types that the rule does not accept', () => {
      expect(readEffect('everything', 'all-toys').effect).toBe('questioned');
      expect(
        judgeFidelity(createRow('documented'), createRule('documented', { added }), [{ type: 'everything' }]).effect,
      ).toBe('answered');
      expect(
        judgeFidelity(createRow('documented'), createRule('documented', { on: ['toy'] }), [{ type: 'toy' }]).effect,
      ).toBe('answered');
    });
  });
});

it('an entry is described with its certainty and its source', () => {
  expect(describeEntry({ kind: 'rule', id: 'play', source: 'a page', certainty: 'ours' })).toBe(
    'the rule `play` is `ours` (a page)',
  );
});
