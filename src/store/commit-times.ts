import { stopwatch } from '../time/clock.ts';

/** Measures how long commits take while there is an observer. */
export class CommitTimes {
  /** Receives the duration of each commit in milliseconds. Null disables measuring. */
  observer: ((milliseconds: number) => void) | null = null;

  measure<Made>(commit: () => Made): Made {
    const { observer } = this;
    if (observer === null) return commit();
    const begun = stopwatch();
    const made = commit();
    const end = () => observer(stopwatch() - begun);
    if (made instanceof Promise) made.then(end, end);
    else end();
    return made;
  }
}
