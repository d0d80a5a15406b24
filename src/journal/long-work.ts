import { Pacer } from '../lib/pacer.ts';

/** Runs computations over many requests in sequence, with pauses within and between them. */
export class LongWork extends Pacer {
  #latest: Promise<unknown> = Promise.resolve();

  /** Runs the work after all earlier work. */
  run<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#latest.then(work);
    this.#latest = done.catch(() => {});
    return done;
  }
}
