import { type Budgets, newBudgets } from '../core/bounded-cache.ts';
import { CommitTimes } from './commit-times.ts';
import { Revisions } from './revisions.ts';
import { StateAccounts } from './state-account.ts';

/** The parts that the stores of a process share. */
export interface StoreParts {
  /** Limit the memory of caches and rows. */
  readonly budgets: Budgets;
  readonly state: StateAccounts;
  readonly revisions: Revisions;
  readonly commits: CommitTimes;
}

/** The parts for a process with one store. */
export function newStoreParts(budgets: Budgets = newBudgets()): StoreParts {
  return { budgets, state: new StateAccounts(budgets.state), revisions: new Revisions(), commits: new CommitTimes() };
}
