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

describe('time', () => {
  it('is the real time with fake timers', () => {
    vi.useFakeTimers({ now: 0 });
    const shown = RealDate.now();
    vi.useRealTimers();

    expect(Math.abs(shown - Date.now())).toBeLessThan(1000);
  });

  it('RealDate recognizes dates of every realm', () => {
    const elsewhere: unknown = runInNewContext('new Date(0)');

    expect([new Date(), elsewhere, new RealDate()].map((date) => date instanceof RealDate)).toEqual([true, true, true]);
    expect([{}, 'now', null].map((value) => (value as object) instanceof RealDate)).toEqual([false, false, false]);
  });

  it('processGlobal is the global of the process', () => {
    expect(processGlobal).toBe(globalThis);
  });

  it('areNodeTimers distinguishes timers of Node from fake timers', () => {
    expect([areNodeTimers(timers), areNodeTimers(globalThis)]).toEqual([true, true]);
    for (const kind of ['Timeout', 'Interval', 'Immediate'] as const) {
      vi.useFakeTimers({ toFake: [`set${kind}`, `clear${kind}`] });
      const areReal = areNodeTimers(globalThis);
      const left = vi.getTimerCount();
      vi.useRealTimers();

      expect([kind, areReal, left]).toEqual([kind, false, 0]);
    }
  });

  it('createTimeoutSignal aborts like AbortSignal.timeout', async () => {
    const ours = createTimeoutSignal(5);
    const nodes = AbortSignal.timeout(5);
    expect(ours.aborted).toBe(false);
    await Promise.all([ours, nodes].map((signal) => new Promise((done) => signal.addEventListener('abort', done))));

    expect([ours.reason.name, ours.reason.message]).toEqual([nodes.reason.name, nodes.reason.message]);
  });

  it('nextTick calls back at the next tick with its arguments', async () => {
    const order: unknown[] = [];
    const called = new Promise<void>((done) => setTimeout(done, 0));
    nextTick((...parameters: unknown[]) => order.push(parameters), 1, 2);
    expect(order).toEqual([]);
    await called;

    expect(order).toEqual([[1, 2]]);
  });

  it('queueMicrotask runs microtasks in order, before timers', async () => {
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

describe('unreplaced timers', () => {
  const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } =
    createUnreplacedTimers();
  /** Waits with the timers of Node, which these tests do not replace. */
  const pause = (milliseconds: number) => new Promise((done) => timers.setTimeout(done, milliseconds));

  it('fire once, after their delay, with their arguments', async () => {
    const fired: unknown[] = [];
    const start = performance.now();
    await new Promise<void>((done) =>
      setTimeout(
        (...parameters: unknown[]) => {
          fired.push(parameters, performance.now() - start);
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
    'fire at once after a delay of %s, as in Node',
    async (delay) => {
      await new Promise<void>((done) => setTimeout(() => done(), delay));
    },
  );

  it('do not fire after they were cleared', async () => {
    const fired: string[] = [];
    clearTimeout(setTimeout(() => fired.push('timeout'), 5));
    clearInterval(setInterval(() => fired.push('interval'), 5));
    clearImmediate(setImmediate(() => fired.push('immediate')));
    clearTimeout(undefined);
    await pause(40);

    expect(fired).toEqual([]);
  });

  it('restart when they are refreshed, before and after they fire', async () => {
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

  it('fire repeatedly as an interval until it is cleared', async () => {
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

  it('keep the process running, except after `unref`', () => {
    const timer = setTimeout(() => {}, 5);
    const reported = [timer.hasRef(), timer.unref().hasRef(), timer.refresh().hasRef(), timer.ref().hasRef()];
    clearTimeout(timer);

    expect(reported).toEqual([true, false, false, true]);
  });

  it('run immediates in order, except cleared ones', async () => {
    const order: unknown[] = [];
    setImmediate((...parameters: unknown[]) => order.push(parameters), 1, 2);
    const dropped = setImmediate(() => order.push('dropped'));
    setImmediate(() => order.push('second'));
    clearImmediate(dropped);
    await new Promise<void>((done) => setImmediate(() => done()));

    expect(order).toEqual([[1, 2], 'second']);
  });
});
