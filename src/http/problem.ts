import { asProblem, Problem } from '../core/problem.ts';
import { Unwritable } from '../store/errors.ts';

/** Whatever was thrown, as a Problem. */
export function problemOf(thrown: unknown): Problem {
  if (!(thrown instanceof Unwritable)) return asProblem(thrown);
  return new Problem(thrown.why === 'full' ? 'storage_full' : 'storage_failing', thrown.message, { cause: thrown });
}

/** Could nothing be stored? Not the caller's fault, nor the mock's, and worth more than a line of the log. */
export function isStorageProblem({ kind }: Problem): boolean {
  return kind === 'storage_full' || kind === 'storage_failing';
}
