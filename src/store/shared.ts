import { type Budgets, newBudgets } from '../core/bounded-cache.ts';
import { Revisions } from './revisions.ts';

/** The parts that the stores of a process share. */
export interface StoreParts {
  /** Limit what is remembered. */
  readonly budgets: Budgets;
  readonly revisions: Revisions;
}

/** Those of a process that has one store. */
export function newStoreParts(budgets: Budgets = newBudgets()): StoreParts {
  return { budgets, revisions: new Revisions() };
}
