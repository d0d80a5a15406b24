import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/decisions/decide.ts';
import type { Fault } from '../../../src/faults/fault.ts';
import { injectAnswerFault, injectRequestFault, waitsForFault } from '../../../src/http/steps/inject-fault.ts';
import type { Facts } from '../../../src/journal/match.ts';
import { key, ruleOf } from '../../decisions/toy-law.ts';
import { ALLOWED, faultThat, type Given, NOW, toyRequest } from './toy-request.ts';

interface Asked extends Given {
  readonly fault?: Fault | null;
  readonly needs?: { readonly isPossible?: boolean; readonly principal?: boolean };
}

/** A request in a world with one fault, which strikes it, or with none. */
function struck({ fault = null, needs: { isPossible = false, principal = false } = {}, ...given }: Asked = {}) {
  const asked: unknown[][] = [];
  const seen: Facts[] = [];
  const pauses: unknown[][] = [];
  const faults = {
    needs: (moment: string, facts: Facts) => {
      asked.push(['needs', moment, facts.principal]);
      return { isPossible, principal };
    },
    shadow: async (moment: string, _facts: Facts, by: { id: string }) => {
      asked.push(['shadow', moment, by.id]);
    },
    inject: async (moment: string, facts: Facts, now: number) => {
      asked.push(['strike', moment, now]);
      seen.push(facts);
      return fault;
    },
    pause: async (...parts: unknown[]) => void pauses.push(parts),
  };
  const request = toyRequest({ ...given, world: { faults, ...given.world } });
  return { request, asked, seen, pauses };
}

const JSON_TYPE = ['content-type', 'application/json'] as const;
/** A request with this body. */
const sending = (body: string): Given => ({
  raw: { method: 'POST', url: '/toys', headers: [JSON_TYPE, ['content-length', String(body.length)]], body },
  operation: { body: 'optional', bodyForm: 'json' },
});
const CALLER = key(['play']);
const calledBy = (caller: Caller): Given => ({
  service: { name: 'toys', callers: { authenticate: async () => caller } },
});

describe('a request', () => {
  it('that no fault strikes goes on as it was', async () => {
    const { request, asked, seen } = struck();

    expect(await injectRequestFault(request)).toBe(false);
    expect(asked).toEqual([
      ['needs', 'request', null],
      ['strike', 'request', NOW],
    ]);
    expect(seen).toEqual([
      {
        service: 'toys',
        operation: 'row_of_toy',
        method: 'GET',
        path: '/toys/ball',
        status: 200,
        principal: null,
        reason: null,
        body: expect.any(Function),
      },
    ]);
    expect(request).toMatchObject({ injectedFault: null, received: null, expectedPrincipal: null, reported: [] });
  });

  it('to the switchboard is never struck', async () => {
    const { request, asked } = struck({ fault: faultThat({ status: 503 }), service: { isControlApi: true } });

    expect([await injectRequestFault(request), await injectAnswerFault(request)]).toEqual([false, undefined]);
    expect(asked).toEqual([]);
  });

  it('that is struck is answered with the status of the fault, in the words of its service', async () => {
    const { request } = struck({ fault: faultThat({ status: 409 }), world: { id: 'team-a' } });

    expect(await injectRequestFault(request)).toBe(true);
    expect(request.outcome).toMatchObject({
      status: 409,
      body: { kind: 'conflict', about: { path: '/toys/ball', operation: 'row_of_toy', decision: null } },
    });
    expect(request.outcome.headers).toBeUndefined();
    expect(request.injectedFault?.id).toBe('f-1');
    expect(request.reported).toEqual([
      ['info', 'fault f-1 injected into GET /toys/ball [world team-a]', expect.anything()],
      ['event', 'fault', { fault: 'f-1', drill: null, fired: 1, service: 'toys', operation: 'get_toy' }],
    ]);
  });

  it('is told when to come again', async () => {
    const { request } = struck({ fault: faultThat({ status: 503, retryAfter: 7 }) });
    await injectRequestFault(request);

    expect(request.outcome.headers).toEqual({ 'retry-after': '7' });
  });

  it.each([
    [{ drop: 'before' }, true, 503],
    [{ drop: 'headers' }, true, 503],
    [{ delay: { min: 5, max: 5 } }, false, 200],
    [{ drop: 'body' }, false, 200],
  ] as const)(
    'is answered in place of its steps where nobody could read the answer: %j',
    async (action, is, status) => {
      const { request } = struck({ fault: faultThat(action) });

      expect(await injectRequestFault(request)).toBe(is);
      expect(request.outcome.status).toBe(status);
    },
  );

  it('waits as long as the fault says, and no time at all where it says nothing', async () => {
    const fault = faultThat({ delay: { min: 5, max: 5 } });
    const [slow, quick] = [struck({ fault }), struck({ fault: faultThat({ status: 503 }) })];
    await injectRequestFault(slow.request);
    await injectRequestFault(quick.request);

    expect([slow.pauses, quick.pauses]).toEqual([[[fault, 5]], []]);
  });
});

describe('the body of a request', () => {
  const readable = { ...sending('{"name":"ball"}'), route: { readsBody: true, row: { id: 'row_of_toy' } } };
  const received = { value: { name: 'ball' }, text: '{"name":"ball"}', fault: null };

  it('is received first if a fault may strike', () => {
    const { request, asked } = struck({ ...readable, needs: { isPossible: true } });

    expect(waitsForFault(request)).toBe(true);
    expect(asked).toEqual([['needs', 'request', null]]);
  });

  it('is left to its turn otherwise', () => {
    const possible = { needs: { isPossible: true } };
    const { request: unread } = struck(readable);
    const { request: without } = struck({ ...sending('{}'), ...possible });
    const control = struck({ ...readable, ...possible, service: { isControlApi: true } });
    const quiet = struck({ ...readable, ...possible });
    Object.assign(quiet.request.world.faults, { isEmpty: true });

    expect([unread, without, control.request, quiet.request].map(waitsForFault)).toEqual([false, false, false, false]);
    expect([control.asked, quiet.asked]).toEqual([[], []]);
  });

  it('is what a fault looks at', async () => {
    const { request, seen } = struck({ ...readable, request: { received } });
    await injectRequestFault(request);

    expect(seen[0]?.body()).toEqual({ name: 'ball' });
    expect(request.sent.text).toBeNull();
  });

  it('is what was sent, and not what the operation made of it', async () => {
    const seenBy = async (given: Given, value: unknown) => {
      const { request, seen } = struck(given);
      request.body = value;
      await injectAnswerFault(request);
      return seen[0]?.body();
    };
    const form = { raw: { headers: [['Content-Type', 'application/x-www-form-urlencoded']] } } as const;
    const kept = (text: string | null, size: number) => ({ sent: { text, form: 'bytes', size } as const });

    expect(await seenBy({ request: kept('{"NAME":"ball"}', 15) }, { name: 'ball' })).toEqual({ NAME: 'ball' });
    expect(await seenBy({ request: kept('{"NAME":"', 15) }, { name: 'ball' })).toEqual({ name: 'ball' });
    expect(await seenBy({ request: kept(null, 15) }, { name: 'ball' })).toEqual({ name: 'ball' });
    expect(await seenBy({ request: kept('"\u00c3\u00a9"', 4) }, 'e')).toBe('é');
    expect(await seenBy({ request: kept('"', 4), ...{} }, undefined)).toBeUndefined();
    const read = { value: 1, text: '{"a":2}', fault: null };
    expect(await seenBy({ request: { ...kept('{', 7), received: read } }, 1)).toEqual({ a: 2 });
    const struckForm = struck({ ...form, request: kept('a=1', 3) });
    struckForm.request.raw.headers['content-type'] = 'application/x-www-form-urlencoded';
    await injectAnswerFault(struckForm.request);
    expect(struckForm.seen[0]?.body()).toEqual({ a: '1' });
  });
});

describe('whose request it would turn out to be', () => {
  const ruled = { route: { rule: ruleOf() }, ...calledBy(CALLER) };

  it('is found out if a fault looks at it', async () => {
    const { request, seen } = struck({ ...ruled, needs: { principal: true } });
    await injectRequestFault(request);

    expect(seen[0]?.principal).toEqual(CALLER.principal);
    expect(request.expectedPrincipal).toBeNull();
  });

  it('is found out for the journal once a fault strikes', async () => {
    for (const principal of [true, false]) {
      const { request, seen } = struck({ ...ruled, needs: { principal }, fault: faultThat({ status: 503 }) });
      await injectRequestFault(request);

      expect(request.expectedPrincipal).toEqual(CALLER.principal);
      expect(seen[0]?.principal).toEqual(principal ? CALLER.principal : null);
    }
  });

  it('lets them ask for another token, whatever they were given before', async () => {
    const { request } = struck({ ...ruled, fault: faultThat({ status: 503 }) });
    await injectRequestFault(request);

    expect(request.reported[0]).toEqual(['forgetGrants', ' key-1']);
  });
});

describe('a finished answer', () => {
  it('that no fault strikes stays as it is', async () => {
    const { request, asked } = struck();
    await injectAnswerFault(request);

    expect(asked).toEqual([['strike', 'answer', NOW]]);
    expect(request).toMatchObject({ outcome: { status: 200 }, wouldBe: null, injectedFault: null });
  });

  it('of a world without faults is not compared with any', async () => {
    const { request, asked } = struck();
    Object.assign(request.world.faults, { isEmpty: true });
    await injectAnswerFault(request);

    expect([await injectRequestFault(request), asked]).toEqual([false, []]);
  });

  it('is replaced by the answer that a test gave to the fault', async () => {
    const answer = { status: 203, headers: { 'X-Toy': 'ball' }, body: { name: 'doll' } };
    const { request } = struck({ fault: faultThat({ answer }) });
    await injectAnswerFault(request);

    expect(request).toMatchObject({
      wouldBe: 200,
      outcome: { status: 203, headers: { 'x-toy': 'ball' }, body: { name: 'doll' } },
    });
  });

  it('is replaced by the status of the fault, and what it was is known', async () => {
    const decision = { ...ALLOWED, reason: 'not_owner' } as const;
    const { request, seen } = struck({
      fault: faultThat({ status: 503, retryAfter: 0 }),
      request: { outcome: { status: 201 }, decision },
    });
    await injectAnswerFault(request);

    expect(seen[0]).toMatchObject({ status: 201, principal: ALLOWED.principal, reason: 'not_owner' });
    expect(request).toMatchObject({ wouldBe: 201, outcome: { status: 503, headers: { 'retry-after': '0' } } });
    expect(request.outcome.body).toMatchObject({ about: { decision } });
  });

  it('stays as it is if the fault breaks only its way', async () => {
    const { request } = struck({ fault: faultThat({ drop: 'body' }) });
    await injectAnswerFault(request);

    expect(request).toMatchObject({ outcome: { status: 200 }, wouldBe: null, injectedFault: { id: 'f-1' } });
  });

  it('is struck once; those that would have struck it are told by which', async () => {
    const { request, asked } = struck({ request: { injectedFault: faultThat({}) }, fault: faultThat({ status: 503 }) });
    await injectAnswerFault(request);

    expect(asked).toEqual([['shadow', 'answer', 'f-1']]);
  });
});
