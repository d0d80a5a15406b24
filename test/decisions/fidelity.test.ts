import { describe, expect, it } from 'vitest';
import { describeEntry, judgeFidelity } from '../../src/decisions/fidelity.ts';
import type { Certainty, OperationRow, Rule } from '../../src/decisions/rule.ts';
import { ruleOf } from './toy-law.ts';

const row = (certainty: Certainty) => ({ id: 'get_toy', source: 'a page', certainty }) as OperationRow;
const rule = (certainty: Certainty, more: Partial<Rule> = {}) =>
  ruleOf({ id: 'play', source: 'a rule', certainty, ...more });
const OF_ROW = { kind: 'operation', id: 'get_toy', source: 'a page' };
const OF_RULE = { kind: 'rule', id: 'play', source: 'a rule' };

describe('where only what is documented is answered, an operation', () => {
  it.each(['documented', 'implied', 'observed'] as const)('that is %s is answered', (certainty) => {
    expect(judgeFidelity(row(certainty), null)).toEqual({ effect: 'answered', entry: null });
    expect(judgeFidelity(row('documented'), rule(certainty))).toEqual({ effect: 'answered', entry: null });
  });

  it.each(['inferred', 'ours', 'unknown'] as const)(
    'that is %s is refused, and answered if only its rule is',
    (certainty) => {
      expect(judgeFidelity(row(certainty), null)).toEqual({ effect: 'refused', entry: { ...OF_ROW, certainty } });
      expect(judgeFidelity(row(certainty), rule('contradicted')).effect).toBe('refused');
      expect(judgeFidelity(row('documented'), rule(certainty))).toEqual({ effect: 'answered', entry: null });
      expect(judgeFidelity(row('contradicted'), rule(certainty)).effect).toBe('questioned');
    },
  );

  it('that is contradicted is answered with a finding, or if its rule is', () => {
    const certainty = 'contradicted';

    expect(judgeFidelity(row(certainty), null)).toEqual({ effect: 'questioned', entry: { ...OF_ROW, certainty } });
    expect(judgeFidelity(row('documented'), rule(certainty))).toEqual({
      effect: 'questioned',
      entry: { ...OF_RULE, certainty },
    });
  });

  describe('whose rule accepts a type that was added', () => {
    const added = [
      { types: ['lent-toys'], source: 'a guess', certainty: 'inferred' as const },
      { types: ['everything'], source: 'two pages', certainty: 'contradicted' as const },
    ];
    const accepting = rule('documented', { on: ['toy', 'lent-toys', 'everything'], added });
    const effectFor = (...types: string[]) =>
      judgeFidelity(
        row('documented'),
        accepting,
        types.map((type) => ({ type })),
      );

    it('rests on that, if the caller has no other', () => {
      expect(effectFor('lent-toys').effect).toBe('answered');
      expect(effectFor('everything')).toEqual({
        effect: 'questioned',
        entry: { kind: 'rule', id: 'play', source: 'two pages', certainty: 'contradicted' },
      });
      expect(effectFor('lent-toys', 'everything').effect).toBe('questioned');
    });

    it('rests on the rule, if the caller has another that it accepts', () => {
      expect(effectFor('toy').effect).toBe('answered');
      expect(effectFor('toy', 'everything').effect).toBe('answered');
      expect(effectFor().effect).toBe('answered');
      expect(judgeFidelity(row('documented'), accepting, null).effect).toBe('answered');
      expect(judgeFidelity(row('documented'), accepting).effect).toBe('answered');
    });

    it('does not look at types that the rule does not accept', () => {
      expect(effectFor('everything', 'all-toys').effect).toBe('questioned');
      expect(judgeFidelity(row('documented'), rule('documented', { added }), [{ type: 'everything' }]).effect).toBe(
        'answered',
      );
      expect(judgeFidelity(row('documented'), rule('documented', { on: ['toy'] }), [{ type: 'toy' }]).effect).toBe(
        'answered',
      );
    });
  });
});

it('an entry is told with its certainty and its source', () => {
  expect(describeEntry({ kind: 'rule', id: 'play', source: 'a page', certainty: 'ours' })).toBe(
    'the rule `play` is `ours` (a page)',
  );
});
