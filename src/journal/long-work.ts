import { stopwatch } from '../core/clock.ts';
import { eventLoopTurn } from '../platform/time.ts';

/** How long work goes on before others are answered, in milliseconds. */
const TURN_MS = 10;

/** Work that looks at many requests: one piece after another, with pauses in which other requests are answered. */
export class LongWork {
  #latest: Promise<unknown> = Promise.resolve();
  #since = stopwatch();

  /** Does the work after all that came before. */
  do<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#latest.then(work);
    this.#latest = done.catch(() => {});
    return done;
  }

  /** Has it gone on long enough to pause? Also where one piece ends and the next begins. */
  get isLong(): boolean {
    return stopwatch() - this.#since >= TURN_MS;
  }

  async pause(): Promise<void> {
    await eventLoopTurn();
    this.#since = stopwatch();
  }
}
