import { Pacer } from '../time/pacer.ts';

/** Work that looks at many requests: one piece after another, with pauses also where one ends and the next begins. */
export class LongWork extends Pacer {
  #latest: Promise<unknown> = Promise.resolve();

  /** Does the work after all that came before. */
  do<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#latest.then(work);
    this.#latest = done.catch(() => {});
    return done;
  }
}
