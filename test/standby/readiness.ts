import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { readStopwatch } from '../../src/time/clock.ts';
import type { Instance } from '../support/standby.ts';

/** The interval of requests to a process, in milliseconds. */
const EACH_MS = 10;

/** An answer 200 to `GET /_mock/health?ready`, with its times. */
interface Sighting {
  readonly instance: Instance;
  readonly sent: number;
  readonly answered: number;
}

/** Continuously requests the readiness of processes. */
export class Readiness {
  readonly #sightings: Sighting[] = [];
  readonly #requests: Promise<void>[] = [];
  readonly #waiting = new Set<(sighting: Sighting) => void>();
  #isOver = false;

  constructor(...instances: readonly Instance[]) {
    for (const instance of instances) this.watch(instance);
  }

  /** Watches another process, too. */
  watch(instance: Instance): void {
    this.#requests.push(this.#poll(instance));
  }

  /** Waits until one of these processes is ready. @returns the milliseconds since `from` */
  async gapFrom(from: number, ...instances: readonly Instance[]): Promise<number> {
    const isMatch = (sighting: Sighting) => sighting.sent >= from && instances.includes(sighting.instance);
    const first =
      this.#sightings.find(isMatch) ??
      (await new Promise<Sighting>((resolve) => {
        const look = (sighting: Sighting) => {
          if (!isMatch(sighting)) return;
          this.#waiting.delete(look);
          resolve(sighting);
        };
        this.#waiting.add(look);
      }));
    return first.answered - from;
  }

  /** The longest time since `from` without an answer 200, in milliseconds. */
  longestGap(from: number): number {
    const all = this.#sightings.map(({ answered }) => answered).filter((answered) => answered >= from);
    const times = [from, ...all.sort((first, second) => first - second)];
    return Math.max(...times.slice(1).map((time, index) => time - (times[index] as number)));
  }

  /** Expects that the first process was never ready after the second one. */
  expectOneAfterTheOther(first: Instance, second: Instance): void {
    this.expectNeverFrom(Math.min(...this.#of(second).map(({ answered }) => answered)), first);
  }

  /** Expects that no request sent after `from` was answered with 200. */
  expectNeverFrom(from: number, instance: Instance): void {
    expect(this.#of(instance).filter(({ sent }) => sent > from)).toEqual([]);
  }

  #of(instance: Instance): readonly Sighting[] {
    return this.#sightings.filter((sighting) => sighting.instance === instance);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#requests);
  }

  async #poll(instance: Instance): Promise<void> {
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
