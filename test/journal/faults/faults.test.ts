import { describe, expect, it } from 'vitest';
import { describeUnused, type Fault, type FaultOrder, momentOf } from '../../../src/journal/faults/fault.ts';
import { delayOf, Faults } from '../../../src/journal/faults/faults.ts';
import { estimateFaultBytes } from '../../../src/journal/faults/list.ts';
import type { Facts } from '../../../src/journal/match.ts';
import { Quota } from '../../../src/lib/memory.ts';

const FACTS: Facts = {
  service: 'runai',
  operation: 'grant_token',
  method: 'POST',
  path: '/api/v1/token',
  status: null,
  principal: null,
  reason: null,
  body: () => undefined,
};
const ORDER: FaultOrder = {
  match: {},
  probability: 1,
  seed: '1',
  times: null,
  after: 0,
  until: null,
  action: { status: 503 },
};
const createFaults = async (...orders: Partial<FaultOrder>[]) => {
  const faults = new Faults('s', new Quota(1e6));
  for (const order of orders) await faults.add({ ...ORDER, ...order }, 0);
  return faults;
};

describe('the faults of a world', () => {
  it('are limited to 100 in force, without those whose time is over', async () => {
    const faults = await createFaults(...Array.from({ length: 100 }, () => ({ until: 10 })));
    await expect(faults.add(ORDER, 9)).rejects.toMatchObject({ kind: 'conflict' });
    const { id } = await faults.add(ORDER, 10);
    expect(faults.listInForce().map((fault) => fault.id)).toEqual([id]);
  });

  it('are injected in the order of their creation, one for each request', async () => {
    const faults = await createFaults({ times: 1 }, { times: 1 });
    const ids = await Promise.all([1, 2, 3].map(async () => (await faults.inject('request', FACTS, 0))?.id ?? null));
    expect(ids).toEqual(['s-f1', 's-f2', null]);
    expect(faults.list().map(({ seen, fired, shadowedBy }) => [seen, fired, shadowedBy])).toEqual([
      [1, 1, null],
      [2, 1, 's-f1'],
    ]);
  });

  it('that are shadowed count the request and name the fault that was injected', async () => {
    const faults = await createFaults(
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
    expect(describeUnused(shadowed as Fault)).toBe(
      'the fault s-f2 (any request) was never injected: the fault s-f1, which takes precedence, was injected instead',
    );
    expect(describeUnused({ ...(shadowed as Fault), shadowedBy: null, seen: 7 })).toBe(
      'the fault s-f2 (any request) was never injected: its probability skipped all 7 matching requests',
    );
  });

  it('share the quota while they are being stored', async () => {
    const quota = new Quota(1.5 * estimateFaultBytes(ORDER));
    const stored = async () => new Promise<void>((resolve) => setTimeout(resolve, 5));
    const faults = new Faults('s', quota, () => {}, stored);
    const added = await Promise.allSettled([1, 2, 3].map(() => faults.add(ORDER, 0)));
    expect(added.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(quota.used).toBe(estimateFaultBytes(ORDER));
  });

  it('do not reuse the place of a removed fault', async () => {
    const faults = await createFaults({}, {}, {});
    await faults.remove('s-f2');
    await faults.remove('s-f3');
    expect((await faults.add(ORDER, 0)).place).toBe(4);
    await faults.clear();
    expect((await faults.add(ORDER, 0)).place).toBe(5);
  });

  it('are injected at their moment only', async () => {
    const faults = await createFaults({ action: { body: 'empty' } });
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
  ] as const)('with %j act on the %s', (action, moment) => {
    expect(momentOf(action)).toBe(moment);
  });

  it('need the caller only for a request that may match', async () => {
    const faults = await createFaults({ match: { operation: 'get_users', principal: 'ann', body: {} } });
    const users = { ...FACTS, operation: 'get_users' };

    expect(faults.needsPrincipal('request', FACTS, 'all')).toBe(false);
    expect(['headers', 'body', 'all'].map((part) => faults.needsPrincipal('request', users, part as 'all'))).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('delay by a time in their range that their seed determines', () => {
    const createFault = (fired: number): Fault => ({
      ...ORDER,
      id: 'f',
      place: 1,
      createdAt: 0,
      seen: fired,
      fired,
      shadowedBy: null,
      ended: null,
      action: { delay: { min: 100, max: 200 } },
    });
    const delays = Array.from({ length: 50 }, (_, index) => delayOf(createFault(index)));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...delays)).toBeLessThanOrEqual(200);
    expect(new Set(delays).size).toBeGreaterThan(20);
    expect(delays).toEqual(Array.from({ length: 50 }, (_, index) => delayOf(createFault(index))));
  });

  it('end all delays when they end', async () => {
    const faults = new Faults('s', new Quota(1e6));
    const fault = await faults.add(ORDER, 0);
    const pause = faults.pause(fault, 1_000_000);
    faults.end();

    await expect(pause).resolves.toBeUndefined();
    await expect(faults.pause(fault, 1_000_000)).resolves.toBeUndefined();
  });

  it('end their delays when they are removed', async () => {
    const faults = new Faults('s', new Quota(1e6));
    const [fault, second] = [await faults.add(ORDER, 0), await faults.add(ORDER, 0)];
    const pause = faults.pause(fault, 1_000_000);
    const secondPause = faults.pause(second, 1_000_000);

    await faults.remove(fault.id);
    await expect(pause).resolves.toBeUndefined();
    await faults.clear();
    await expect(secondPause).resolves.toBeUndefined();
  });
});

describe('persistent faults', () => {
  /** Creates storage for the faults of a world, which can be opened repeatedly. */
  const createSavedFaults = () => {
    let stored: readonly Fault[] = [];
    let saveError: Error | null = null;
    let writes = 0;
    return {
      open: (series: string, removed?: (fault: Fault) => void) => {
        const faults = new Faults(series, new Quota(1e6), removed, async (next) => {
          await null;
          if (saveError !== null) throw saveError;
          writes += 1;
          stored = next;
        });
        faults.restore(stored);
        return faults;
      },
      fail: (error: Error | null) => {
        saveError = error;
      },
      countWrites: () => writes,
    };
  };
  const listCounts = (faults: Faults) => faults.list().map(({ seen, fired, shadowedBy }) => [seen, fired, shadowedBy]);

  it('continue with their counters', async () => {
    const saved = createSavedFaults();
    const before = saved.open('a');
    await before.add({ ...ORDER, times: 2 }, 0);
    await before.add({ ...ORDER, after: 3 }, 0);
    await before.inject('request', FACTS, 0);
    before.end();

    const after = saved.open('b');
    expect(listCounts(after)).toEqual([
      [1, 1, null],
      [1, 0, 'a-f1'],
    ]);
    const injected = await Promise.all(
      [1, 2, 3].map(async () => (await after.inject('request', FACTS, 0))?.id ?? null),
    );
    expect(injected).toEqual(['a-f1', null, 'a-f2']);
  });

  it('with one injection are injected once, even by concurrent requests', async () => {
    const faults = createSavedFaults().open('a');
    await faults.add({ ...ORDER, times: 1 }, 0);
    const injected = await Promise.all([0, 1, 2, 3].map(() => faults.inject('request', FACTS, 0)));
    expect(injected.filter((fault) => fault !== null)).toHaveLength(1);
    expect(listCounts(faults)).toEqual([[1, 1, null]]);
  });

  it('are unchanged if a change cannot be stored', async () => {
    const saved = createSavedFaults();
    const removed: Fault[] = [];
    const faults = saved.open('a', (fault) => removed.push(fault));
    await faults.add({ ...ORDER, times: 1 }, 0);
    saved.fail(new Error('the disk is full'));

    const changes = [
      () => faults.add(ORDER, 0),
      () => faults.remove('a-f1'),
      () => faults.withdraw('a-f1'),
      () => faults.clear(),
      () => faults.inject('request', FACTS, 0),
    ];
    for (const change of changes) await expect(change()).rejects.toThrow('the disk is full');
    expect(listCounts(faults)).toEqual([[0, 0, null]]);
    expect(removed).toEqual([]);

    saved.fail(null);
    expect((await faults.inject('request', FACTS, 0))?.id).toBe('a-f1');
    expect(listCounts(saved.open('b'))).toEqual([[1, 1, null]]);
  });

  it('are not written for a request that matches none of them', async () => {
    const saved = createSavedFaults();
    const faults = saved.open('a');
    await faults.add({ ...ORDER, match: { operation: 'get_users' } }, 0);
    const before = saved.countWrites();
    expect(await faults.inject('request', FACTS, 0)).toBeNull();
    await faults.shadow('request', FACTS, { id: 'other' });
    expect(saved.countWrites()).toBe(before);
  });

  it('end all delays when they end, and are restored later', async () => {
    const saved = createSavedFaults();
    const removed: Fault[] = [];
    const faults = saved.open('a', (fault) => removed.push(fault));
    const fault = await faults.add(ORDER, 0);
    const pause = faults.pause(fault, 1_000_000);
    faults.end();
    await pause;
    expect(removed).toEqual([]);
    expect(saved.open('b').list()).toHaveLength(1);
  });
});
