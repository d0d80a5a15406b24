import type { About, ErrorForm } from '../../contract/service.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Problem, ProblemKind } from '../../core/problem.ts';
import { PROBLEM_JSON, problemDetails } from '../../core/problem-details.ts';

export const ERRORS: readonly ErrorForm[] = [{ schema: 'Problem', mediaType: PROBLEM_JSON }];

/** The kinds with a type of the framework, by what it calls them. */
const TYPES: Partial<Record<ProblemKind, string>> = {
  invalid_request: 'bad-request',
  bad_state: 'bad-request',
  limit_reached: 'too-many-requests',
  forbidden: 'forbidden',
  not_found: 'not-found',
};

const TITLES: Readonly<Record<string, string>> = {
  'bad-request': 'Bad Request',
  forbidden: 'Forbidden',
  'not-found': 'Not Found',
  'too-many-requests': 'Too Many Requests',
};

/** Renders a problem in the form of the key service. */
export function renderProblem(problem: Problem, { path }: About): Outcome {
  const { headers, ...details } = problemDetails(problem);
  const type = TYPES[problem.kind];
  if (type === undefined) return { ...details, headers, body: { ...details.body, instance: path } };
  const status = problem.kind === 'limit_reached' ? 429 : details.status;
  // A request that cannot be read gets another sentence than one that an operation refuses.
  const isUnreadable = problem.kind === 'invalid_request';
  return {
    status,
    headers,
    body: {
      type: `urn:nv-boot:problem-details:${type}`,
      title: TITLES[type],
      status,
      detail: isUnreadable ? `Failed to read request: ${problem.message}` : problem.message || 'Not found',
      instance: path,
    },
  };
}
