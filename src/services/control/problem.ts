import type { Problem } from '../../decisions/problem.ts';
import type { Outcome } from '../../responses/outcome.ts';
import { problemDetails } from '../../responses/problem-details.ts';

/** Renders a problem as RFC 9457 problem details. */
export function renderProblem(problem: Problem): Outcome {
  return problemDetails(problem);
}
