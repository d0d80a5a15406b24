import type { Outcome } from '../../core/outcome.ts';
import type { Problem } from '../../core/problem.ts';
import { problemDetails } from '../../core/problem-details.ts';

/** Renders a problem in the form of the control API: RFC 9457. */
export function renderProblem(problem: Problem): Outcome {
  return problemDetails(problem);
}
