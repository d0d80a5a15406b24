import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/decisions/decide.ts';
import { injectAnswerFault, injectRequestFault } from '../../../src/http/steps/inject-fault.ts';
import type { Fault } from '../../../src/journal/faults/fault.ts';
import type { Facts } from '../../../src/journal/match.ts';
import type { LogDetails } from '../../../src/lib/log.ts';
import { key, ruleOf } from '../../decisions/toy-law.ts';
import { ALLOWED, createFault, NOW, type ToyRequestParts, toyRequest } from './toy-request.ts';

interface FaultParts extends ToyRequestParts {
  readonly fault?: Fault | null;
  readonly needsPrincipal?: boolean;
}

/** A request in a world with one fault that matches it, or with none. */
function createRequest({ fault = null, needsPrincipal = false, ...parts }: FaultParts = {}) {
  const calls: unknown[][] = [];
  const seenFacts: Facts[] = [];
  const pauses: unknown[][] = [];
  const faults = {
    needsPrincipal: (moment: string, facts: Facts) => {
      calls.push(['needs', moment, facts.principal]);
      return needsPrincipal;
    },
    shadow: async (moment: string, _facts: Facts, by: { id: string }) => {
      calls.push(['shadow', moment, by.id]);
    },
    inject: async (moment: string, facts: Facts, now: number) => {
      calls.push(['strike', moment, now]);
      seenFacts.push(facts);
      return fault;
    },
    pause: async (...parts: unknown[]) => void pauses.push(parts),
  };
  const request = toyRequest({ ...parts, world: { faults, ...parts.world } });
  return { request, calls, facts: seenFacts, pauses };
}

const JSON_TYPE = ['content-type', 'application/json'] as const;
/** The parts of a request with this body. */
const withBody = (body: string): ToyRequestParts => ({
  raw: { method: 'POST', url: '/toys', headers: [JSON_TYPE, ['content-length', String(body.length)]], body },
  operation: { body: 'optional', bodyForm: 'json' },
});
const CALLER = key(['play']);
const withCaller = (caller: Caller): ToyRequestParts => ({
  service: { name: 'toys', callers: { authenticate: async () => caller } },
});

describe('a request', () => {
  it('without a matching fault continues unchanged', async () => {
    const { request, calls, facts } = createRequest();

    expect(await injectRequestFault(request, 'all')).toBeNull();
    expect(calls).toEqual([
      ['needs', 'request', null],
      ['strike', 'request', NOW],
    ]);
    expect(facts).toEqual([
      {
        service: 'toys',
        operation: 'row_of_toy',
        method: 'GET',
        path: '/toys/ball',
        status: null,
        principal: null,
        reason: null,
        body: expect.any(Function),
      },
    ]);
    expect(request).toMatchObject({
      notes: { injectedFault: null, received: null, expectedPrincipal: null },
      reported: [],
    });
  });

  it('to the control API never matches a fault', async () => {
    const { request, calls } = createRequest({ fault: createFault({ status: 503 }), service: { isControlApi: true } });

    expect([await injectRequestFault(request, 'all'), await injectAnswerFault(request)]).toEqual([null, undefined]);
    expect(calls).toEqual([]);
  });

  it('with a matching fault gets its status in the error format of the service', async () => {
    const { request } = createRequest({ fault: createFault({ status: 409 }), world: { id: 'team-a' } });

    expect(await injectRequestFault(request, 'all')).toBe(request);
    expect(request.answer.outcome).toMatchObject({
      status: 409,
      body: { kind: 'conflict', about: { path: '/toys/ball', operation: 'row_of_toy', decision: null } },
    });
    expect(request.answer.outcome.headers).toBeUndefined();
    expect(request.notes.injectedFault?.id).toBe('f-1');
    const [[, , terminal] = []] = request.reported as [unknown, unknown, LogDetails][];
    expect(terminal?.request?.()).toBeNull();
    expect(request.reported).toEqual([
      ['info', 'fault f-1 injected into GET /toys/ball [world team-a]', { request: expect.any(Function) }],
      ['event', 'fault', { fault: 'f-1', fired: 1, service: 'toys', operation: 'get_toy' }],
    ]);
  });

  it('gets the `retry-after` of the fault', async () => {
    const { request } = createRequest({ fault: createFault({ status: 503, retryAfter: 7 }) });
    await injectRequestFault(request, 'all');

    expect(request.answer.outcome.headers).toEqual({ 'retry-after': '7' });
  });

  it.each([
    [{ drop: 'before' }, 503],
    [{ drop: 'headers' }, 503],
    [{ delay: { min: 5, max: 5 } }, undefined],
    [{ drop: 'body' }, undefined],
  ] as const)('skips its steps only if its response could not be read: %j', async (action, status) => {
    const { request } = createRequest({ fault: createFault(action) });

    expect((await injectRequestFault(request, 'all'))?.answer.outcome.status).toBe(status);
  });

  it('that had a fault before its body gets no other, and later faults are shadowed', async () => {
    const { request, calls } = createRequest({ notes: { injectedFault: createFault({}) } });

    expect(await injectRequestFault(request, 'body')).toBeNull();
    expect(calls).toEqual([['shadow', 'request', 'f-1']]);
  });

  it.each([
    [{ delay: { min: 5, max: 5 } }, null],
    [{ status: 503 }, 'shadow'],
  ] as const)('keeps its body for the operation unless the fault answers it: %j', async (action, shadowed) => {
    const { request, calls } = createRequest({ ...withBody('{}'), fault: createFault(action) });
    await injectRequestFault(request, 'headers');

    expect(calls.find(([kind]) => kind === 'shadow')?.[0] ?? null).toBe(shadowed);
  });

  it('waits for the delay of the fault, if it has one', async () => {
    const fault = createFault({ delay: { min: 5, max: 5 } });
    const [slow, quick] = [createRequest({ fault }), createRequest({ fault: createFault({ status: 503 }) })];
    await injectRequestFault(slow.request, 'all');
    await injectRequestFault(quick.request, 'all');

    expect([slow.pauses, quick.pauses]).toEqual([[[fault, 5]], []]);
  });
});

describe('the body of a request', () => {
  const readable = { ...withBody('{"name":"ball"}'), route: { readsBody: true, row: { id: 'row_of_toy' } } };
  const received = { value: { name: 'ball' }, text: '{"name":"ball"}', fault: null };

  it('is passed to the fault', async () => {
    const { request, facts } = createRequest({ ...readable, notes: { received } });
    await injectRequestFault(request, 'all');

    expect(facts[0]?.body()).toEqual({ name: 'ball' });
    expect(request.notes.sent.bytes).toBeNull();
  });

  it('is passed as it was sent, not as the operation changed it', async () => {
    const readSeenBody = async (parts: ToyRequestParts, value: unknown) => {
      const { request, facts } = createRequest({ answer: {}, ...parts });
      request.notes.body = value;
      await injectAnswerFault(request);
      return facts[0]?.body();
    };
    const form = { raw: { headers: [['Content-Type', 'application/x-www-form-urlencoded']] } } as const;
    const createSent = (text: string | null, size: number) => ({
      sent: { bytes: text === null ? null : Buffer.from(text), size },
    });

    expect(await readSeenBody({ notes: createSent('{"NAME":"ball"}', 15) }, { name: 'ball' })).toEqual({
      NAME: 'ball',
    });
    expect(await readSeenBody({ notes: createSent('{"NAME":"', 15) }, { name: 'ball' })).toEqual({ name: 'ball' });
    expect(await readSeenBody({ notes: createSent(null, 15) }, { name: 'ball' })).toEqual({ name: 'ball' });
    expect(await readSeenBody({ notes: createSent('"é"', 4) }, 'e')).toBe('é');
    expect(await readSeenBody({ notes: createSent('"', 4), ...{} }, undefined)).toBeUndefined();
    const read = { value: 1, text: '{"a":2}', fault: null };
    expect(await readSeenBody({ notes: { ...createSent('{', 7), received: read } }, 1)).toEqual({ a: 2 });
    const inLatin1 = { value: 'é', text: Buffer.from('"é"').toString('latin1'), fault: null };
    expect(await readSeenBody({ notes: { ...createSent('{', 7), received: inLatin1 } }, 1)).toBe('é');
    const formRequest = createRequest({ ...form, answer: {}, notes: createSent('a=1', 3) });
    formRequest.request.raw.headers['content-type'] = 'application/x-www-form-urlencoded';
    await injectAnswerFault(formRequest.request);
    expect(formRequest.facts[0]?.body()).toEqual({ a: '1' });
  });
});

describe('the expected principal', () => {
  const ruled = { route: { rule: ruleOf() }, ...withCaller(CALLER) };

  it('is determined if a fault needs it', async () => {
    const { request, facts } = createRequest({ ...ruled, needsPrincipal: true });
    await injectRequestFault(request, 'all');

    expect(facts[0]?.principal).toEqual(CALLER.principal);
    expect(request.notes.expectedPrincipal).toBeNull();
  });

  it('is determined for the journal if a fault matches', async () => {
    for (const principal of [true, false]) {
      const { request, facts } = createRequest({
        ...ruled,
        needsPrincipal: principal,
        fault: createFault({ status: 503 }),
      });
      await injectRequestFault(request, 'all');

      expect(request.notes.expectedPrincipal).toEqual(CALLER.principal);
      expect(facts[0]?.principal).toEqual(principal ? CALLER.principal : null);
    }
  });

  it('may request another token, whatever was granted before', async () => {
    const { request } = createRequest({ ...ruled, fault: createFault({ status: 503 }) });
    await injectRequestFault(request, 'all');

    expect(request.reported[0]).toEqual(['forgetGrants', ' key-1']);
  });
});

describe('the expected principal of a token request', () => {
  const client = (clientId: string) => ({ kind: 'client', clientId });
  const fields = { client, second: client, key: () => ({ kind: 'key' }) };
  /** Finds the principal of a request whose query has these credentials. */
  const findPrincipal = async (query: Record<string, unknown>, callers: object) => {
    const { request } = createRequest({
      fault: createFault({ status: 503 }),
      request: { query } as never,
      route: { rule: null, row: { id: 'row_of_toy', selects: 'query' } },
      service: { name: 'toys', credentials: { fields }, callers },
    });
    await injectRequestFault(request, 'all');
    return request.notes.expectedPrincipal;
  };
  const impersonate = async (_context: unknown, clientId?: string) =>
    clientId === 'other' ? null : { principal: { ...CALLER.principal, name: String(clientId) } };

  it('is that of the client', async () => {
    expect(await findPrincipal({ client: 'bot' }, { impersonate })).toMatchObject({ name: 'bot' });
  });

  it('is that of the first client that exists', async () => {
    expect(await findPrincipal({ client: 'other', second: 'bot' }, { impersonate })).toMatchObject({ name: 'bot' });
  });

  it.each<[string, query: Record<string, string>, callers: object]>([
    ['another credential', { key: 'k' }, { impersonate }],
    ['an unknown client', { client: 'other' }, { impersonate }],
    ['a service without clients', { client: 'bot' }, {}],
  ])('is null for %s', async (_what, query, callers) => {
    expect(await findPrincipal(query, callers)).toBeNull();
  });

  it('is not read from an internal error', async () => {
    const authenticate = async () => {
      throw new TypeError('broken');
    };
    const { request } = createRequest({
      fault: createFault({ status: 503 }),
      route: { rule: ruleOf() },
      service: { name: 'toys', callers: { authenticate } },
    });

    await expect(injectRequestFault(request, 'all')).rejects.toThrow(TypeError);
  });
});

describe('a finished response', () => {
  it('without a matching fault is unchanged', async () => {
    const { request, calls } = createRequest({ answer: {} });
    await injectAnswerFault(request);

    expect(calls).toEqual([['strike', 'answer', NOW]]);
    expect(request).toMatchObject({
      answer: { outcome: { status: 200 }, statusWithoutFault: null },
      notes: { injectedFault: null },
    });
  });

  it('is not matched in a world without faults', async () => {
    const { request, calls } = createRequest({ answer: {} });
    Object.assign(request.world.faults, { isEmpty: true });
    await injectAnswerFault(request);

    expect([await injectRequestFault(request, 'all'), calls]).toEqual([null, []]);
  });

  it('is replaced by the response of the fault', async () => {
    const answer = { status: 203, headers: { 'X-Toy': 'ball' }, body: { name: 'doll' } };
    const { request } = createRequest({ answer: {}, fault: createFault({ answer }) });
    await injectAnswerFault(request);

    expect(request.answer).toMatchObject({
      statusWithoutFault: 200,
      outcome: { status: 203, headers: { 'x-toy': 'ball' }, body: { name: 'doll' } },
    });
  });

  it('is replaced by the status of the fault, which knows the original', async () => {
    const decision = { ...ALLOWED, reason: 'not_owner' } as const;
    const { request, facts } = createRequest({
      fault: createFault({ status: 503, retryAfter: 0 }),
      answer: { outcome: { status: 201 }, decision },
    });
    await injectAnswerFault(request);

    expect(facts[0]).toMatchObject({ status: 201, principal: ALLOWED.principal, reason: 'not_owner' });
    expect(request.answer).toMatchObject({
      isOfFault: true,
      statusWithoutFault: 201,
      outcome: { status: 503, headers: { 'retry-after': '0' } },
    });
    expect(request.answer.outcome.body).toMatchObject({ about: { decision } });
  });

  it('is unchanged if the fault only drops the connection', async () => {
    const { request } = createRequest({ answer: {}, fault: createFault({ drop: 'body' }) });
    await injectAnswerFault(request);

    expect(request).toMatchObject({
      answer: { outcome: { status: 200 }, statusWithoutFault: null },
      notes: { injectedFault: { id: 'f-1' } },
    });
  });

  it('is matched once, and later faults are shadowed by the first', async () => {
    const { request, calls } = createRequest({
      answer: {},
      notes: { injectedFault: createFault({}) },
      fault: createFault({ status: 503 }),
    });
    await injectAnswerFault(request);

    expect(calls).toEqual([['shadow', 'answer', 'f-1']]);
  });
});
