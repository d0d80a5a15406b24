import { OutcomeUnknown, Unreachable } from './errors.ts';
import type { LogChanges } from './world-log.ts';

/** The most rows that are written together. */
const MAX_ROWS = 1000;

interface Waiting {
  readonly changes: LogChanges;
  done(): void;
  failed(cause: unknown): void;
}

/** Changes that are written together, or a write that is a step of its own. */
type Unit = { readonly group: Waiting[]; rows: number } | (() => Promise<void>);

/**
 * Writes one thing after the other, in the order in which they came. Changes that come while a write is under way are
 * collected, and go together in the next one: whoever waits for a database waits for one round trip, not for all before.
 */
export class LogQueue {
  readonly #commit: (changes: LogChanges) => Promise<void>;
  readonly #units: Unit[] = [];
  #isWriting = false;

  constructor(commit: (changes: LogChanges) => Promise<void>) {
    this.#commit = commit;
  }

  /** Writes changes, possibly together with others. */
  commit(changes: LogChanges): Promise<void> {
    // Nearly always nothing is under way.
    return this.#isWriting ? this.#later(changes) : this.#now(changes);
  }

  async #now(changes: LogChanges): Promise<void> {
    this.#isWriting = true;
    try {
      await this.#commit(changes);
    } finally {
      this.#isWriting = false;
      if (this.#units.length > 0) void this.#drain();
    }
  }

  #later(changes: LogChanges): Promise<void> {
    return new Promise((done, failed) => {
      const rows = changes.puts.length + changes.removed.length;
      const last = this.#units.at(-1);
      const waiting = { changes, done, failed };
      if (typeof last === 'object' && last.rows + rows <= MAX_ROWS) {
        last.group.push(waiting);
        last.rows += rows;
      } else {
        this.#units.push({ group: [waiting], rows });
      }
      void this.#drain();
    });
  }

  /** Runs a write that is a step of its own. */
  run<Result>(write: () => Promise<Result>): Promise<Result> {
    return new Promise((done, failed) => {
      this.#units.push(() => write().then(done, failed));
      void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    for (let unit = this.#units.shift(); unit !== undefined; unit = this.#units.shift()) {
      await (typeof unit === 'function' ? unit() : this.#write(unit.group));
    }
    this.#isWriting = false;
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    const commit = this.#commit;
    try {
      await commit(together(group.map(({ changes }) => changes)));
      for (const { done } of group) done();
    } catch (cause) {
      const isOver = cause instanceof OutcomeUnknown || cause instanceof Unreachable;
      if (isOver || group.length === 1) for (const { failed } of group) failed(cause);
      // One of them cannot be stored; the others can.
      else for (const { changes, done, failed } of group) await commit(changes).then(done, failed);
    }
  }
}

function together(all: readonly LogChanges[]): LogChanges {
  const [first] = all;
  if (first !== undefined && all.length === 1) return first;
  return {
    puts: all.flatMap(({ puts }) => puts),
    removed: all.flatMap(({ removed }) => removed),
    states: all.flatMap(({ states }) => states),
  };
}
