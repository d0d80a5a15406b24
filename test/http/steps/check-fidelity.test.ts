import { describe, expect, it } from 'vitest';
import type { Certainty } from '../../../src/decisions/rule.ts';
import { checkFidelity } from '../../../src/http/steps/decide.ts';
import { key, ruleOf } from '../../decisions/toy-law.ts';
import { NOW, toyRequest } from './toy-request.ts';

const createRequest = (certainty: Certainty, { fidelity = 'documented', ...service }: Record<string, unknown> = {}) =>
  toyRequest({
    server: { fidelity },
    service,
    route: { row: { id: 'row_of_toy', source: 'a page', certainty }, rule: null },
  });
const catchRejection = (request: ReturnType<typeof toyRequest>) => {
  try {
    checkFidelity(request);
    return null;
  } catch (thrown) {
    return thrown;
  }
};

describe('a server with `--fidelity documented`', () => {
  it('rejects an inferred operation and names the option that accepts it', () => {
    expect(catchRejection(createRequest('inferred'))).toMatchObject({
      kind: 'beyond_documentation',
      message:
        'get_toy is not documented well enough: the operation `row_of_toy` is `inferred` (a page). The mock runs with `--fidelity documented`. Use `--fidelity any` to call it.',
    });
  });

  it('accepts a contradicted operation with a finding', () => {
    const request = createRequest('contradicted');

    expect(catchRejection(request)).toBeNull();
    expect(request.reported).toEqual([
      [
        'finding',
        'contradicted_source',
        'get_toy was answered although its sources contradict each other: the operation `row_of_toy` is `contradicted` (a page)',
        NOW,
      ],
    ]);
  });

  it('accepts a documented operation without a finding', () => {
    const request = createRequest('documented');

    expect(catchRejection(request)).toBeNull();
    expect(request.reported).toEqual([]);
  });

  it('finds contradictions also in the rule and in what the rule adds for the key of the caller', () => {
    const documented = { source: 'a page', certainty: 'documented' } as const;
    const added = [{ types: ['lent-toys'], source: 'two pages', certainty: 'contradicted' as const }];
    const rule = ruleOf({ ...documented, on: ['toy', 'lent-toys'], added });
    const countFindings = (caller: ReturnType<typeof key> | null) => {
      const request = toyRequest({
        server: { fidelity: 'documented' },
        route: { row: { id: 'row_of_toy', ...documented }, rule },
        request: { caller },
      });
      expect(catchRejection(request)).toBeNull();
      return request.reported.length;
    };

    expect(countFindings(key(['play'], [{ type: 'toy' }]))).toBe(0);
    expect(countFindings(key(['play'], [{ type: 'lent-toys' }]))).toBe(1);
    expect(countFindings(null)).toBe(0);
  });
});

it('any fidelity is accepted with `--fidelity any` and by the control API', () => {
  for (const request of [
    createRequest('inferred', { fidelity: 'any' }),
    createRequest('inferred', { isControlApi: true }),
  ]) {
    expect(catchRejection(request)).toBeNull();
  }
  expect(catchRejection(createRequest('inferred', { isControlApi: false }))).not.toBeNull();
});
