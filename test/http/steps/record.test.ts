import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/decisions/problem.ts';
import { record } from '../../../src/http/steps/record.ts';
import type { Draft } from '../../../src/journal/entry.ts';
import { ALLOWED, createFault, NOW, toyRequest } from './toy-request.ts';

const ANSWER = { headers: { 'content-type': 'application/json' }, payload: '{"name":"ball"}' };
const recordToy = (request: Parameters<typeof toyRequest>[0] = {}, answer: Parameters<typeof record>[2] = ANSWER) => {
  const toy = toyRequest({ answer: {}, ...request });
  record(toy, 'toys', answer);
  expect(toy.reported.map(([kind]) => kind)).toEqual(['request']);
  return toy.reported[0]?.[1] as Draft;
};

describe('the journal entry of a request', () => {
  it('contains the request, the decision and the response', () => {
    const hints = [{ code: 'h', text: 'Look.' }] as never;
    const sent = { bytes: Buffer.from('{}'), size: 2 };
    const decision = { ...ALLOWED, reason: 'not_owner' } as const;

    const { responseBody, ...entry } = recordToy({
      answer: { decision, isExecuted: true, statusWithoutFault: 403 },
      notes: { sent },
      hints,
      raw: {
        headers: [
          ['Host', 'mock'],
          ['A', 'b'],
        ],
      },
      world: { id: 'team-a' },
    });

    expect([String(responseBody.bytes), responseBody.size]).toEqual(['{"name":"ball"}', 15]);
    expect(entry).toEqual({
      at: NOW,
      world: 'team-a',
      service: 'toys',
      operation: 'get_toy',
      method: 'GET',
      url: '/toys/ball?loud=1',
      origin: 'http://localhost',
      target: '/toys/ball?loud=1',
      status: 200,
      statusWithoutFault: 403,
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
    });
  });

  it('contains the hints about the request, if there are any', () => {
    const request = toyRequest({ answer: {} });
    request.hints.add('other_version', 'It is of 2.0.');
    record(request, 'toys', ANSWER);

    expect(request.reported.at(-1)?.[1]).toMatchObject({ hints: [{ code: 'other_version', text: 'It is of 2.0.' }] });
    expect(recordToy()).toMatchObject({ hints: [] });
  });

  it('names the fault that gave the response', () => {
    const injectedFault = createFault({ answer: { status: 200 } });
    const problem = new Problem('invalid_request', 'A name is missing.');

    expect(recordToy({ notes: { injectedFault }, answer: { problem } })).toMatchObject({
      explanation: 'The fault f-1 defined this response.',
    });
    expect(recordToy({ notes: { injectedFault: createFault({ status: 503 }) }, answer: { problem } })).toMatchObject({
      explanation: 'A name is missing.',
    });
  });

  describe('of a grant', () => {
    const LIFETIME_MS = 90_400;
    const grant = (injectedFault: ReturnType<typeof createFault> | null, now = NOW) =>
      recordToy({
        service: { tokenLifetime: () => LIFETIME_MS },
        world: { clock: { now: () => now } },
        notes: { injectedFault },
        answer: { outcome: { status: 200, principal: ALLOWED.principal as never } },
      });

    it('contains the expiry of the token, in whole seconds', () => {
      expect(grant(null)).toMatchObject({ tokenExpiresAt: NOW + 90_000 });
      expect(grant(null, NOW + 600)).toMatchObject({ tokenExpiresAt: NOW + 91_000 });
    });

    it.each<[string, Parameters<typeof createFault>[0], isReadable: boolean]>([
      ['a delayed response', { delay: { min: 1, max: 1 } }, true],
      ['a slow body', { body: 'slow' }, true],
      ['a truncated body', { body: 'truncated' } as never, false],
      ['a connection dropped before the response', { drop: 'before' }, false],
      ['a connection dropped in a slow body', { drop: 'body', body: 'slow' }, false],
    ])('contains it only if the client can read the token: %s', (_what, action, isReadable) => {
      expect(grant(createFault(action))).toMatchObject({ tokenExpiresAt: isReadable ? NOW + 90_000 : null });
    });

    it.each([{}, { tokenLifetime: () => undefined }])(
      'contains no expiry if its service has no lifetime: %j',
      (service) => {
        const outcome = { status: 200, principal: ALLOWED.principal } as never;

        expect(recordToy({ service, answer: { outcome } })).toMatchObject({ tokenExpiresAt: null });
      },
    );

    it('contains no expiry if nothing was granted', () => {
      const service = { tokenLifetime: () => LIFETIME_MS };

      expect(recordToy({ service })).toMatchObject({ tokenExpiresAt: null });
    });
  });

  it('contains no decision if there was none', () => {
    expect(recordToy()).toMatchObject({ reason: null, decision: null, fault: null, done: false, principal: null });
  });

  it.each([
    ['no decision', null, 'A name is missing.'],
    ['an allowed decision', ALLOWED, 'A name is missing.'],
    ['a denial', { ...ALLOWED, effect: 'deny' } as const, null],
  ])('contains the explanation of a problem unless the decision explains it: %s', (_what, decision, explanation) => {
    const problem = new Problem('invalid_request', 'A name is missing.');

    expect(recordToy({ answer: { decision, problem } })).toMatchObject({ explanation });
    expect(recordToy({ answer: { decision, outcome: { status: 400, refusal: problem } } })).toMatchObject({
      explanation,
    });
  });

  it('contains no credential in its explanation', () => {
    const problem = new Problem('unknown_path', `No operation has the path \`/toys/nvapi-${'x'.repeat(64)}\`.`);

    expect(recordToy({ answer: { problem } })).toMatchObject({
      explanation: 'No operation has the path `/toys/nvapi-...`.',
    });
  });

  it('contains its duration', () => {
    const begin = performance.now() - 1000;
    const { durationMs } = recordToy({ request: { startedAt: begin } }) as { durationMs: number };

    expect(durationMs).toBeGreaterThanOrEqual(1000);
    expect(durationMs).toBeLessThan(60_000);
  });

  it('contains the root path if the request has no path', () => {
    const toy = toyRequest({ answer: {} });
    delete toy.raw.url;
    record(toy, 'toys', ANSWER);

    expect(toy.reported[0]?.[1]).toMatchObject({ url: '/' });
  });

  it.each([
    ['before', null],
    ['headers', null],
    ['body', 200],
  ] as const)('contains the fault that dropped the connection: %s', (drop, status) => {
    expect(recordToy({ notes: { injectedFault: createFault({ drop }) } })).toMatchObject({ fault: 'f-1', status });
  });
});
