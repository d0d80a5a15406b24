import timers from 'node:timers';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import {
  areNodeTimers,
  createTimeoutSignal,
  createUnreplacedTimers,
  nextTick,
  processGlobal,
  queueMicrotask,
  RealDate,
} from '../../src/platform/time.ts';

describe('the machine', () => {
  it('knows the time whatever a test says it is', () => {
    vi.useFakeTimers({ now: 0 });
    const shown = RealDate.now();
    vi.useRealTimers();

    expect(Math.abs(shown - Date.now())).toBeLessThan(1000);
  });

  it('takes dates of every realm for dates', () => {
    const elsewhere: unknown = runInNewContext('new Date(0)');

    expect([new Date(), elsewhere, new RealDate()].map((date) => date instanceof RealDate)).toEqual([true, true, true]);
    expect([{}, 'now', null].map((value) => (value as object) instanceof RealDate)).toEqual([false, false, false]);
  });

  it('finds the global of the process from a realm within it', () => {
    expect(processGlobal).toBe(globalThis);
  });

  it('tells timers of Node from such as a test put in their place', () => {
    expect([areNodeTimers(timers), areNodeTimers(globalThis)]).toEqual([true, true]);
    for (const one of ['Timeout', 'Interval', 'Immediate'] as const) {
      vi.useFakeTimers({ toFake: [`set${one}`, `clear${one}`] });
      const found = areNodeTimers(globalThis);
      const left = vi.getTimerCount();
      vi.useRealTimers();

      expect([one, found, left]).toEqual([one, false, 0]);
    }
  });

  it('aborts what takes too long, as Node would', async () => {
    const ours = createTimeoutSignal(5);
    const nodes = AbortSignal.timeout(5);
    expect(ours.aborted).toBe(false);
    await Promise.all([ours, nodes].map((signal) => new Promise((done) => signal.addEventListener('abort', done))));

    expect([ours.reason.name, ours.reason.message]).toEqual([nodes.reason.name, nodes.reason.message]);
  });

  it('calls back at the next tick, and not before, with what it was given', async () => {
    const order: unknown[] = [];
    const called = new Promise<void>((done) => setTimeout(done, 0));
    nextTick((...given: unknown[]) => order.push(given), 1, 2);
    expect(order).toEqual([]);
    await called;

    expect(order).toEqual([[1, 2]]);
  });

  it('runs microtasks in their order, before timers', async () => {
    const order: string[] = [];
    await new Promise<void>((done) => {
      timers.setImmediate(() => {
        order.push('immediate');
        done();
      });
      queueMicrotask(() => order.push('first'));
      queueMicrotask(() => order.push('second'));
      order.push('now');
    });

    expect(order).toEqual(['now', 'first', 'second', 'immediate']);
  });
});

describe('timers that no test replaces', () => {
  const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } =
    createUnreplacedTimers();
  /** By Node's own, which nothing replaces here. */
  const pause = (milliseconds: number) => new Promise((done) => timers.setTimeout(done, milliseconds));

  it('fire once, after their delay, with their arguments', async () => {
    const fired: unknown[] = [];
    const start = performance.now();
    await new Promise<void>((done) =>
      setTimeout(
        (...given: unknown[]) => {
          fired.push(given, performance.now() - start);
          done();
        },
        30,
        'a',
        'b',
      ),
    );
    await pause(60);

    expect(fired).toHaveLength(2);
    expect(fired[0]).toEqual(['a', 'b']);
    expect(fired[1]).toBeGreaterThan(25);
  });

  it('fire in the order of their delays', async () => {
    const order: number[] = [];
    for (const delay of [60, 20, 40]) setTimeout(() => order.push(delay), delay);
    await pause(120);

    expect(order).toEqual([20, 40, 60]);
  });

  it.each([0, -1, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY])(
    'fire at once after a delay of %s, as those of Node',
    async (delay) => {
      await new Promise<void>((done) => setTimeout(() => done(), delay));
    },
  );

  it('do not fire once they were cleared', async () => {
    const fired: string[] = [];
    clearTimeout(setTimeout(() => fired.push('timeout'), 5));
    clearInterval(setInterval(() => fired.push('interval'), 5));
    clearImmediate(setImmediate(() => fired.push('immediate')));
    clearTimeout(undefined);
    await pause(40);

    expect(fired).toEqual([]);
  });

  it('begin anew when they are refreshed, before they fire and after', async () => {
    let fired = 0;
    const timer = setTimeout(() => {
      fired += 1;
    }, 60).unref();
    await pause(40);
    timer.refresh();
    await pause(40);
    expect(fired).toBe(0);
    await pause(60);
    expect(fired).toBe(1);
    timer.refresh();
    await pause(100);

    expect(fired).toBe(2);
  });

  it('fire again and again as an interval, until it is cleared by itself', async () => {
    let fired = 0;
    await new Promise<void>((done) => {
      const timer = setInterval(() => {
        fired += 1;
        if (fired < 3) return;
        clearInterval(timer);
        done();
      }, 5);
    });
    await pause(30);

    expect(fired).toBe(3);
  });

  it('keep the process running, unless they are told not to', () => {
    const timer = setTimeout(() => {}, 5);
    const reported = [timer.hasRef(), timer.unref().hasRef(), timer.refresh().hasRef(), timer.ref().hasRef()];
    clearTimeout(timer);

    expect(reported).toEqual([true, false, false, true]);
  });

  it('run immediates in their order, with those that were cleared left out', async () => {
    const order: unknown[] = [];
    setImmediate((...given: unknown[]) => order.push(given), 1, 2);
    const dropped = setImmediate(() => order.push('dropped'));
    setImmediate(() => order.push('second'));
    clearImmediate(dropped);
    await new Promise<void>((done) => setImmediate(() => done()));

    expect(order).toEqual([[1, 2], 'second']);
  });
});
