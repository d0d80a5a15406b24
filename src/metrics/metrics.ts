import type { CommitTimes } from '../store/commit-times.ts';
import type { Meter } from './prometheus.ts';

/** The state of a server that is read, and not counted. */
export interface Gauges {
  readonly worlds: number;
  /** Of the objects of all worlds, in bytes. */
  readonly bytes: number;
}

/**
 * What a server tells a monitoring system. Nothing is counted, and no library loaded, before it is asked for the first
 * time: counters begin there, as they do at a restart.
 */
export class Metrics {
  #meter: Promise<Meter> | null = null;
  #isOver = false;
  readonly #commits: CommitTimes;
  /** Counts the answers; null: nobody has asked. */
  counter: Pick<Meter, 'answered'> | null = null;

  constructor(commits: CommitTimes) {
    this.#commits = commits;
  }

  /** Everything in Prometheus' text format. */
  async read(gauges: Gauges): Promise<{ readonly text: string; readonly contentType: string }> {
    this.#meter ??= this.#begin();
    return (await this.#meter).read(gauges);
  }

  /** The server has stopped. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.counter = null;
    this.#commits.observer = null;
    (await this.#meter)?.end();
  }

  async #begin(): Promise<Meter> {
    const { newMeter } = await import('./prometheus.ts');
    const meter = newMeter();
    if (this.#isOver) return meter;
    this.counter = meter;
    this.#commits.observer = (milliseconds) => meter.committed(milliseconds);
    return meter;
  }
}
