import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Problem, type ProblemKind } from '../../../src/decisions/problem.ts';
import type { LogDetails, RequestLine } from '../../../src/diagnostics/log.ts';
import type { Payload } from '../../../src/http/request.ts';
import { logRefusal, reportAnswer } from '../../../src/http/steps/record.ts';
import { ruleOf, toyLaw } from '../../decisions/toy-law.ts';
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
        { decision: 'd-2', request: expect.any(Function) },
      ],
    ]);
  });

  it('a line for a request that could not be read', () => {
    const problem = new Problem('invalid_request', 'Field `size` is wrong.');
    const request = toyRequest({ request: { problem, outcome: { status: 400 } } });
    report(request);

    expect(lines(request)).toEqual([
      ['info', '400 GET /toys/ball - Field `size` is wrong.', { request: expect.any(Function) }],
    ]);
  });

  it('a line for any other answer if somebody wants every one', () => {
    const [wanted, other] = [
      toyRequest({ world: { id: 'team-a' }, request: { decision: ALLOWED } }),
      toyRequest({ request: { decision: ALLOWED } }),
    ];
    Object.assign(wanted.server.log, { isDebugging: true });
    report(wanted);
    report(other);

    expect(lines(wanted)).toEqual([
      ['debug', '200 GET /toys/ball [world team-a]', { decision: 'd-1', request: expect.any(Function) }],
    ]);
    expect(lines(other)).toEqual([]);
  });

  it('no decision in that line if there was none', () => {
    const request = toyRequest();
    Object.assign(request.server.log, { isDebugging: true });
    report(request);

    expect(lines(request)).toEqual([['debug', '200 GET /toys/ball', { request: expect.any(Function) }]]);
  });

  it.each<[kind: ProblemKind, line: unknown[]]>([
    ['internal', ['error', '500 GET /toys/ball - Oh. [world x]', 'why']],
    ['storage_full', ['error', '500 GET /toys/ball - Oh. [world x]']],
    ['storage_failing', ['error', '500 GET /toys/ball - Oh. [world x]']],
    ['not_found', ['info', '500 GET /toys/ball - Oh. [world x]', {}]],
  ])('%s at the level that it deserves', (kind, line) => {
    const request = toyRequest({ world: { id: 'x' }, request: { outcome: { status: 500 } } });
    logRefusal(request, new Problem(kind, 'Oh.', { cause: 'why' }), undefined);

    expect(lines(request)).toEqual([line]);
  });
});

describe('a terminal shows', () => {
  const shown = (given: Parameters<typeof toyRequest>[0]) => {
    const request = toyRequest(given);
    Object.assign(request.server.log, { isDebugging: true });
    report(request);
    return lines(request).map(([, , about]) => (about as LogDetails).request?.());
  };
  const ANSWERED = {
    world: 'default',
    method: 'GET',
    path: '/toys/ball',
    status: 200,
    caller: 'robot',
    reason: null,
    wouldBeRefused: false,
    fault: null,
    advice: null,
  };
  const problem = new Problem('invalid_request', 'Field `size` is wrong.');
  const hints = [{ code: 'toys.loud', text: 'It is loud.' }];

  it.each<[label: string, given: Parameters<typeof toyRequest>[0], line: Partial<RequestLine>]>([
    ['an answer', { world: { id: 'team-a' }, request: { decision: ALLOWED } }, { world: 'team-a' }],
    ['a public operation', {}, { caller: null }],
    ['the method as sent', { raw: { method: 'HEAD' } }, { caller: null, method: 'HEAD' }],
    ['no advice with an answer, although it may have a hint', { request: { hints } }, { caller: null }],
    [
      'a refusal, with its explanation',
      { request: { decision: REFUSED, outcome: { status: 403 } } },
      { status: 403, reason: 'not_owner', advice: 'call as the owner; other callers may only read it' },
    ],
    [
      'the hint rather than the first fix',
      { request: { decision: REFUSED, outcome: { status: 403 }, hints } },
      { status: 403, reason: 'not_owner', advice: 'It is loud.' },
    ],
    [
      'the explanation if no fix is known',
      { request: { decision: { ...REFUSED, reason: null }, outcome: { status: 403 } } },
      { status: 403, advice: 'get_toy was refused: no reason was recorded' },
    ],
    [
      'what could not be read, and why',
      { request: { problem, outcome: { status: 400 } } },
      { status: 400, caller: null, reason: 'invalid_request', advice: 'Field `size` is wrong.' },
    ],
    [
      'a refusal that is not enforced',
      { request: { decision: { ...REFUSED, enforced: false } } },
      { reason: 'not_owner', wouldBeRefused: true, advice: 'call as the owner; other callers may only read it' },
    ],
    [
      'an injected fault',
      { request: { decision: ALLOWED, injectedFault: faultThat({ status: 503 }), outcome: { status: 503 } } },
      { status: 503, fault: 'f-1' },
    ],
    [
      'no status that the client cannot read',
      { request: { decision: ALLOWED, injectedFault: faultThat({ drop: 'before' }) } },
      { status: null, fault: 'f-1' },
    ],
  ])('%s', (_what, given, line) => {
    expect(shown(given)).toEqual([{ ...ANSWERED, ...line }]);
  });

  it('no secret of the world, neither in the path nor in the advice', () => {
    const secret = 'hunter2-hunter2';
    const [line] = shown({
      raw: { url: `/toys/${secret}` },
      request: { problem: new Problem('invalid_request', `No \`${secret}\`.`), outcome: { status: 400 } },
      world: { activityLog: { ...toyRequest().world.activityLog, secrets: toySecrets([secret]) } },
    });

    expect(line).toMatchObject({
      path: expect.stringMatching(/^\/toys\/sha256:/),
      advice: expect.stringMatching(/^No `sha256:/),
    });
  });

  it.each([
    ['of the control API', { service: { isControlApi: true } }],
    ['of a page of another origin', { request: { fault: new Problem('foreign_page') } }],
  ])('no request %s', (_what, given) => {
    expect(shown(given)).toEqual([undefined]);
  });

  it('nothing that failed inside, which is an error of the log', () => {
    const request = toyRequest({ request: { problem: new Problem('internal', 'Oh.'), outcome: { status: 500 } } });
    report(request);

    expect(lines(request)).toEqual([['error', '500 GET /toys/ball - Oh.', undefined]]);
  });
});

describe('the metrics count', () => {
  const counted = (request: Parameters<typeof toyRequest>[0]) => {
    const seen: unknown[] = [];
    report(toyRequest({ ...request, server: { metrics: { countResponse: (one: unknown) => seen.push(one) } } }));
    return seen;
  };
  const problem = new Problem('invalid_request', 'Field `size` is wrong.');

  it.each<[label: string, request: object, status: number, reason: string | null]>([
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
