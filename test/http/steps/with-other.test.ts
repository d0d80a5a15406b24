import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/decisions/decision.ts';
import { withOtherCredential } from '../../../src/http/steps/decide.ts';
import { ruleOf } from '../../decisions/toy-law.ts';
import { ALLOWED, toyRequest } from './toy-request.ts';

const PRESENTED = { kind: 'key', mark: 'm', hash: () => 'h' } as const;
const INPUT = { lookedUp: { found: 'nothing' } };
const INSTEAD = { id: 'key-2', name: 'other robot' };

/** The result of a denial if the service knows this other credential, and the calls to the service. */
async function denyFor(reason: Decision['reason'], instead: unknown = INSTEAD) {
  const calls: unknown[][] = [];
  const missing_scope = async (...parts: unknown[]) => {
    calls.push(parts);
    return instead;
  };
  const request = toyRequest({
    raw: { headers: [['authorization', 'key']] },
    route: { rule: ruleOf() },
    server: { extractors: [() => PRESENTED] },
    service: { decisionHelp: { credentialFinders: { missing_scope } } },
  });
  const refusal = { ...ALLOWED, effect: 'deny', reason, input: INPUT } as unknown as Decision;
  return { refusal, calls, request, reported: await withOtherCredential(request, refusal) };
}

describe('a denial', () => {
  it('names another credential that has the right, if the service knows one', async () => {
    const { refusal, calls, request, reported } = await denyFor('missing_scope');

    expect(reported).toEqual({ ...refusal, credential: { instead: INSTEAD } });
    expect(calls).toEqual([[{ input: INPUT, presented: [PRESENTED] }, request]]);
  });

  it('is unchanged if the service knows none', async () => {
    const { refusal, reported } = await denyFor('missing_scope', null);

    expect(reported).toBe(refusal);
  });

  it.each([['not_owner'], [null]] as const)(
    'is unchanged if the service has no finder for its reason: %s',
    async (reason) => {
      const { refusal, calls, reported } = await denyFor(reason);

      expect([reported, calls]).toEqual([refusal, []]);
    },
  );
});

it('a denial of a service without credential finders is unchanged', async () => {
  const refusal: Decision = { ...ALLOWED, effect: 'deny', reason: 'missing_scope' };

  expect(await withOtherCredential(toyRequest(), refusal)).toBe(refusal);
});
