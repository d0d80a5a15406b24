import type { Problem } from '../../core/problem.ts';
import { problemDetails } from '../../core/problem-details.ts';
import type { Outcome } from '../../service.ts';

/** A problem as the switchboard tells it: RFC 9457. */
export function renderProblem(problem: Problem): Outcome {
  return problemDetails(problem);
}
