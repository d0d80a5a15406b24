import type { Drill, DrillName, DrillOrder, StartedDrill } from '../../generated/library.ts';

/** Drills of a world: failures that a client must survive. */
export interface DrillsBoard {
  /** Starts it; a running one is restarted. */
  run(name: DrillName, order?: DrillOrder): Promise<StartedDrill>;
  list(): Promise<readonly Drill[]>;
  /** Ends one that is running. */
  end(name: DrillName): Promise<void>;
}
