import type { Problem } from '../../decisions/problem.ts';
import type { Outcome } from '../../responses/outcome.ts';
import { problemDetails } from '../../responses/problem-details.ts';

/** Renders a problem in the form of the control API: RFC 9457. */
export function renderProblem(problem: Problem): Outcome {
  return problemDetails(problem);
}
