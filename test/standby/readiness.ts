import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { readStopwatch } from '../../src/time/clock.ts';
import type { Instance } from '../support/standby.ts';

/** How long to wait between two questions to a process, in milliseconds. */
const EACH_MS = 10;

/** An answer 200 to `GET /_mock/health?ready`, with its times. */
interface Sighting {
  readonly instance: Instance;
  readonly sent: number;
  readonly answered: number;
}

/** Asks processes all the time whether they are ready. */
export class Readiness {
  readonly #sightings: Sighting[] = [];
  readonly #asking: Promise<void>[] = [];
  readonly #waiting = new Set<(sighting: Sighting) => void>();
  #isOver = false;

  constructor(...instances: readonly Instance[]) {
    for (const instance of instances) this.watch(instance);
  }

  /** Asks this one, too. */
  watch(instance: Instance): void {
    this.#asking.push(this.#ask(instance));
  }

  /** Waits until one of these is ready, and gives the milliseconds since `from`. */
  async gapFrom(from: number, ...instances: readonly Instance[]): Promise<number> {
    const isIt = (one: Sighting) => one.sent >= from && instances.includes(one.instance);
    const first =
      this.#sightings.find(isIt) ??
      (await new Promise<Sighting>((resolve) => {
        const look = (one: Sighting) => {
          if (!isIt(one)) return;
          this.#waiting.delete(look);
          resolve(one);
        };
        this.#waiting.add(look);
      }));
    return first.answered - from;
  }

  /** The longest time since `from` without an answer 200, in milliseconds. */
  longestGap(from: number): number {
    const all = this.#sightings.map(({ answered }) => answered).filter((answered) => answered >= from);
    const times = [from, ...all.sort((one, other) => one - other)];
    return Math.max(...times.slice(1).map((time, index) => time - (times[index] as number)));
  }

  /** Expects that the first process was not ready any more once the second one was. */
  expectOneAfterTheOther(first: Instance, second: Instance): void {
    this.expectNeverFrom(Math.min(...this.#of(second).map(({ answered }) => answered)), first);
  }

  /** Expects that no question sent after `from` was answered with 200. */
  expectNeverFrom(from: number, instance: Instance): void {
    expect(this.#of(instance).filter(({ sent }) => sent > from)).toEqual([]);
  }

  #of(instance: Instance): readonly Sighting[] {
    return this.#sightings.filter((one) => one.instance === instance);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#asking);
  }

  async #ask(instance: Instance): Promise<void> {
    while (!this.#isOver) {
      const sent = readStopwatch();
      const answer = await instance.call('GET /_mock/health?ready').catch(() => null);
      if (answer?.status === 200) {
        const sighting = { instance, sent, answered: readStopwatch() };
        this.#sightings.push(sighting);
        for (const look of this.#waiting) look(sighting);
      }
      await setTimeout(EACH_MS);
    }
  }
}
