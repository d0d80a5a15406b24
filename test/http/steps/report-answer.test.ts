import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Problem, type ProblemKind } from '../../../src/core/problem.ts';
import type { Payload } from '../../../src/http/flight.ts';
import { logRefusal, reportAnswer } from '../../../src/http/steps/record.ts';
import { ruleOf, toyLaw } from '../../core/toy-law.ts';
import { toySecrets } from '../../journal/toy-secrets.ts';
import { ALLOWED, faultThat, toyFlight } from './toy-flight.ts';

const REFUSED = { ...ALLOWED, id: 'd-2', effect: 'deny', reason: 'not_owner' } as const;
const lines = ({ reported }: ReturnType<typeof toyFlight>) =>
  reported.filter(([what]) => ['info', 'error', 'debug'].includes(String(what)));

/** Reports the answer to a request. @returns the headers that it has then */
function report(flight: ReturnType<typeof toyFlight>, payload?: Payload, headers: Record<string, unknown> = {}) {
  const all = { ...headers };
  const reply = { header: (name: string, value: unknown) => (all[name] = value), getHeaders: () => all };
  reportAnswer(flight, reply as never, payload);
  return all;
}

describe('an answer has', () => {
  it('its decision, which the world keeps, and is recorded as it is sent', () => {
    const flight = toyFlight({ flight: { decision: ALLOWED } });
    const headers = report(flight, '{"name":"ball"}', { 'content-type': 'application/json; charset=utf-8', age: 7 });

    expect(headers).toEqual({
      'content-type': 'application/json; charset=utf-8',
      age: 7,
      'x-mock-decision': '{"id":"d-1","effect":"allow"}',
    });
    expect(flight.reported).toEqual([
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
    const request = { method: 'GET', path: '/toys/ball?password=secret' };
    const used = (given: object) =>
      toyFlight({ context: { accessRequest }, flight: { decision: { ...ALLOWED, request }, ...given } });
    const flights = [
      used({ use: { lookedUp: null } }),
      used({}),
      used({ use: { lookedUp: null }, decision: { ...ALLOWED, principal: null } }),
    ];
    for (const flight of flights) report(flight);

    const uses = flights.map(({ reported }) => reported.filter(([what]) => what === 'use'));
    const noted = { method: 'GET', path: expect.stringMatching(/^\/toys\/ball\?password=sha256:/) };
    expect(uses).toEqual([[['use', ALLOWED.principal, 'get_toy', accessRequest, null, noted]], [], []]);
  });

  it('no decision where nobody is to know, and the world keeps it all the same', () => {
    const flight = toyFlight({ server: { explain: false }, flight: { decision: ALLOWED } });

    expect(report(flight)).toEqual({});
    expect(flight.reported[0]).toEqual(['decision', ALLOWED]);
  });

  it('no decision, if there was none', () => {
    const flight = toyFlight();

    expect(report(flight)).toEqual({});
    expect(flight.reported.map(([what]) => what)).toEqual(['request']);
  });

  it('no record if the control API gave it', () => {
    const flight = toyFlight({ service: { isControlApi: true } });
    report(flight);

    expect(flight.reported).toEqual([]);
  });

  it('no body in its record if that is made while it is read', () => {
    const flight = toyFlight();
    report(flight, Readable.from(['a']));

    expect(flight.reported).toEqual([
      ['request', expect.objectContaining({ responseBody: { text: null, form: 'text', size: 0 } })],
    ]);
  });

  it('the fault that is injected into it', () => {
    const flight = toyFlight({ flight: { injectedFault: faultThat({ drop: 'body' }) } });
    const headers = report(flight);

    expect(headers).toEqual({ 'x-mock-fault': 'f-1' });
    expect(flight.reported).toEqual([
      ['request', expect.objectContaining({ fault: 'f-1', responseHeaders: { 'x-mock-fault': 'f-1' } })],
    ]);
  });
});

describe('the log has', () => {
  it('a line for a refusal, with its reason and its decision', () => {
    const flight = toyFlight({ world: { id: 'team-a' }, flight: { decision: REFUSED, outcome: { status: 403 } } });
    report(flight);

    expect(lines(flight)).toEqual([
      [
        'info',
        '403 GET /toys/ball - get_toy was refused: the object is visible to the caller, but only its owner may do this [decision d-2] [world team-a]',
        { decision: 'd-2' },
      ],
    ]);
  });

  it('a line for a request that could not be read', () => {
    const problem = new Problem('invalid_request', 'Field `size` is wrong.');
    const flight = toyFlight({ flight: { problem, outcome: { status: 400 } } });
    report(flight);

    expect(lines(flight)).toEqual([['info', '400 GET /toys/ball - Field `size` is wrong.']]);
  });

  it('a line for any other answer if somebody wants every one', () => {
    const [wanted, other] = [
      toyFlight({ world: { id: 'team-a' }, flight: { decision: ALLOWED } }),
      toyFlight({ flight: { decision: ALLOWED } }),
    ];
    Object.assign(wanted.server.log, { debugging: true });
    report(wanted);
    report(other);

    expect(lines(wanted)).toEqual([['debug', '200 GET /toys/ball [world team-a]', { decision: 'd-1' }]]);
    expect(lines(other)).toEqual([]);
  });

  it('no decision in that line if there was none', () => {
    const flight = toyFlight();
    Object.assign(flight.server.log, { debugging: true });
    report(flight);

    expect(lines(flight)).toEqual([['debug', '200 GET /toys/ball', { decision: undefined }]]);
  });

  it.each<[kind: ProblemKind, line: unknown[]]>([
    ['internal', ['error', '500 GET /toys/ball - Oh. [world x]', 'why']],
    ['storage_full', ['error', '500 GET /toys/ball - Oh. [world x]']],
    ['storage_failing', ['error', '500 GET /toys/ball - Oh. [world x]']],
    ['not_found', ['info', '500 GET /toys/ball - Oh. [world x]']],
  ])('%s at the level that it deserves', (kind, line) => {
    const flight = toyFlight();
    logRefusal(
      flight.server.log,
      flight.raw,
      500,
      new Problem(kind, 'Oh.', { cause: 'why' }),
      ' [world x]',
      toySecrets(),
    );

    expect(lines(flight)).toEqual([line]);
  });
});

describe('the metrics count', () => {
  const counted = (flight: Parameters<typeof toyFlight>[0]) => {
    const seen: unknown[] = [];
    report(toyFlight({ ...flight, server: { metrics: { answered: (one: unknown) => seen.push(one) } } }));
    return seen;
  };
  const problem = new Problem('invalid_request', 'Field `size` is wrong.');

  it.each<[what: string, flight: object, status: number, reason: string | null]>([
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
  ])('%s', (_what, flight, status, reason) => {
    expect(counted({ flight })).toEqual([{ service: 'toys', operation: 'get_toy', status, reason }]);
  });
});
