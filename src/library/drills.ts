import type { Drill, DrillName, DrillOrder, StartedDrill } from '../../generated/library.ts';

/** What a client has to survive, rehearsed in a world. */
export interface DrillsBoard {
  /** Starts it; one that is running starts anew. */
  run(name: DrillName, order?: DrillOrder): Promise<StartedDrill>;
  list(): Promise<readonly Drill[]>;
  /** Ends one that is running. */
  end(name: DrillName): Promise<void>;
}
