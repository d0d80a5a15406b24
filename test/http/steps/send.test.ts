import { describe, expect, it } from 'vitest';
import { Problem, type ProblemKind } from '../../../src/core/problem.ts';
import { logRefusal, send } from '../../../src/http/steps/send.ts';
import { toySecrets } from '../../journal/toy-secrets.ts';
import { ALLOWED, faultThat, toyFlight } from './toy-flight.ts';

const REFUSED = { ...ALLOWED, id: 'd-2', effect: 'deny', reason: 'not_owner' } as const;
const lines = ({ told }: ReturnType<typeof toyFlight>) =>
  told.filter(([what]) => ['info', 'error', 'debug'].includes(String(what)));

describe('an answer is sent', () => {
  it('with its decision, which the world keeps, and is recorded', async () => {
    const flight = toyFlight({ flight: { decision: ALLOWED, outcome: { status: 200, body: { name: 'ball' } } } });

    expect(await send(flight)).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json', 'x-mock-decision': '{"id":"d-1","effect":"allow"}' },
      payload: '{"name":"ball"}',
    });
    expect(flight.told).toEqual([
      ['decision', ALLOWED],
      ['request', expect.objectContaining({ service: 'toys', operation: 'get_toy', status: 200 })],
    ]);
  });

  it('without its decision where nobody is to know, and the world keeps it all the same', async () => {
    const flight = toyFlight({ server: { explain: false }, flight: { decision: ALLOWED } });

    expect((await send(flight)).headers).toEqual({});
    expect(flight.told[0]).toEqual(['decision', ALLOWED]);
  });

  it('without a decision, if there was none', async () => {
    const flight = toyFlight();

    expect((await send(flight)).headers).toEqual({});
    expect(flight.told.map(([what]) => what)).toEqual(['request']);
  });

  it('and not recorded if the switchboard gave it', async () => {
    const flight = toyFlight({ service: { isControlApi: true } });
    await send(flight);

    expect(flight.told).toEqual([]);
  });

  it('as a fault breaks it', async () => {
    const flight = toyFlight({ flight: { injectedFault: faultThat({ drop: 'body' }) } });

    expect(await send(flight)).toMatchObject({ headers: { 'x-mock-fault': 'f-1' }, delivery: { drop: 'body' } });
    expect(flight.told).toEqual([['request', expect.objectContaining({ fault: 'f-1' })]]);
  });
});

describe('the log has', () => {
  it('a line for a refusal, with its reason and its decision', async () => {
    const flight = toyFlight({ world: { id: 'team-a' }, flight: { decision: REFUSED, outcome: { status: 403 } } });
    await send(flight);

    expect(lines(flight)).toEqual([
      [
        'info',
        '403 GET /toys/ball - get_toy was refused: the object is visible to the caller, but only its owner may do this [decision d-2] [world team-a]',
        { decision: 'd-2' },
      ],
    ]);
  });

  it('a line for a request that could not be read', async () => {
    const problem = new Problem('invalid_request', 'Field `size` is wrong.');
    const flight = toyFlight({ flight: { problem, outcome: { status: 400 } } });
    await send(flight);

    expect(lines(flight)).toEqual([['info', '400 GET /toys/ball - Field `size` is wrong.']]);
  });

  it('a line for any other answer if somebody wants every one', async () => {
    const [wanted, other] = [
      toyFlight({ world: { id: 'team-a' }, flight: { decision: ALLOWED } }),
      toyFlight({ flight: { decision: ALLOWED } }),
    ];
    Object.assign(wanted.server.log, { debugging: true });
    await send(wanted);
    await send(other);

    expect(lines(wanted)).toEqual([['debug', '200 GET /toys/ball [world team-a]', { decision: 'd-1' }]]);
    expect(lines(other)).toEqual([]);
  });

  it('no decision in that line if there was none', async () => {
    const flight = toyFlight();
    Object.assign(flight.server.log, { debugging: true });
    await send(flight);

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
  const counted = async (flight: Parameters<typeof toyFlight>[0]) => {
    const seen: unknown[] = [];
    await send(toyFlight({ ...flight, server: { metrics: { answered: (one: unknown) => seen.push(one) } } }));
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
  ])('%s', async (_what, flight, status, reason) => {
    expect(await counted({ flight })).toEqual([{ service: 'toys', operation: 'get_toy', status, reason }]);
  });
});
