import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Problem, type ProblemKind } from '../../../src/core/problem.ts';
import type { Payload } from '../../../src/http/request.ts';
import { logRefusal, reportAnswer } from '../../../src/http/steps/record.ts';
import { ruleOf, toyLaw } from '../../core/toy-law.ts';
import { toySecrets } from '../../journal/toy-secrets.ts';
import { ALLOWED, faultThat, toyRequest } from './toy-request.ts';

const REFUSED = { ...ALLOWED, id: 'd-2', effect: 'deny', reason: 'not_owner' } as const;
const lines = ({ reported }: ReturnType<typeof toyRequest>) =>
  reported.filter(([what]) => ['info', 'error', 'debug'].includes(String(what)));

/** Reports the answer to a request. @returns the headers that it has then */
function report(request: ReturnType<typeof toyRequest>, payload?: Payload, headers: Record<string, unknown> = {}) {
  const all = { ...headers };
  const reply = { header: (name: string, value: unknown) => (all[name] = value), getHeaders: () => all };
  reportAnswer(request, reply as never, payload);
  return all;
}

describe('an answer has', () => {
  it('its decision, which the world keeps, and is recorded as it is sent', () => {
    const request = toyRequest({ request: { decision: ALLOWED } });
    const headers = report(request, '{"name":"ball"}', { 'content-type': 'application/json; charset=utf-8', age: 7 });

    expect(headers).toEqual({
      'content-type': 'application/json; charset=utf-8',
      age: 7,
      'x-mock-decision': '{"id":"d-1","effect":"allow"}',
    });
    expect(request.reported).toEqual([
      ['decision', ALLOWED],
      [
        'request',
        expect.objectContaining({
          service: 'toys',
          operation: 'get_toy',
          status: 200,
          responseHeaders: { ...headers, age: '7' },
          responseBody: expect.objectContaining({ text: '{"name":"ball"}', size: 15 }),
        }),
      ],
    ]);
  });

  it('the use of a right, which the world notes with the path as it is recorded', () => {
    const accessRequest = { rule: ruleOf(), ruleset: toyLaw };
    const asked = { method: 'GET', path: '/toys/ball?password=secret' };
    const used = (given: object) =>
      toyRequest({ request: { accessRequest, decision: { ...ALLOWED, request: asked }, ...given } });
    const flights = [
      used({ use: { lookedUp: null } }),
      used({}),
      used({ use: { lookedUp: null }, decision: { ...ALLOWED, principal: null } }),
    ];
    for (const request of flights) report(request);

    const uses = flights.map(({ reported }) => reported.filter(([what]) => what === 'use'));
    const noted = { method: 'GET', path: expect.stringMatching(/^\/toys\/ball\?password=sha256:/) };
    expect(uses).toEqual([[['use', ALLOWED.principal, 'get_toy', accessRequest, null, noted]], [], []]);
  });

  it('no decision where nobody is to know, and the world keeps it all the same', () => {
    const request = toyRequest({ server: { explain: false }, request: { decision: ALLOWED } });

    expect(report(request)).toEqual({});
    expect(request.reported[0]).toEqual(['decision', ALLOWED]);
  });

  it('no decision, if there was none', () => {
    const request = toyRequest();

    expect(report(request)).toEqual({});
    expect(request.reported.map(([what]) => what)).toEqual(['request']);
  });

  it('no record if the control API gave it', () => {
    const request = toyRequest({ service: { isControlApi: true } });
    report(request);

    expect(request.reported).toEqual([]);
  });

  it('no body in its record if that is made while it is read', () => {
    const request = toyRequest();
    report(request, Readable.from(['a']));

    expect(request.reported).toEqual([
      ['request', expect.objectContaining({ responseBody: { text: null, form: 'text', size: 0 } })],
    ]);
  });

  it('the fault that is injected into it', () => {
    const request = toyRequest({ request: { injectedFault: faultThat({ drop: 'body' }) } });
    const headers = report(request);

    expect(headers).toEqual({ 'x-mock-fault': 'f-1' });
    expect(request.reported).toEqual([
      ['request', expect.objectContaining({ fault: 'f-1', responseHeaders: { 'x-mock-fault': 'f-1' } })],
    ]);
  });
});

describe('the log has', () => {
  it('a line for a refusal, with its reason and its decision', () => {
    const request = toyRequest({ world: { id: 'team-a' }, request: { decision: REFUSED, outcome: { status: 403 } } });
    report(request);

    expect(lines(request)).toEqual([
      [
        'info',
        '403 GET /toys/ball - get_toy was refused: the object is visible to the caller, but only its owner may do this [decision d-2] [world team-a]',
        { decision: 'd-2' },
      ],
    ]);
  });

  it('a line for a request that could not be read', () => {
    const problem = new Problem('invalid_request', 'Field `size` is wrong.');
    const request = toyRequest({ request: { problem, outcome: { status: 400 } } });
    report(request);

    expect(lines(request)).toEqual([['info', '400 GET /toys/ball - Field `size` is wrong.']]);
  });

  it('a line for any other answer if somebody wants every one', () => {
    const [wanted, other] = [
      toyRequest({ world: { id: 'team-a' }, request: { decision: ALLOWED } }),
      toyRequest({ request: { decision: ALLOWED } }),
    ];
    Object.assign(wanted.server.log, { debugging: true });
    report(wanted);
    report(other);

    expect(lines(wanted)).toEqual([['debug', '200 GET /toys/ball [world team-a]', { decision: 'd-1' }]]);
    expect(lines(other)).toEqual([]);
  });

  it('no decision in that line if there was none', () => {
    const request = toyRequest();
    Object.assign(request.server.log, { debugging: true });
    report(request);

    expect(lines(request)).toEqual([['debug', '200 GET /toys/ball', { decision: undefined }]]);
  });

  it.each<[kind: ProblemKind, line: unknown[]]>([
    ['internal', ['error', '500 GET /toys/ball - Oh. [world x]', 'why']],
    ['storage_full', ['error', '500 GET /toys/ball - Oh. [world x]']],
    ['storage_failing', ['error', '500 GET /toys/ball - Oh. [world x]']],
    ['not_found', ['info', '500 GET /toys/ball - Oh. [world x]']],
  ])('%s at the level that it deserves', (kind, line) => {
    const request = toyRequest();
    logRefusal(
      request.server.log,
      request.raw,
      500,
      new Problem(kind, 'Oh.', { cause: 'why' }),
      ' [world x]',
      toySecrets(),
    );

    expect(lines(request)).toEqual([line]);
  });
});

describe('the metrics count', () => {
  const counted = (request: Parameters<typeof toyRequest>[0]) => {
    const seen: unknown[] = [];
    report(toyRequest({ ...request, server: { metrics: { answered: (one: unknown) => seen.push(one) } } }));
    return seen;
  };
  const problem = new Problem('invalid_request', 'Field `size` is wrong.');

  it.each<[what: string, request: object, status: number, reason: string | null]>([
    ['an answer', {}, 200, null],
    ['an answer that was allowed', { decision: { ...ALLOWED, reason: 'not_owner' } }, 200, null],
    ['a refusal by its reason', { decision: REFUSED, problem, outcome: { status: 403 } }, 403, 'not_owner'],
    ['a refusal that names no reason', { decision: { ...REFUSED, reason: null }, outcome: { status: 403 } }, 403, null],
    ['a request that could not be read by its problem', { problem, outcome: { status: 400 } }, 400, 'invalid_request'],
    [
      'what failed although it was allowed',
      { decision: ALLOWED, problem, outcome: { status: 400 } },
      400,
      'invalid_request',
    ],
  ])('%s', (_what, request, status, reason) => {
    expect(counted({ request })).toEqual([{ service: 'toys', operation: 'get_toy', status, reason }]);
  });
});
