import type { ErrorForm, RefusalContext } from '../../contract/service.ts';
import type { Problem, ProblemKind } from '../../decisions/problem.ts';
import type { Outcome } from '../../decisions/responses/outcome.ts';
import { PROBLEM_JSON, renderProblemDetails } from '../../decisions/responses/problem-details.ts';

export const ERRORS: readonly ErrorForm[] = [{ schema: 'Problem', mediaType: PROBLEM_JSON }];

/** Types of the vendor's framework, by kind of problem. */
const TYPES: Partial<Record<ProblemKind, string>> = {
  invalid_request: 'bad-request',
  bad_state: 'bad-request',
  too_many_requests: 'too-many-requests',
  forbidden: 'forbidden',
  not_found: 'not-found',
};

export function renderProblem(problem: Problem, { path }: RefusalContext): Outcome {
  const details = renderProblemDetails(problem);
  const type = TYPES[problem.kind];
  if (type === undefined) return { ...details, body: { ...details.body, instance: path } };
  // Malformed requests have a different text than refused ones.
  const isUnreadable = problem.kind === 'invalid_request';
  return {
    ...details,
    body: {
      ...details.body,
      type: `urn:nv-boot:problem-details:${type}`,
      detail: isUnreadable ? `Failed to read request: ${problem.message}` : problem.message || 'Not found',
      instance: path,
    },
  };
}
