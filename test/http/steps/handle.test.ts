import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/decisions/problem.ts';
import { runHandler } from '../../../src/http/service.ts';
import { NOW, toyRequest } from './toy-request.ts';

const createRequest = (outcome: object, parts: Parameters<typeof toyRequest>[0] = {}) =>
  toyRequest({ ...parts, route: { handler: async () => outcome } });

describe('an operation', () => {
  it('receives its context, and its result is the outcome', async () => {
    const outcome = { status: 201 };
    const contexts: unknown[] = [];
    const handler = (context: unknown) => {
      contexts.push(context);
      return outcome;
    };
    const request = toyRequest({ route: { handler } });
    await runHandler(request);

    expect(contexts).toEqual([request]);
    expect(request.answer).toMatchObject({ outcome, isExecuted: true, decision: null });
    expect(request.hints.list).toEqual([]);
  });

  it('that returns a refusal is not executed and gets a denial', async () => {
    const refusal = new Problem('bad_credentials', 'No.', { reason: 'disabled' });
    const request = createRequest({ status: 200, refusal });
    await runHandler(request);

    expect(request.answer).toMatchObject({ outcome: { status: 200 }, isExecuted: false });
    expect(request.answer.decision).toMatchObject({
      id: 'd-1',
      at: NOW,
      effect: 'deny',
      reason: 'disabled',
      principal: null,
    });
  });
});

describe('a hint', () => {
  const hint = { code: 'toys.loud', when: () => 'It is loud.' };
  const hinting = { decisionHelp: { hints: [hint] } };

  it('is in the decision if the operation returned a refusal with a reason', async () => {
    const refusal = new Problem('bad_credentials', 'No.', { reason: 'disabled' });
    const request = createRequest({ status: 200, refusal }, { service: hinting });
    await runHandler(request);

    expect(request.hints.list).toMatchObject([{ text: 'It is loud.' }]);
    expect(request.answer.decision?.hints).toEqual(['It is loud.']);
  });

  it('needs no decision if the refusal has no reason', async () => {
    const request = createRequest(
      { status: 200, refusal: new Problem('invalid_request', 'No.') },
      { service: hinting },
    );
    await runHandler(request);

    expect(request.answer.decision).toBeNull();
    expect(request.hints.list).toMatchObject([{ text: 'It is loud.' }]);
  });

  it('is added for a client that requests too many tokens', async () => {
    const principal = { kind: 'application', id: 'bot', name: 'bot', clientId: 'bot' };
    const calls: unknown[][] = [];
    const tokenUsage = {
      countGrant: (...parts: unknown[]) => {
        calls.push(parts);
        return 100;
      },
    };
    const request = createRequest(
      { status: 200, principal },
      { world: { tokenUsage }, service: { tokenLifetime: () => 3600_000 } },
    );
    await runHandler(request);

    expect(calls).toEqual([['bot bot', NOW, 3600_000]]);
    expect(request.hints.list).toHaveLength(1);
    expect(request.answer.isExecuted).toBe(true);
  });
});
