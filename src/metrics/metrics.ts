import type { CommitTimes } from '../store/commit-times.ts';
import type { Answered, Meter } from './prometheus.ts';

/** The state of a server that is read, and not counted. */
export interface Gauges {
  /** 0 on a process that has none. */
  readonly worlds: number;
  /** Of the objects of all worlds, in bytes. */
  readonly bytes: number;
}

/**
 * What a server tells a monitoring system, counted from its start. The library is loaded after the first answer, so
 * that no start waits for it; what happens until then is counted afterwards.
 */
export class Metrics {
  #loading: Promise<Meter> | null = null;
  #meter: Meter | null = null;
  /** What happened before the library was loaded. */
  #before: ((meter: Meter) => void)[] = [];
  #isOver = false;
  readonly #commits: CommitTimes;

  constructor(commits: CommitTimes) {
    this.#commits = commits;
    commits.observer = (milliseconds) => this.#count((meter) => meter.committed(milliseconds));
  }

  /** Counts an answer. */
  answered(answer: Answered): void {
    if (this.#meter !== null) this.#meter.answered(answer);
    else {
      this.#count((meter) => meter.answered(answer));
      void this.#begin();
    }
  }

  /** Everything in Prometheus' text format. */
  async read(gauges: Gauges): Promise<{ readonly text: string; readonly contentType: string }> {
    return (await this.#begin()).read(gauges);
  }

  #begin(): Promise<Meter> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** The server has stopped. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.#commits.observer = null;
    (await this.#loading)?.end();
  }

  #count(happened: (meter: Meter) => void): void {
    if (this.#meter !== null) happened(this.#meter);
    else if (!this.#isOver) this.#before.push(happened);
  }

  async #load(): Promise<Meter> {
    const { newMeter } = await import('./prometheus.ts');
    const meter = newMeter();
    for (const happened of this.#before) happened(meter);
    this.#before = [];
    this.#meter = meter;
    return meter;
  }
}
