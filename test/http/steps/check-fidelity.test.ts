import { describe, expect, it } from 'vitest';
import type { Certainty } from '../../../src/decisions/rule.ts';
import { checkFidelity } from '../../../src/http/steps/decide.ts';
import { key, ruleOf } from '../../decisions/toy-law.ts';
import { NOW, toyRequest } from './toy-request.ts';

const asked = (certainty: Certainty, { fidelity = 'documented', ...service }: Record<string, unknown> = {}) =>
  toyRequest({
    server: { fidelity },
    service,
    route: { row: { id: 'row_of_toy', source: 'a page', certainty }, rule: null },
  });
const refusalOf = (request: ReturnType<typeof toyRequest>) => {
  try {
    checkFidelity(request);
    return null;
  } catch (thrown) {
    return thrown;
  }
};

describe('a server that answers only what is documented', () => {
  it('refuses what is inferred, and says what would answer it', () => {
    expect(refusalOf(asked('inferred'))).toMatchObject({
      kind: 'beyond_documentation',
      message:
        'get_toy is not documented well enough: the operation `row_of_toy` is `inferred` (a page). The mock runs with `--fidelity documented`. Use `--fidelity any` to call it.',
    });
  });

  it('answers what is contradicted, which is worth knowing', () => {
    const request = asked('contradicted');

    expect(refusalOf(request)).toBeNull();
    expect(request.reported).toEqual([
      [
        'finding',
        'contradicted_source',
        'get_toy was answered although its sources contradict each other: the operation `row_of_toy` is `contradicted` (a page)',
        NOW,
      ],
    ]);
  });

  it('answers what is documented, and there is nothing to say', () => {
    const request = asked('documented');

    expect(refusalOf(request)).toBeNull();
    expect(request.reported).toEqual([]);
  });

  it('finds a contradiction also in the rule, and in what it adds for the key of the caller', () => {
    const documented = { source: 'a page', certainty: 'documented' } as const;
    const added = [{ types: ['lent-toys'], source: 'two pages', certainty: 'contradicted' as const }];
    const rule = ruleOf({ ...documented, on: ['toy', 'lent-toys'], added });
    const findingsFor = (caller: ReturnType<typeof key> | null) => {
      const request = toyRequest({
        server: { fidelity: 'documented' },
        route: { row: { id: 'row_of_toy', ...documented }, rule },
        request: { caller },
      });
      expect(refusalOf(request)).toBeNull();
      return request.reported.length;
    };

    expect(findingsFor(key(['play'], [{ type: 'toy' }]))).toBe(0);
    expect(findingsFor(key(['play'], [{ type: 'lent-toys' }]))).toBe(1);
    expect(findingsFor(null)).toBe(0);
  });
});

it('a server that answers everything vouches for nothing, and nobody vouches for the switchboard', () => {
  for (const request of [asked('inferred', { fidelity: 'any' }), asked('inferred', { isControlApi: true })]) {
    expect(refusalOf(request)).toBeNull();
  }
  expect(refusalOf(asked('inferred', { isControlApi: false }))).not.toBeNull();
});
