import { mock } from 'node:test';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  awaitEventLoopTurn,
  createTimeoutSignal,
  nextTick,
  processGlobal,
  queueMicrotask,
  RealDate,
  setTimeout as realSetTimeout,
} from '../../src/lib/time.ts';

describe('time', () => {
  afterEach(() => {
    vi.useRealTimers();
    mock.timers.reset();
  });

  it('is the real time with fake timers', () => {
    vi.useFakeTimers({ now: 0 });
    const shown = RealDate.now();
    vi.useRealTimers();

    expect(Math.abs(shown - Date.now())).toBeLessThan(1000);
  });

  it.each([
    ['vitest', () => vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate', 'queueMicrotask'] })],
    ['node:test', () => mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] })],
  ])('its timers fire with fake timers of %s', async (_runner, install) => {
    install();
    await new Promise<void>((done) => realSetTimeout(done, 1));
    await new Promise<void>((done) => nextTick(done));
    await new Promise<void>((done) => queueMicrotask(done));
    await awaitEventLoopTurn();
  });

  it('RealDate recognizes dates of every realm', () => {
    const elsewhere: unknown = runInNewContext('new Date(0)');

    expect([new Date(), elsewhere, new RealDate()].map((date) => date instanceof RealDate)).toEqual([true, true, true]);
    expect([{}, 'now', null].map((value) => (value as object) instanceof RealDate)).toEqual([false, false, false]);
  });

  it('processGlobal is the global of the process', () => {
    expect(processGlobal).toBe(globalThis);
  });

  it('createTimeoutSignal aborts like AbortSignal.timeout', async () => {
    const ours = createTimeoutSignal(5);
    const nodes = AbortSignal.timeout(5);
    expect(ours.aborted).toBe(false);
    await Promise.all([ours, nodes].map((signal) => new Promise((done) => signal.addEventListener('abort', done))));

    expect([ours.reason.name, ours.reason.message]).toEqual([nodes.reason.name, nodes.reason.message]);
  });
});
