import { readStopwatch } from '../time/clock.ts';

/** Measures how long commits take while there is an observer. */
export class CommitTimes {
  /** Receives the duration of each commit in milliseconds. Null disables measuring. */
  observer: ((milliseconds: number) => void) | null = null;

  measure<Result>(commit: () => Result): Result {
    const { observer } = this;
    if (observer === null) return commit();
    const startedAt = readStopwatch();
    const result = commit();
    const report = () => observer(readStopwatch() - startedAt);
    if (result instanceof Promise) result.then(report, report);
    else report();
    return result;
  }
}
