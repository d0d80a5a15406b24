import { Socket } from 'node:net';
import { performance as nodePerformance } from 'node:perf_hooks';
import nodeTimers from 'node:timers';
import { types } from 'node:util';
import { runInNewContext, runInThisContext } from 'node:vm';
import { MessageChannel } from 'node:worker_threads';

/**
 * System time and timers, which a test's fake timers do not replace.
 *
 * The mock runs in the process of the test that uses it, and that test may replace the clock and timers of its app
 * before or after it loads the mock. Test runners replace everything they find by name: globals, and members of
 * `node:timers`, `timers/promises` and `process`. So this file looks up no such name at the time of use. Our sources
 * import time and timers from here; in bundled libraries, the build replaces the globals with them
 * (`scripts/build.mjs`).
 *
 * This file cannot protect Node itself: its streams need `process.nextTick`, and its `fetch` needs `queueMicrotask`
 * and, to reuse a connection, `setImmediate`. If a test replaces these in Node's own realm (with vitest, sinon or
 * node:test; never with jest), streams and `fetch` stop working for all code.
 */

/** The global object of the process, even if a test runner gives each test file a separate realm, like jest does. */
export const processGlobal = runInThisContext('globalThis') as typeof globalThis;

/** The process's own object, of which a test runner may give test files a copy. */
const processObject = processGlobal.process;

/** The `Date` of a private realm. Dates of any realm count as instances, because apps create them in other realms. */
export const RealDate = runInNewContext('Date') as DateConstructor;
Object.defineProperty(RealDate, Symbol.hasInstance, { value: types.isDate });

/** Node's clock for durations. */
export const performance = nodePerformance;

/** The process's own function: a test runner's copy of `process` may have a replaced one. */
export function nextTick<Args extends unknown[]>(callback: (...args: Args) => void, ...args: Args): void {
  processObject.nextTick(callback, ...args);
}

/** Like the global function, including that an exception in `callback` ends the process. */
export function queueMicrotask(callback: () => void): void {
  Promise.resolve()
    .then(callback)
    .catch((thrown: unknown) => {
      nextTick(() => {
        throw thrown;
      });
    });
}

/** The maximum delay in milliseconds. Node treats longer ones as one millisecond. */
const MAX_DELAY_MS = 2 ** 31 - 1;

type Timers = Pick<
  typeof nodeTimers,
  'setTimeout' | 'setInterval' | 'setImmediate' | 'clearTimeout' | 'clearInterval' | 'clearImmediate'
>;

/**
 * Returns whether these are Node's own timers, whose objects have members that no fake imitates. If a later Node renames
 * these members, the timers below are used instead.
 */
export function areNodeTimers(timers: Timers): boolean {
  const doNothing = () => {};
  const timeout = timers.setTimeout(doNothing, MAX_DELAY_MS);
  const interval = timers.setInterval(doNothing, MAX_DELAY_MS);
  const immediate = timers.setImmediate(doNothing);
  timers.clearTimeout(timeout);
  timers.clearInterval(interval);
  timers.clearImmediate(immediate);
  return '_idleTimeout' in timeout && '_idleTimeout' in interval && '_onImmediate' in immediate;
}

/**
 * Creates timers from the idle timeout of sockets that are never connected, and from messages that a thread sends to
 * itself: Node implements both without its public timers.
 */
export function createUnreplacedTimers(): Timers {
  const clear = (timer: unknown) => {
    if (timer instanceof SocketTimer) timer.close();
  };
  const immediates = new Immediates();
  const keeper = new ProcessKeeper();
  const timers = {
    setTimeout: (callback: Callback, delay?: number, ...args: unknown[]) =>
      new SocketTimer(keeper, () => callback(...args), delay, false),
    setInterval: (callback: Callback, delay?: number, ...args: unknown[]) =>
      new SocketTimer(keeper, () => callback(...args), delay, true),
    setImmediate: (callback: Callback, ...args: unknown[]) => immediates.add(() => callback(...args)),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: (task: unknown) => immediates.delete(task),
  };
  // They accept the arguments of Node's timers, but return other objects.
  return timers as unknown as Timers;
}

type Callback = (...args: unknown[]) => void;

/** Keeps the process running while a timer with `ref` is pending, because the idle timeout of a socket does not. */
class ProcessKeeper {
  readonly #timers = new Set<SocketTimer>();
  readonly #channel = new MessageChannel();

  add(timer: SocketTimer): void {
    this.#timers.add(timer);
    this.#channel.port1.ref();
  }

  delete(timer: SocketTimer): void {
    if (this.#timers.delete(timer) && this.#timers.size === 0) this.#channel.port1.unref();
  }
}

/**
 * The idle timeout of a socket is started once and never stopped: if Node loads its own timers late, stopping it would
 * call functions that a test has replaced. When it fires, the timer checks whether enough time has passed.
 */
class SocketTimer {
  readonly #keeper: ProcessKeeper;
  readonly #callback: () => void;
  /** In milliseconds. */
  readonly #delay: number;
  readonly #repeats: boolean;
  /** When the timer fires, in milliseconds of `performance`; null: never. */
  #due: number | null = null;
  /** Whether a socket's idle timeout is running. */
  #isCounting = false;
  #hasRef = true;

  constructor(keeper: ProcessKeeper, callback: () => void, delay = 1, repeats = false) {
    this.#keeper = keeper;
    this.#callback = callback;
    this.#delay = delay >= 1 && delay <= MAX_DELAY_MS ? delay : 1;
    this.#repeats = repeats;
    this.refresh();
  }

  #count(milliseconds: number): void {
    this.#isCounting = true;
    new Socket().setTimeout(milliseconds, () => {
      this.#isCounting = false;
      if (this.#due === null) return;
      const remaining = this.#due - nodePerformance.now();
      if (remaining > 0) this.#count(Math.ceil(remaining));
      else this.#fire();
    });
  }

  #fire(): void {
    this.close();
    if (this.#repeats) this.refresh();
    this.#callback();
  }

  refresh(): this {
    this.#due = nodePerformance.now() + this.#delay;
    if (!this.#isCounting) this.#count(this.#delay);
    return this.#hasRef ? this.ref() : this;
  }

  close(): this {
    this.#due = null;
    this.#keeper.delete(this);
    return this;
  }

  ref(): this {
    this.#hasRef = true;
    if (this.#due !== null) this.#keeper.add(this);
    return this;
  }

  unref(): this {
    this.#hasRef = false;
    this.#keeper.delete(this);
    return this;
  }

  hasRef(): boolean {
    return this.#hasRef;
  }
}

/** Callbacks of `setImmediate`. */
class Immediates {
  readonly #waiting = new Set<() => void>();
  readonly #channel = new MessageChannel();

  constructor() {
    this.#channel.port1.on('message', () => this.#next());
    this.#channel.port1.unref();
  }

  add(task: () => void): () => void {
    this.#waiting.add(task);
    this.#channel.port1.ref();
    this.#channel.port2.postMessage(null);
    return task;
  }

  delete(task: unknown): void {
    // Callers may pass anything, as to `clearImmediate`; an unknown value is ignored.
    this.#waiting.delete(task as () => void);
    if (this.#waiting.size === 0) this.#channel.port1.unref();
  }

  /** Runs one task per message; messages of cleared tasks still arrive. */
  #next(): void {
    const [task] = this.#waiting;
    if (task === undefined) return;
    this.delete(task);
    task();
  }
}

/** Node's own timers if they have not been replaced yet, otherwise the timers above. */
export const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate } = areNodeTimers(
  nodeTimers,
)
  ? { ...nodeTimers }
  : createUnreplacedTimers();

/** The work that waits for its turn, in order of arrival. The process has one event loop, hence one queue. */
const waiting = new Set<() => void>();

/**
 * Yields to other waiting work, such as requests, during long work.
 *
 * All long work of the process takes turns here, one piece per turn of the event loop. Node runs all waiting
 * `setImmediate` callbacks before it reads from connections again, so with one callback for each of 60 long responses,
 * a new request would wait for a piece of all of them.
 */
export function awaitEventLoopTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.add(resolve);
    if (waiting.size === 1) setImmediate(runNext);
  });
}

/** Runs the first waiting work, and schedules the next. */
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
