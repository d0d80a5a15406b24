import { type Budgets, newBudgets } from '../core/bounded-cache.ts';
import { CommitTimes } from './commit-times.ts';
import { StateMemory } from './state-memory.ts';

/** The parts that the stores of a process share. */
export interface StoreParts {
  /** Limit the memory of caches. */
  readonly budgets: Budgets;
  /** Counts the memory of worlds and snapshots. */
  readonly memory: StateMemory;
  readonly commits: CommitTimes;
}

/** The parts for a process with one store. */
export function newStoreParts(budgets: Budgets = newBudgets()): StoreParts {
  return { budgets, memory: new StateMemory(budgets.state), commits: new CommitTimes() };
}
