import { measureEventLoopDelay } from '../platform/time.ts';
import type { CommitTimes } from '../store/commit-times.ts';

/** Server state that is read on demand, not counted. */
export interface Gauges {
  /** The number of worlds: 0 in a process that doesn't own them. */
  readonly worlds: number;
  /** The memory of the objects of all worlds, in bytes. */
  readonly stateBytes: number;
}

/**
 * Metrics of a server, counted from its start. The library is loaded after the first response, so that it does not
 * delay startup; earlier events are counted afterwards.
 */
export class Metrics {
  #loading: Promise<Meter> | null = null;
  #meter: Meter | null = null;
  /** Events before the library was loaded. */
  #pending: ((meter: Meter) => void)[] = [];
  #hasEnded = false;
  readonly #commits: CommitTimes;

  constructor(commits: CommitTimes) {
    this.#commits = commits;
    commits.observer = (milliseconds) => this.#count((meter) => meter.observeCommit(milliseconds));
  }

  /** Counts a response. */
  countResponse(response: CountedResponse): void {
    this.#count((meter) => meter.countResponse(response));
    if (this.#meter === null) void this.#startLoading();
  }

  /** Returns all metrics in Prometheus' text format. */
  async read(gauges: Gauges): Promise<{ readonly text: string; readonly contentType: string }> {
    return (await this.#startLoading()).read(gauges);
  }

  #startLoading(): Promise<Meter> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** Stops measuring. Call when the server has stopped. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#commits.observer = null;
    (await this.#loading)?.end();
  }

  #count(count: (meter: Meter) => void): void {
    if (this.#meter !== null) count(this.#meter);
    else if (!this.#hasEnded) this.#pending.push(count);
  }

  async #load(): Promise<Meter> {
    const meter = createMeter(await import('prom-client'));
    for (const count of this.#pending) count(meter);
    this.#pending = [];
    this.#meter = meter;
    return meter;
  }
}

/** A response to count. */
interface CountedResponse {
  /** Null if no service owns the path. */
  readonly service: string | null;
  /** Null if the service has no such operation. */
  readonly operation: string | null;
  readonly status: number;
  /** Why the request was refused; null if it was not. */
  readonly reason: string | null;
}

/** Counts server events. */
interface Meter {
  countResponse(response: CountedResponse): void;
  /** Records the duration of a commit to a file or a database. */
  observeCommit(milliseconds: number): void;
  read(gauges: Gauges): Promise<{ readonly text: string; readonly contentType: string }>;
  end(): void;
}

/** From a tenth of a millisecond, typical for a file, to ten seconds, after which a silent database is given up. */
const COMMIT_SECONDS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** Creates a meter with a separate registry, because a process may have several servers. */
function createMeter({ Counter, Gauge, Histogram, Registry }: typeof import('prom-client')): Meter {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    registers,
    name: 'nv_auth_mock_requests_total',
    help: 'Answered requests, by service, operation and status. Without an operation, no document has the path.',
    labelNames: ['service', 'operation', 'status'],
  });
  const refusals = new Counter({
    registers,
    name: 'nv_auth_mock_refusals_total',
    help: 'Refused requests, by service and reason.',
    labelNames: ['service', 'reason'],
  });
  const commits = new Histogram({
    registers,
    name: 'nv_auth_mock_store_commit_seconds',
    help: 'Duration of commits to the data file or the database.',
    buckets: COMMIT_SECONDS,
  });
  const worlds = new Gauge({ registers, name: 'nv_auth_mock_worlds', help: 'Worlds, including the default world.' });
  const bytes = new Gauge({
    registers,
    name: 'nv_auth_mock_state_bytes',
    help: 'Memory of all worlds and snapshots, as limited by --max-state.',
  });
  const memory = new Gauge({ registers, name: 'nv_auth_mock_resident_memory_bytes', help: 'Memory of the process.' });
  const delays = new Gauge({
    registers,
    name: 'nv_auth_mock_event_loop_delay_seconds',
    help: 'How late the event loop was since the last scrape, by quantile.',
    labelNames: ['quantile'],
  });
  /** Measured between two scrapes. */
  let delay: ReturnType<typeof measureEventLoopDelay> | null = null;
  return {
    countResponse: ({ service, operation, status, reason }) => {
      const named = service ?? '';
      requests.inc({ service: named, operation: operation ?? '', status });
      if (reason !== null) refusals.inc({ service: named, reason });
    },
    observeCommit: (milliseconds) => commits.observe(milliseconds / 1000),
    read: async (gauges) => {
      worlds.set(gauges.worlds);
      bytes.set(gauges.stateBytes);
      memory.set(process.memoryUsage.rss());
      delay ??= measureEventLoopDelay();
      for (const quantile of [0.5, 0.99, 1]) delays.set({ quantile: String(quantile) }, delay.secondsAt(quantile));
      delay.reset();
      return { text: await registry.metrics(), contentType: registry.contentType };
    },
    end: () => delay?.end(),
  };
}
