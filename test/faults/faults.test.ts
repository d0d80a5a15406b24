import { describe, expect, it } from 'vitest';
import type { Fault, FaultOrder } from '../../src/faults/fault.ts';
import { momentOf } from '../../src/faults/fault.ts';
import { delayOf, Faults } from '../../src/faults/faults.ts';
import type { Facts } from '../../src/journal/match.ts';

const FACTS: Facts = {
  ...{ service: 'runai', operation: 'grant_token', method: 'POST', path: '/api/v1/token' },
  ...{ status: null, principal: null, reason: null, body: () => undefined },
};
const ORDER: FaultOrder = {
  ...{ match: {}, probability: 1, seed: '1', times: null, after: 0, until: null, drill: null },
  action: { status: 503 },
};
const faultsWith = (...orders: Partial<FaultOrder>[]) => {
  const faults = new Faults('s');
  for (const order of orders) faults.add({ ...ORDER, ...order }, 0);
  return faults;
};

describe('the faults of a world', () => {
  it('strike in the order in which they were added; one that struck leaves the request to no other', () => {
    const faults = faultsWith({ times: 1 }, { times: 1 });
    const ids = [1, 2, 3].map(() => faults.strike('request', FACTS, 0)?.id ?? null);
    expect(ids).toEqual(['s-f1', 's-f2', null]);
    expect(faults.list().map(({ seen, fired }) => [seen, fired])).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it('strike at their moment only', () => {
    const faults = faultsWith({ action: { body: 'empty' } });
    expect(faults.strike('request', FACTS, 0)).toBeNull();
    expect(faults.strike('answer', FACTS, 0)?.id).toBe('s-f1');
  });

  it.each([
    [{ status: 503 }, 'request'],
    [{ delay: { min: 1, max: 1 } }, 'request'],
    [{ drop: 'before' }, 'request'],
    [{ drop: 'headers' }, 'request'],
    [{ drop: 'body' }, 'answer'],
    [{ body: 'slow' }, 'answer'],
    [{ status: 503, after: true }, 'answer'],
    [{ status: 503, body: 'truncated' }, 'request'],
  ] as const)('%j acts on the %s', (action, moment) => {
    expect(momentOf(action)).toBe(moment);
  });

  it('need the body or the caller only for a request that could be theirs', () => {
    const faults = faultsWith({ match: { operation: 'get_users', principal: 'ann', body: {} } });
    expect(faults.needs('request', FACTS)).toEqual({ body: false, principal: false });
    expect(faults.needs('request', { ...FACTS, operation: 'get_users' })).toEqual({ body: true, principal: true });
  });

  it('wait a time between the two that their seed determines', () => {
    const fault = (fired: number): Fault => ({
      ...{ ...ORDER, id: 'f', createdAt: 0, seen: fired, fired },
      action: { delay: { min: 100, max: 200 } },
    });
    const delays = Array.from({ length: 50 }, (_, index) => delayOf(fault(index)));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...delays)).toBeLessThanOrEqual(200);
    expect(new Set(delays).size).toBeGreaterThan(20);
    expect(delays).toEqual(Array.from({ length: 50 }, (_, index) => delayOf(fault(index))));
  });

  it('keep nobody waiting once they end', async () => {
    const faults = new Faults('s');
    const fault = faults.add(ORDER, 0);
    const waiting = faults.pause(fault, 1_000_000);
    faults.end();
    await waiting;
    await faults.pause(fault, 1_000_000);
  });

  it('keep nobody waiting once they are removed', async () => {
    const faults = new Faults('s');
    const [fault, other] = [faults.add(ORDER, 0), faults.add(ORDER, 0)];
    const waiting = [faults.pause(fault, 1_000_000), faults.pause(other, 1_000_000)];
    faults.remove(fault.id);
    await waiting[0];
    faults.clear();
    await waiting[1];
  });
});
