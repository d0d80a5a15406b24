import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Problem, type ProblemKind } from '../../../src/decisions/problem.ts';
import type { Payload } from '../../../src/http/request.ts';
import { reportAnswer } from '../../../src/http/steps/record.ts';
import type { LogDetails, RequestLine } from '../../../src/lib/log.ts';
import { ruleOf, toyLaw } from '../../decisions/toy-law.ts';
import { toySecrets } from '../../journal/toy-secrets.ts';
import { ALLOWED, createFault, NOW, toyRequest } from './toy-request.ts';

const REFUSED = { ...ALLOWED, id: 'd-2', effect: 'deny', reason: 'not_owner' } as const;
const HINTS = [{ code: 'toys.loud', text: 'It is loud.' }];
const readLogLines = ({ reported }: ReturnType<typeof toyRequest>) =>
  reported.filter(([kind]) => ['info', 'error', 'debug'].includes(String(kind)));

/** Reports the response to a request, and returns its headers. */
function report(request: ReturnType<typeof toyRequest>, payload?: Payload, headers: Record<string, unknown> = {}) {
  const all = { ...headers };
  const reply = { header: (name: string, value: unknown) => (all[name] = value), getHeaders: () => all };
  reportAnswer(request, reply as never, payload);
  return all;
}

describe('a response', () => {
  it('has its decision, which the world keeps, and is recorded as it is sent', () => {
    const request = toyRequest({ answer: { decision: ALLOWED } });
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
          responseBody: expect.objectContaining({ bytes: Buffer.from('{"name":"ball"}'), size: 15 }),
        }),
      ],
    ]);
  });

  it('records the use of a right with a redacted path', () => {
    const accessRequest = { rule: ruleOf(), ruleset: toyLaw };
    const decided = { method: 'GET', path: '/toys/ball?password=secret' };
    const decision = { ...ALLOWED, request: decided };
    const requests = [
      toyRequest({ access: { accessRequest, use: { lookedUp: null } }, answer: { decision } }),
      toyRequest({ access: { accessRequest }, answer: { decision } }),
      toyRequest({ access: { use: { lookedUp: null } }, answer: { decision: { ...decision, principal: null } } }),
    ];
    for (const request of requests) report(request);

    const uses = requests.map(({ reported }) => reported.filter(([kind]) => kind === 'use'));
    const recorded = { method: 'GET', path: expect.stringMatching(/^\/toys\/ball\?password=sha256:/) };
    expect(uses).toEqual([[['use', ALLOWED.principal, 'get_toy', accessRequest, null, recorded]], [], []]);
  });

  it('has no decision if `explain` is false, and the world keeps it', () => {
    const request = toyRequest({ server: { explain: false }, answer: { decision: ALLOWED } });

    expect(report(request)).toEqual({});
    expect(request.reported[0]).toEqual(['decision', ALLOWED]);
  });

  it('has no decision if there was none', () => {
    const request = toyRequest({ answer: {} });

    expect(report(request)).toEqual({});
    expect(request.reported.map(([kind]) => kind)).toEqual(['request']);
  });

  it.each([
    ['default', 'http://mock/#/requests?decision=d-2'],
    ['team-a', 'http://mock/w/team-a/#/requests?decision=d-2'],
  ])('says where the console shows its refusal in the world %s', (id, see) => {
    const ending = { ...ALLOWED, rights: { pending: { version: 2, effectiveAt: NOW, effect: 'deny' } } } as const;
    const [refused, allowed] = [REFUSED, ending].map((decision) =>
      report(toyRequest({ server: { ownUrl: 'http://mock' }, world: { id }, answer: { decision } })),
    );

    expect(JSON.parse(String(refused?.['x-mock-decision']))).toMatchObject({ see });
    expect(JSON.parse(String(allowed?.['x-mock-decision']))).not.toHaveProperty('see');
  });

  it('has its first hint, unless a fault made it or `explain` is false', () => {
    const readHint = (parts: Parameters<typeof toyRequest>[0]) =>
      report(toyRequest({ answer: {}, hints: HINTS, ...parts }))['x-mock-hint'];

    expect(readHint({})).toBe('It is loud.');
    expect(readHint({ answer: { isOfFault: true } })).toBeUndefined();
    expect(readHint({ server: { explain: false } })).toBeUndefined();
  });

  it('of the control API is not recorded', () => {
    const request = toyRequest({ answer: {}, service: { isControlApi: true } });
    report(request);

    expect(request.reported).toEqual([]);
  });

  it('with a streamed body is recorded without the body', () => {
    const request = toyRequest({ answer: {} });
    report(request, Readable.from(['a']));

    expect(request.reported).toEqual([
      ['request', expect.objectContaining({ responseBody: { bytes: null, size: 0 } })],
    ]);
  });

  it('has the id of its injected fault', () => {
    const request = toyRequest({ answer: {}, notes: { injectedFault: createFault({ drop: 'body' }) } });
    const headers = report(request);

    expect(headers).toEqual({ 'x-mock-fault': 'f-1' });
    expect(request.reported).toEqual([
      ['request', expect.objectContaining({ fault: 'f-1', responseHeaders: { 'x-mock-fault': 'f-1' } })],
    ]);
  });
});

describe('the log', () => {
  it('contains a line for a rejection, with its reason and its decision', () => {
    const request = toyRequest({ world: { id: 'team-a' }, answer: { decision: REFUSED, outcome: { status: 403 } } });
    report(request);

    expect(readLogLines(request)).toEqual([
      [
        'info',
        '403 GET /toys/ball - get_toy was refused: the object is visible to the caller, but only its owner may do this [decision d-2] [world team-a]',
        { decision: 'd-2', request: expect.any(Function) },
      ],
    ]);
  });

  it('contains a line for a request that could not be parsed', () => {
    const problem = new Problem('invalid_request', 'Field `size` is wrong.');
    const request = toyRequest({ answer: { problem, outcome: { status: 400 } } });
    report(request);

    expect(readLogLines(request)).toEqual([
      ['info', '400 GET /toys/ball - Field `size` is wrong.', { request: expect.any(Function) }],
    ]);
  });

  it('contains a line for every other response in debug mode', () => {
    const [debugging, normal] = [
      toyRequest({ world: { id: 'team-a' }, answer: { decision: ALLOWED } }),
      toyRequest({ answer: { decision: ALLOWED } }),
    ];
    Object.assign(debugging.server.log, { isDebugging: true });
    report(debugging);
    report(normal);

    expect(readLogLines(debugging)).toEqual([
      ['debug', '200 GET /toys/ball [world team-a]', { decision: 'd-1', request: expect.any(Function) }],
    ]);
    expect(readLogLines(normal)).toEqual([]);
  });

  it('contains a line for a response with a hint', () => {
    const request = toyRequest({ answer: { decision: ALLOWED }, hints: HINTS });
    report(request);

    expect(readLogLines(request)).toEqual([
      ['info', '200 GET /toys/ball Hint: It is loud.', { decision: 'd-1', request: expect.any(Function) }],
    ]);
  });

  it('contains no decision in that line if there was none', () => {
    const request = toyRequest({ answer: {} });
    Object.assign(request.server.log, { isDebugging: true });
    report(request);

    expect(readLogLines(request)).toEqual([['debug', '200 GET /toys/ball', { request: expect.any(Function) }]]);
  });

  it.each<[kind: ProblemKind, line: unknown[]]>([
    ['internal', ['error', '500 GET /toys/ball - Oh. [world x]', 'why']],
    ['storage_full', ['info', '500 GET /toys/ball - Oh. [world x]', { request: expect.any(Function) }]],
    ['storage_failing', ['info', '500 GET /toys/ball - Oh. [world x]', { request: expect.any(Function) }]],
    ['not_found', ['info', '500 GET /toys/ball - Oh. [world x]', { request: expect.any(Function) }]],
  ])('contains %s at its level', (kind, line) => {
    const problem = new Problem(kind, 'Oh.', { cause: 'why' });
    const request = toyRequest({ world: { id: 'x' }, answer: { problem, outcome: { status: 500 } } });
    report(request);

    expect(readLogLines(request)).toEqual([line]);
    expect(request.reported.filter(([level]) => level === 'warn')).toEqual(
      kind.startsWith('storage') ? [['warn', 'Oh.']] : [],
    );
  });
});

describe('the terminal', () => {
  const readTerminal = (parts: Parameters<typeof toyRequest>[0]) => {
    const request = toyRequest({ answer: {}, ...parts });
    Object.assign(request.server.log, { isDebugging: true });
    report(request);
    return readLogLines(request).map(([, , about]) => (about as LogDetails).request?.());
  };
  const ANSWERED = {
    world: 'default',
    method: 'GET',
    path: '/toys/ball',
    status: 200,
    caller: 'robot',
    reason: null,
    fault: null,
    advice: null,
    see: null,
  };
  const problem = new Problem('invalid_request', 'Field `size` is wrong.');
  it.each<[label: string, parts: Parameters<typeof toyRequest>[0], line: Partial<RequestLine>]>([
    ['a response', { world: { id: 'team-a' }, answer: { decision: ALLOWED } }, { world: 'team-a' }],
    ['a public operation', {}, { caller: null }],
    ['the method as it was sent', { raw: { method: 'HEAD' } }, { caller: null, method: 'HEAD' }],
    ['the hint of a response', { hints: HINTS }, { caller: null, advice: 'It is loud.' }],
    [
      'a rejection with its explanation',
      { answer: { decision: REFUSED, outcome: { status: 403 } } },
      { status: 403, reason: 'not_owner', advice: 'call as the owner; other callers may only read it' },
    ],
    [
      'a rejection with its address in the console',
      { server: { ownUrl: 'http://mock' }, world: { id: 'team-a' }, answer: { problem, outcome: { status: 400 } } },
      {
        world: 'team-a',
        status: 400,
        caller: null,
        reason: 'invalid_request',
        advice: 'Field `size` is wrong.',
        see: 'http://mock/w/team-a/#/requests?request=r-1',
      },
    ],
    [
      'no address for a hint about a response',
      { server: { ownUrl: 'http://mock' }, hints: HINTS },
      { caller: null, advice: 'It is loud.' },
    ],
    [
      'the hint rather than the first fix',
      { answer: { decision: REFUSED, outcome: { status: 403 } }, hints: HINTS },
      { status: 403, reason: 'not_owner', advice: 'It is loud.' },
    ],
    [
      'the explanation if no fix is known',
      { answer: { decision: { ...REFUSED, reason: null }, outcome: { status: 403 } } },
      { status: 403, advice: 'get_toy was refused: no reason was recorded' },
    ],
    [
      'an invalid request with its problem',
      { answer: { problem, outcome: { status: 400 } } },
      { status: 400, caller: null, reason: 'invalid_request', advice: 'Field `size` is wrong.' },
    ],
    [
      'an injected fault',
      {
        answer: { decision: ALLOWED, outcome: { status: 503 } },
        notes: { injectedFault: createFault({ status: 503 }) },
      },
      { status: 503, fault: 'f-1' },
    ],
    [
      'no status if the client gets none',
      { answer: { decision: ALLOWED }, notes: { injectedFault: createFault({ drop: 'before' }) } },
      { status: null, fault: 'f-1' },
    ],
  ])('shows %s', (_what, parts, line) => {
    expect(readTerminal(parts)).toEqual([{ ...ANSWERED, ...line }]);
  });

  it('hides secrets of the world in the path and in the advice', () => {
    const secret = 'hunter2-hunter2';
    const [line] = readTerminal({
      raw: { url: `/toys/${secret}` },
      answer: { problem: new Problem('invalid_request', `No \`${secret}\`.`), outcome: { status: 400 } },
      world: { activityLog: { ...toyRequest({ answer: {} }).world.activityLog, secrets: toySecrets([secret]) } },
    });

    expect(line).toMatchObject({
      path: expect.stringMatching(/^\/toys\/sha256:/),
      advice: expect.stringMatching(/^No `sha256:/),
    });
  });

  it.each([
    ['of the control API', { service: { isControlApi: true } }],
    ['from a page of another origin', { request: { fault: new Problem('foreign_page') } }],
  ])('shows no request %s', (_what, parts) => {
    expect(readTerminal(parts)).toEqual([undefined]);
  });

  it('shows no internal error, which is an error line of the log', () => {
    const request = toyRequest({ answer: { problem: new Problem('internal', 'Oh.'), outcome: { status: 500 } } });
    report(request);

    expect(readLogLines(request)).toEqual([['error', '500 GET /toys/ball - Oh.', undefined]]);
  });
});

describe('the counts of requests', () => {
  const countResponses = (request: Parameters<typeof toyRequest>[0]) => {
    const counts: unknown[] = [];
    report(toyRequest({ ...request, server: { counts: { add: (...count: unknown[]) => counts.push(count) } } }));
    return counts;
  };
  const problem = new Problem('invalid_request', 'Field `size` is wrong.');

  it.each<[label: string, request: object, status: number, reason: string | null]>([
    ['a response', {}, 200, null],
    ['an allowed response without its reason', { decision: { ...ALLOWED, reason: 'not_owner' } }, 200, null],
    ['a denial by its reason', { decision: REFUSED, problem, outcome: { status: 403 } }, 403, 'not_owner'],
    ['a denial without a reason', { decision: { ...REFUSED, reason: null }, outcome: { status: 403 } }, 403, null],
    ['an invalid request by its problem', { problem, outcome: { status: 400 } }, 400, 'invalid_request'],
    [
      'a problem after an allowed decision',
      { decision: ALLOWED, problem, outcome: { status: 400 } },
      400,
      'invalid_request',
    ],
  ])('contain %s', (_what, answer, status, reason) => {
    expect(countResponses({ answer })).toEqual([['toys', status, reason]]);
  });

  it.each<[string, Parameters<typeof toyRequest>[0]]>([
    ['of the control API', { service: { isControlApi: true } }],
    ['without a service', { service: { name: undefined } }],
    ['without a status', { notes: { injectedFault: createFault({ drop: 'before' }) } }],
  ])('contain no response %s', (_what, parts) => {
    expect(countResponses({ answer: {}, ...parts })).toEqual([]);
  });
});
