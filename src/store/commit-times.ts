import { stopwatch } from '../time/clock.ts';

/** Measures how long commits take, while somebody wants to know. */
export class CommitTimes {
  /** Called with the milliseconds of each commit; null: nothing is measured. */
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
