import { asProblem, Problem } from '../core/problem.ts';
import { Unwritable } from '../store/errors.ts';
import type { Store } from '../store/index.ts';

/**
 * Whatever was thrown, as a Problem.
 *
 * @param store whose file, where it is gone or damaged, is to blame for what would be our own fault
 */
export function problemOf(thrown: unknown, store?: Pick<Store, 'fault'>): Problem {
  if (!(thrown instanceof Unwritable)) {
    const problem = asProblem(thrown);
    const fault = problem.kind === 'internal' ? (store?.fault() ?? null) : null;
    return fault === null ? problem : new Problem('storage_failing', fault, { cause: thrown });
  }
  return new Problem(thrown.why === 'full' ? 'storage_full' : 'storage_failing', thrown.message, { cause: thrown });
}
