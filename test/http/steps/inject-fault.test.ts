import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/core/decide.ts';
import type { Fault } from '../../../src/faults/fault.ts';
import { injectAnswerFault, injectRequestFault, waitsForFault } from '../../../src/http/steps/inject-fault.ts';
import type { Facts } from '../../../src/journal/match.ts';
import { key, ruleOf } from '../../core/toy-law.ts';
import { ALLOWED, faultThat, type Given, NOW, toyFlight } from './toy-flight.ts';

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
  const flight = toyFlight({ ...given, world: { faults, ...given.world } });
  return { flight, asked, seen, pauses };
}

const JSON_TYPE = ['content-type', 'application/json'] as const;
/** A request with this body. */
const sending = (body: string): Given => ({
  raw: { method: 'POST', url: '/toys', headers: [JSON_TYPE, ['content-length', String(body.length)]], body },
  operation: { body: 'optional', bodyForm: 'json' },
});
const CALLER = key(['play']);
const calledBy = (caller: Caller): Given => ({ service: { name: 'toys', authenticate: async () => caller } });

describe('a request', () => {
  it('that no fault strikes goes on as it was', async () => {
    const { flight, asked, seen } = struck();

    expect(await injectRequestFault(flight)).toBe(false);
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
    expect(flight).toMatchObject({ injectedFault: null, body: null, expectedPrincipal: null, reported: [] });
  });

  it('to the switchboard is never struck', async () => {
    const { flight, asked } = struck({ fault: faultThat({ status: 503 }), service: { isControlApi: true } });

    expect([await injectRequestFault(flight), await injectAnswerFault(flight)]).toEqual([false, undefined]);
    expect(asked).toEqual([]);
  });

  it('that is struck is answered with the status of the fault, in the words of its service', async () => {
    const { flight } = struck({ fault: faultThat({ status: 409 }), world: { id: 'team-a' } });

    expect(await injectRequestFault(flight)).toBe(true);
    expect(flight.outcome).toMatchObject({
      status: 409,
      body: { kind: 'conflict', about: { path: '/toys/ball', operation: 'row_of_toy', decision: null } },
    });
    expect(flight.outcome.headers).toBeUndefined();
    expect(flight.injectedFault?.id).toBe('f-1');
    expect(flight.reported).toEqual([
      ['info', 'the fault f-1 is injected into GET /toys/ball [world team-a]'],
      ['event', 'fault', { fault: 'f-1', drill: null, fired: 1, service: 'toys', operation: 'get_toy' }],
    ]);
  });

  it('is told when to come again', async () => {
    const { flight } = struck({ fault: faultThat({ status: 503, retryAfter: 7 }) });
    await injectRequestFault(flight);

    expect(flight.outcome.headers).toEqual({ 'retry-after': '7' });
  });

  it.each([
    [{ drop: 'before' }, true, 503],
    [{ drop: 'headers' }, true, 503],
    [{ delay: { min: 5, max: 5 } }, false, 200],
    [{ drop: 'body' }, false, 200],
  ] as const)(
    'is answered in place of its steps where nobody could read the answer: %j',
    async (action, is, status) => {
      const { flight } = struck({ fault: faultThat(action) });

      expect(await injectRequestFault(flight)).toBe(is);
      expect(flight.outcome.status).toBe(status);
    },
  );

  it('waits as long as the fault says, and no time at all where it says nothing', async () => {
    const fault = faultThat({ delay: { min: 5, max: 5 } });
    const [slow, quick] = [struck({ fault }), struck({ fault: faultThat({ status: 503 }) })];
    await injectRequestFault(slow.flight);
    await injectRequestFault(quick.flight);

    expect([slow.pauses, quick.pauses]).toEqual([[[fault, 5]], []]);
  });
});

describe('the body of a request', () => {
  const readable = { ...sending('{"name":"ball"}'), route: { readsBody: true, row: { id: 'row_of_toy' } } };
  const received = { value: { name: 'ball' }, text: '{"name":"ball"}', fault: null };

  it('is received first if a fault may strike', () => {
    const { flight, asked } = struck({ ...readable, needs: { isPossible: true } });

    expect(waitsForFault(flight)).toBe(true);
    expect(asked).toEqual([['needs', 'request', null]]);
  });

  it('is left to its turn otherwise', () => {
    const possible = { needs: { isPossible: true } };
    const { flight: unread } = struck(readable);
    const { flight: without } = struck({ ...sending('{}'), ...possible });
    const control = struck({ ...readable, ...possible, service: { isControlApi: true } });
    const quiet = struck({ ...readable, ...possible });
    Object.assign(quiet.flight.context.world.faults, { isEmpty: true });

    expect([unread, without, control.flight, quiet.flight].map(waitsForFault)).toEqual([false, false, false, false]);
    expect([control.asked, quiet.asked]).toEqual([[], []]);
  });

  it('is what a fault looks at', async () => {
    const { flight, seen } = struck({ ...readable, flight: { body: received } });
    await injectRequestFault(flight);

    expect(seen[0]?.body()).toEqual({ name: 'ball' });
    expect(flight.sent.text).toBeNull();
  });

  it('is what was sent, and not what the operation made of it', async () => {
    const seenBy = async (given: Given, value: unknown) => {
      const { flight, seen } = struck(given);
      flight.context.body = value;
      await injectAnswerFault(flight);
      return seen[0]?.body();
    };
    const form = { raw: { headers: [['Content-Type', 'application/x-www-form-urlencoded']] } } as const;
    const kept = (text: string | null, size: number) => ({ sent: { text, form: 'bytes', size } as const });

    expect(await seenBy({ flight: kept('{"NAME":"ball"}', 15) }, { name: 'ball' })).toEqual({ NAME: 'ball' });
    expect(await seenBy({ flight: kept('{"NAME":"', 15) }, { name: 'ball' })).toEqual({ name: 'ball' });
    expect(await seenBy({ flight: kept(null, 15) }, { name: 'ball' })).toEqual({ name: 'ball' });
    expect(await seenBy({ flight: kept('"\u00c3\u00a9"', 4) }, 'e')).toBe('é');
    expect(await seenBy({ flight: kept('"', 4), ...{} }, undefined)).toBeUndefined();
    const read = { value: 1, text: '{"a":2}', fault: null };
    expect(await seenBy({ flight: { ...kept('{', 7), body: read } }, 1)).toEqual({ a: 2 });
    const struckForm = struck({ ...form, flight: kept('a=1', 3) });
    struckForm.flight.raw.headers['content-type'] = 'application/x-www-form-urlencoded';
    await injectAnswerFault(struckForm.flight);
    expect(struckForm.seen[0]?.body()).toEqual({ a: '1' });
  });
});

describe('whose request it would turn out to be', () => {
  const ruled = { route: { rule: ruleOf() }, ...calledBy(CALLER) };

  it('is found out if a fault looks at it', async () => {
    const { flight, seen } = struck({ ...ruled, needs: { principal: true } });
    await injectRequestFault(flight);

    expect(seen[0]?.principal).toEqual(CALLER.principal);
    expect(flight.expectedPrincipal).toBeNull();
  });

  it('is found out for the journal once a fault strikes', async () => {
    for (const principal of [true, false]) {
      const { flight, seen } = struck({ ...ruled, needs: { principal }, fault: faultThat({ status: 503 }) });
      await injectRequestFault(flight);

      expect(flight.expectedPrincipal).toEqual(CALLER.principal);
      expect(seen[0]?.principal).toEqual(principal ? CALLER.principal : null);
    }
  });

  it('lets them ask for another token, whatever they were given before', async () => {
    const { flight } = struck({ ...ruled, fault: faultThat({ status: 503 }) });
    await injectRequestFault(flight);

    expect(flight.reported[0]).toEqual(['forgetGrants', ' key-1']);
  });
});

describe('a finished answer', () => {
  it('that no fault strikes stays as it is', async () => {
    const { flight, asked } = struck();
    await injectAnswerFault(flight);

    expect(asked).toEqual([['strike', 'answer', NOW]]);
    expect(flight).toMatchObject({ outcome: { status: 200 }, wouldBe: null, injectedFault: null });
  });

  it('of a world without faults is not compared with any', async () => {
    const { flight, asked } = struck();
    Object.assign(flight.context.world.faults, { isEmpty: true });
    await injectAnswerFault(flight);

    expect([await injectRequestFault(flight), asked]).toEqual([false, []]);
  });

  it('is replaced by the answer that a test gave to the fault', async () => {
    const answer = { status: 203, headers: { 'X-Toy': 'ball' }, body: { name: 'doll' } };
    const { flight } = struck({ fault: faultThat({ answer }) });
    await injectAnswerFault(flight);

    expect(flight).toMatchObject({
      wouldBe: 200,
      outcome: { status: 203, headers: { 'x-toy': 'ball' }, body: { name: 'doll' } },
    });
  });

  it('is replaced by the status of the fault, and what it was is known', async () => {
    const decision = { ...ALLOWED, reason: 'not_owner' } as const;
    const { flight, seen } = struck({
      fault: faultThat({ status: 503, retryAfter: 0 }),
      flight: { outcome: { status: 201 }, decision },
    });
    await injectAnswerFault(flight);

    expect(seen[0]).toMatchObject({ status: 201, principal: ALLOWED.principal, reason: 'not_owner' });
    expect(flight).toMatchObject({ wouldBe: 201, outcome: { status: 503, headers: { 'retry-after': '0' } } });
    expect(flight.outcome.body).toMatchObject({ about: { decision } });
  });

  it('stays as it is if the fault breaks only its way', async () => {
    const { flight } = struck({ fault: faultThat({ drop: 'body' }) });
    await injectAnswerFault(flight);

    expect(flight).toMatchObject({ outcome: { status: 200 }, wouldBe: null, injectedFault: { id: 'f-1' } });
  });

  it('is struck once; those that would have struck it are told by which', async () => {
    const { flight, asked } = struck({ flight: { injectedFault: faultThat({}) }, fault: faultThat({ status: 503 }) });
    await injectAnswerFault(flight);

    expect(asked).toEqual([['shadow', 'answer', 'f-1']]);
  });
});
