import type { Problem } from '../../decisions/problem.ts';
import type { Outcome } from '../../decisions/responses/outcome.ts';
import { renderProblemDetails } from '../../decisions/responses/problem-details.ts';

/** Renders a problem as RFC 9457 problem details. */
export function renderProblem(problem: Problem): Outcome {
  return renderProblemDetails(problem);
}
