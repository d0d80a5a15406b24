import { performance as nodePerformance } from 'node:perf_hooks';
import nodeTimers from 'node:timers';
import { types } from 'node:util';
import { runInNewContext, runInThisContext } from 'node:vm';

/**
 * System time and timers, which a test's fake timers do not replace: captured when this file is loaded. Our sources
 * import them from here; in bundled libraries, the build replaces the globals with them (`scripts/build.mjs`).
 */

/** The global object of the process, even if a test runner gives each test file a separate realm, like jest does. */
export const processGlobal = runInThisContext('globalThis') as typeof globalThis;

/** The `Date` of a private realm. Dates of any realm count as instances, because apps create them in other realms. */
export const RealDate = runInNewContext('Date') as DateConstructor;
Object.defineProperty(RealDate, Symbol.hasInstance, { value: types.isDate });

export const performance = nodePerformance;

export const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } = nodeTimers;
export const { queueMicrotask } = processGlobal;
/** The process's own function: a test runner's copy of `process` may have a replaced one. */
export const nextTick = processGlobal.process.nextTick;

const captured = [setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate, queueMicrotask];

// Fakes of sinon and vitest have a `clock`; those of node:test are bound functions.
if ([...captured, nextTick].some((timer) => 'clock' in timer || timer.name.startsWith('bound '))) {
  throw new Error('nv-auth-mock was imported after fake timers were installed. Import it before you install them.');
}

/** The work that waits for its turn, in order of arrival. The process has one event loop, hence one queue. */
const waiting = new Set<() => void>();

/**
 * Yields to other waiting work. All long work takes turns, one piece per turn of the event loop: with a `setImmediate`
 * for each of 60 long responses, a new request would wait for a piece of all of them.
 */
export function awaitEventLoopTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.add(resolve);
    if (waiting.size === 1) setImmediate(runNext);
  });
}

function runNext(): void {
  const [first] = waiting;
  if (first === undefined) return;
  waiting.delete(first);
  // Scheduled inside a `setImmediate` callback, so it runs in the next turn.
  if (waiting.size > 0) setImmediate(runNext);
  first();
}

/** Like `AbortSignal.timeout`, which a test can replace in newer versions of Node. */
export function createTimeoutSignal(milliseconds: number): AbortSignal {
  const controller = new AbortController();
  const timeout = () => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  setTimeout(timeout, milliseconds).unref();
  return controller.signal;
}
