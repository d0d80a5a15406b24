import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/decisions/problem.ts';
import { record } from '../../../src/http/steps/record.ts';
import { ALLOWED, faultThat, NOW, toyRequest } from './toy-request.ts';

const ADDRESSEE = { service: 'toys', operation: 'get_toy' };
const ANSWER = { status: 200, headers: { 'content-type': 'application/json' }, payload: '{"name":"ball"}' };
const recorded = (request: Parameters<typeof toyRequest>[0] = {}, answer: Parameters<typeof record>[2] = ANSWER) => {
  const arrived = toyRequest(request);
  record(arrived, ADDRESSEE, answer);
  expect(arrived.reported.map(([what]) => what)).toEqual(['request']);
  return arrived.reported[0]?.[1];
};

describe('the journal has of a request', () => {
  it('what was asked, what was decided, and what was answered', () => {
    const hints = [{ code: 'h', text: 'Look.' }] as never;
    const sent = { text: '{}', form: 'bytes', size: 2 } as const;
    const request = {
      decision: { ...ALLOWED, reason: 'not_owner' },
      sent,
      hints,
      isExecuted: true,
      wouldBe: 403,
    } as const;

    expect(
      recorded({
        request,
        raw: {
          headers: [
            ['Host', 'mock'],
            ['A', 'b'],
          ],
        },
        world: { id: 'team-a' },
      }),
    ).toEqual({
      at: NOW,
      world: 'team-a',
      service: 'toys',
      operation: 'get_toy',
      method: 'GET',
      url: '/toys/ball?loud=1',
      status: 200,
      wouldBe: 403,
      principal: ALLOWED.principal,
      reason: 'not_owner',
      decision: 'd-1',
      explanation: null,
      hints,
      fault: null,
      done: true,
      startedAt: expect.any(Number),
      durationMs: expect.any(Number),
      tokenExpiresAt: null,
      requestHeaders: 'Host\nmock\nA\nb',
      requestBody: sent,
      responseHeaders: ANSWER.headers,
      responseBody: { text: '{"name":"ball"}', form: 'text', size: 15 },
    });
  });

  it('what was found to be wrong with it while it was answered, if anything was', () => {
    const report = (kind: string, message: string) => ({ kind, message });
    const request = toyRequest({ world: { findings: { report } } });
    request.findings.report('other_version', 'It is of 2.0.', NOW);
    record(request, ADDRESSEE, ANSWER);

    expect(request.reported[0]?.[1]).toMatchObject({ findings: [{ kind: 'other_version', message: 'It is of 2.0.' }] });
    expect(recorded()).not.toHaveProperty('findings');
  });

  it('that its answer is not one of the mock, if a fault gave it', () => {
    const injectedFault = faultThat({ answer: { status: 200 } });
    const problem = new Problem('invalid_request', 'A name is missing.');

    expect(recorded({ request: { injectedFault, problem } })).toMatchObject({
      explanation: 'The fault f-1 defined this response.',
    });
    expect(recorded({ request: { injectedFault: faultThat({ status: 503 }), problem } })).toMatchObject({
      explanation: 'A name is missing.',
    });
  });

  it('nothing of a decision where there was none', () => {
    expect(recorded()).toMatchObject({ reason: null, decision: null, fault: null, done: false, principal: null });
  });

  it.each([
    ['no decision', null, 'A name is missing.'],
    ['a decision that allowed it', ALLOWED, 'A name is missing.'],
    [
      'a refusal that was only recorded',
      { ...ALLOWED, effect: 'deny', enforced: false } as const,
      'A name is missing.',
    ],
    ['a decision that says why', { ...ALLOWED, effect: 'deny' } as const, null],
  ])('what was wrong with it, with %s', (_what, decision, explanation) => {
    const problem = new Problem('invalid_request', 'A name is missing.');

    expect(recorded({ request: { decision, problem } })).toMatchObject({ explanation });
    expect(recorded({ request: { decision, outcome: { status: 400, refusal: problem } } })).toMatchObject({
      explanation,
    });
  });

  it('no credential of what was wrong with it', () => {
    const problem = new Problem('unknown_path', `No operation has the path \`/toys/nvapi-${'x'.repeat(64)}\`.`);

    expect(recorded({ request: { problem } })).toMatchObject({
      explanation: 'No operation has the path `/toys/nvapi-...`.',
    });
  });

  it('how long it took', () => {
    const begin = performance.now() - 1000;
    const { durationMs } = recorded({ request: { startedAt: begin } }) as { durationMs: number };

    expect(durationMs).toBeGreaterThanOrEqual(1000);
    expect(durationMs).toBeLessThan(60_000);
  });

  it('the root, where it named no path', () => {
    const arrived = toyRequest();
    delete arrived.raw.url;
    record(arrived, ADDRESSEE, ANSWER);

    expect(arrived.reported[0]?.[1]).toMatchObject({ url: '/' });
  });

  it.each([
    ['before', null],
    ['headers', null],
    ['body', 200],
  ] as const)('the fault that struck it; the connection broke: %s', (drop, status) => {
    expect(recorded({ request: { injectedFault: faultThat({ drop }) } })).toMatchObject({ fault: 'f-1', status });
  });
});
