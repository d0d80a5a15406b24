import { MEGABYTE } from '../memory/bytes.ts';
import { Quota } from '../memory/quota.ts';
import { CommitTimes } from './commit-times.ts';
import { StateMemory } from './state-memory.ts';

/** The parts shared by all stores of a process. */
export interface StoreParts {
  /** Counts the memory used by worlds and snapshots. */
  readonly memory: StateMemory;
  readonly commits: CommitTimes;
}

/** Creates the parts for a process with one store. @param room for the objects of all worlds and snapshots, in bytes */
export function createStoreParts(room = 256 * MEGABYTE): StoreParts {
  return { memory: new StateMemory(new Quota(room)), commits: new CommitTimes() };
}
