import { describe, expect, it } from 'vitest';
import { Quota } from '../../src/core/quota.ts';
import type { Fault, FaultOrder } from '../../src/faults/fault.ts';
import { momentOf } from '../../src/faults/fault.ts';
import { delayOf, Faults } from '../../src/faults/faults.ts';
import { unusedSentence } from '../../src/faults/unused.ts';
import type { Facts } from '../../src/journal/match.ts';

const FACTS: Facts = {
  ...{ service: 'runai', operation: 'grant_token', method: 'POST', path: '/api/v1/token' },
  ...{ status: null, principal: null, reason: null, body: () => undefined },
};
const ORDER: FaultOrder = {
  ...{ match: {}, probability: 1, seed: '1', times: null, after: 0, until: null, drill: null },
  action: { status: 503 },
};
const faultsWith = async (...orders: Partial<FaultOrder>[]) => {
  const faults = new Faults('s', new Quota(1e6));
  for (const order of orders) await faults.add({ ...ORDER, ...order }, 0);
  return faults;
};

describe('the faults of a world', () => {
  it('strike in the order in which they were added; one that struck leaves the request to no other', async () => {
    const faults = await faultsWith({ times: 1 }, { times: 1 });
    const ids = await Promise.all([1, 2, 3].map(async () => (await faults.inject('request', FACTS, 0))?.id ?? null));
    expect(ids).toEqual(['s-f1', 's-f2', null]);
    expect(faults.list().map(({ seen, fired, shadowedBy }) => [seen, fired, shadowedBy])).toEqual([
      [1, 1, null],
      [2, 1, 's-f1'],
    ]);
  });

  it('that another one shadows have seen the request, and say by which', async () => {
    const faults = await faultsWith(
      {},
      { after: 5 },
      { match: { operation: 'get_users' } },
      { action: { body: 'empty' } },
    );
    await faults.inject('request', FACTS, 0);
    await faults.shadow('answer', FACTS, { id: 's-f1' });

    expect(faults.list().map(({ seen, fired, shadowedBy }) => [seen, fired, shadowedBy])).toEqual([
      [1, 1, null],
      [1, 0, 's-f1'],
      [0, 0, null],
      [1, 0, 's-f1'],
    ]);
    const [, shadowed] = faults.list();
    expect(unusedSentence(shadowed as Fault)).toBe(
      'the fault s-f2 (any request) was never injected: the fault s-f1, which takes precedence, was injected in its place',
    );
    expect(unusedSentence({ ...(shadowed as Fault), shadowedBy: null, seen: 7 })).toBe(
      'the fault s-f2 (any request) was never injected: its probability let all 7 matching requests pass',
    );
  });

  it('never get the place of one that was removed', async () => {
    const faults = await faultsWith({}, {}, {});
    await faults.remove('s-f2');
    await faults.remove('s-f3');
    expect((await faults.add(ORDER, 0)).place).toBe(4);
    await faults.clear();
    expect((await faults.add(ORDER, 0)).place).toBe(5);
  });

  it('strike at their moment only', async () => {
    const faults = await faultsWith({ action: { body: 'empty' } });
    expect(await faults.inject('request', FACTS, 0)).toBeNull();
    expect((await faults.inject('answer', FACTS, 0))?.id).toBe('s-f1');
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

  it('need the body or the caller only for a request that could be theirs', async () => {
    const faults = await faultsWith({ match: { operation: 'get_users', principal: 'ann', body: {} } });
    expect(faults.needs('request', FACTS)).toEqual({ body: false, principal: false });
    expect(faults.needs('request', { ...FACTS, operation: 'get_users' })).toEqual({ body: true, principal: true });
  });

  it('wait a time between the two that their seed determines', () => {
    const fault = (fired: number): Fault => ({
      ...{ ...ORDER, id: 'f', place: 1, createdAt: 0, seen: fired, fired, shadowedBy: null },
      action: { delay: { min: 100, max: 200 } },
    });
    const delays = Array.from({ length: 50 }, (_, index) => delayOf(fault(index)));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...delays)).toBeLessThanOrEqual(200);
    expect(new Set(delays).size).toBeGreaterThan(20);
    expect(delays).toEqual(Array.from({ length: 50 }, (_, index) => delayOf(fault(index))));
  });

  it('keep nobody waiting once they end', async () => {
    const faults = new Faults('s', new Quota(1e6));
    const fault = await faults.add(ORDER, 0);
    const waiting = faults.pause(fault, 1_000_000);
    faults.end();
    await waiting;
    await faults.pause(fault, 1_000_000);
  });

  it('keep nobody waiting once they are removed', async () => {
    const faults = new Faults('s', new Quota(1e6));
    const [fault, other] = [await faults.add(ORDER, 0), await faults.add(ORDER, 0)];
    const waiting = [faults.pause(fault, 1_000_000), faults.pause(other, 1_000_000)];
    await faults.remove(fault.id);
    await waiting[0];
    await faults.clear();
    await waiting[1];
  });
});

describe('faults that processes share', () => {
  /** What two processes have in common. */
  const shelf = () => {
    let stored: readonly Fault[] = [];
    const open = (series: string) => {
      const faults: Faults = new Faults(series, new Quota(1e6), () => {}, {
        refresh: async () => faults.replace(stored),
        update: async (change) => {
          const [after, result] = change(stored);
          stored = after;
          faults.replace(after);
          return result;
        },
      });
      return faults;
    };
    return [open('a'), open('b')] as const;
  };

  it('strike once in all if they are to strike once', async () => {
    const both = shelf();
    await both[0].add({ ...ORDER, times: 1 }, 0);
    both[1].replace(both[0].list());
    const struck = await Promise.all([0, 1, 0, 1].map((which) => both[which as 0 | 1].inject('request', FACTS, 0)));
    expect(struck.filter((fault) => fault !== null)).toHaveLength(1);
    for (const one of both) expect(one.list().map(({ fired }) => fired)).toEqual([1]);
  });

  it('never get the place of one that another process added and removed', async () => {
    const [one, other] = shelf();
    await one.add(ORDER, 0);
    const { id } = await one.add(ORDER, 0);
    await one.remove(id);
    expect(one.list().map(({ place }) => place)).toEqual([1]);
    expect((await other.add(ORDER, 0)).place).toBe(3);
    expect(other.list().map(({ place }) => place)).toEqual([1, 3]);
    await other.clear();
    expect([one, other].map((faults) => faults.isEmpty)).toEqual([false, true]);
    expect((await one.add(ORDER, 0)).place).toBe(4);
  });

  it('let go of who waits in another process when they are removed, and stay when a process ends', async () => {
    const [one, other] = shelf();
    const fault = await one.add(ORDER, 0);
    other.replace(one.list());
    const waiting = other.pause(fault, 1_000_000);
    await one.remove(fault.id);
    await waiting;
    await one.add(ORDER, 0);
    other.replace(one.list());
    one.end();
    expect(other.list()).toHaveLength(1);
  });
});
