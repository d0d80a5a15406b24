import { DatabaseFailure, UnknownOutcome } from './errors.ts';
import type { LogChanges } from './world-log.ts';

/** The maximum number of rows written together. */
const MAX_ROWS = 1000;

interface PendingChanges {
  readonly changes: LogChanges;
  done(): void;
  failed(cause: unknown): void;
}

/** Writes in order, one write at a time. Changes that arrive during a write are combined into the next one. */
export class LogQueue {
  readonly #commit: (changes: LogChanges) => Promise<void>;
  /** Changes to write together, or a separate write. */
  readonly #units: ({ readonly group: PendingChanges[]; rows: number } | (() => Promise<void>))[] = [];
  #isWriting = false;

  constructor(commit: (changes: LogChanges) => Promise<void>) {
    this.#commit = commit;
  }

  /** Writes changes, possibly together with others. */
  commit(changes: LogChanges): Promise<void> {
    // Usually no write is under way.
    return this.#isWriting ? this.#enqueue(changes) : this.#writeNow(changes);
  }

  async #writeNow(changes: LogChanges): Promise<void> {
    this.#isWriting = true;
    try {
      await this.#commit(changes);
    } finally {
      this.#isWriting = false;
      if (this.#units.length > 0) void this.#drain();
    }
  }

  #enqueue(changes: LogChanges): Promise<void> {
    return new Promise((done, failed) => {
      const rows = changes.puts.length + changes.removed.length;
      const last = this.#units.at(-1);
      const pending = { changes, done, failed };
      if (typeof last === 'object' && last.rows + rows <= MAX_ROWS) {
        last.group.push(pending);
        last.rows += rows;
      } else {
        this.#units.push({ group: [pending], rows });
      }
      void this.#drain();
    });
  }

  /** Runs a separate write. */
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

  async #write(group: readonly PendingChanges[]): Promise<void> {
    const commit = this.#commit;
    try {
      const all = group.map(({ changes }) => changes);
      await commit({
        puts: all.flatMap(({ puts }) => puts),
        removed: all.flatMap(({ removed }) => removed),
        states: all.flatMap(({ states }) => states),
      });
      for (const { done } of group) done();
    } catch (cause) {
      // A database that doesn't accept one change doesn't accept the others either.
      const concernsAll = cause instanceof UnknownOutcome || cause instanceof DatabaseFailure;
      if (concernsAll || group.length === 1) for (const { failed } of group) failed(cause);
      // One of the changes cannot be stored, so try them separately.
      else for (const { changes, done, failed } of group) await commit(changes).then(done, failed);
    }
  }
}
