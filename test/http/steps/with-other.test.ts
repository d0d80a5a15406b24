import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/decisions/decision.ts';
import { withOtherCredential } from '../../../src/http/steps/decide.ts';
import { ruleOf } from '../../decisions/toy-law.ts';
import { ALLOWED, toyRequest } from './toy-request.ts';

const PRESENTED = { kind: 'key', mark: 'm', hash: () => 'h' } as const;
const INPUT = { lookedUp: { found: 'nothing' } };
const INSTEAD = { id: 'key-2', name: 'other robot' };

/** What becomes of a refusal if the service knows this other credential, and what it was asked. */
async function refusedFor(reason: Decision['reason'], instead: unknown = INSTEAD) {
  const asked: unknown[][] = [];
  const missing_scope = async (...parts: unknown[]) => {
    asked.push(parts);
    return instead;
  };
  const request = toyRequest({
    raw: { headers: [['authorization', 'key']] },
    route: { rule: ruleOf() },
    server: { extractors: [() => PRESENTED] },
    service: { decisionHelp: { credentialFinders: { missing_scope } } },
  });
  const refusal = { ...ALLOWED, effect: 'deny', reason, input: INPUT } as unknown as Decision;
  return { refusal, asked, request, reported: await withOtherCredential(request, refusal) };
}

describe('a refusal', () => {
  it('names another credential that would do, if the service knows one', async () => {
    const { refusal, asked, request, reported } = await refusedFor('missing_scope');

    expect(reported).toEqual({ ...refusal, credential: { instead: INSTEAD } });
    expect(asked).toEqual([[{ input: INPUT, presented: [PRESENTED] }, request]]);
  });

  it('stays as it is if the service knows none', async () => {
    const { refusal, reported } = await refusedFor('missing_scope', null);

    expect(reported).toBe(refusal);
  });

  it.each([['not_owner'], [null]] as const)('stays as it is where nobody looks for one: %s', async (reason) => {
    const { refusal, asked, reported } = await refusedFor(reason);

    expect([reported, asked]).toEqual([refusal, []]);
  });
});

it('a service that knows no other credentials is not asked for one', async () => {
  const refusal: Decision = { ...ALLOWED, effect: 'deny', reason: 'missing_scope' };

  expect(await withOtherCredential(toyRequest(), refusal)).toBe(refusal);
});
