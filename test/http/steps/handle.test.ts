import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/decisions/problem.ts';
import { runHandler } from '../../../src/http/service.ts';
import { NOW, toyRequest } from './toy-request.ts';

const reported = (outcome: object, given: Parameters<typeof toyRequest>[0] = {}) =>
  toyRequest({ ...given, route: { handler: async () => outcome } });

describe('an operation', () => {
  it('is given the context, and what it answers is the outcome', async () => {
    const outcome = { status: 201 };
    const given: unknown[] = [];
    const handler = (context: unknown) => {
      given.push(context);
      return outcome;
    };
    const request = toyRequest({ route: { handler } });
    await runHandler(request);

    expect(given).toEqual([request]);
    expect(request).toMatchObject({ outcome, isExecuted: true, decision: null, hints: [] });
  });

  it('that refuses in words of its own has not done it, and that is a decision', async () => {
    const refusal = new Problem('bad_credentials', 'No.', { reason: 'disabled' });
    const request = reported({ status: 200, refusal });
    await runHandler(request);

    expect(request).toMatchObject({ isExecuted: false, hints: [] });
    expect(request.decision).toMatchObject({ id: 'd-1', at: NOW, effect: 'deny', reason: 'disabled', principal: null });
    expect(request.outcome).toMatchObject({ status: 200 });
  });
});

describe('what somebody may have got wrong is said', () => {
  const hint = { code: 'toys.loud', when: () => 'It is loud.' };
  const hinting = { decisionHelp: { hints: [hint] } };

  it('with the decision and in a header, if the operation refused for a reason', async () => {
    const refusal = new Problem('bad_credentials', 'No.', { reason: 'disabled' });
    const request = reported({ status: 200, refusal }, { service: hinting });
    await runHandler(request);

    expect(request.hints).toMatchObject([{ text: 'It is loud.' }]);
    expect(request.decision?.hints).toEqual(['It is loud.']);
    expect(request.outcome.headers).toEqual({ 'x-mock-hint': 'It is loud.' });
  });

  it('in a header alone, if it refused without one', async () => {
    const request = reported({ status: 200, refusal: new Problem('invalid_request', 'No.') }, { service: hinting });
    await runHandler(request);

    expect(request.decision).toBeNull();
    expect(request.outcome.headers).toEqual({ 'x-mock-hint': 'It is loud.' });
  });

  it('to a client that asks for tokens more often than it needs them', async () => {
    const principal = { kind: 'application', id: 'bot', name: 'bot', clientId: 'bot' };
    const asked: unknown[][] = [];
    const tokenUsage = {
      countGrant: (...parts: unknown[]) => {
        asked.push(parts);
        return 100;
      },
    };
    const request = reported(
      { status: 200, principal },
      { world: { tokenUsage }, service: { tokens: { lifetime: () => 3600_000 } } },
    );
    await runHandler(request);

    expect(asked).toEqual([['bot bot', NOW, 3600_000]]);
    expect(request.hints).toHaveLength(1);
    expect(request.isExecuted).toBe(true);
  });
});
