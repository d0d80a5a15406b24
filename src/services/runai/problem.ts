import { HTTP_STATUS, type Problem, type ProblemKind } from '../../core/problem.ts';
import type { About, Outcome } from '../../service.ts';

/** What the documentation's own examples say, for the kinds it has an example of. */
const DOCUMENTED_MESSAGES: Partial<Record<ProblemKind, string>> = {
  forbidden: 'You do not have sufficient permissions.',
  not_found: 'Resource id not found.',
  conflict: 'Resource with this name already exists',
};

/** A problem as Run:ai tells it: `code`, `message`, and `details` where there is more to say. */
export function renderProblem(problem: Problem, { settings }: About): Outcome {
  const status = problem.kind === 'bad_credentials' ? settings.runaiBadCredentials : HTTP_STATUS[problem.kind];
  const documented = DOCUMENTED_MESSAGES[problem.kind];
  const { message } = problem;
  return {
    status,
    headers: {
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(problem.allow.length > 0 && { allow: problem.allow.join(', ') }),
    },
    body: {
      code: status,
      message: documented ?? message,
      ...(documented !== undefined && message !== '' && { details: message }),
    },
  };
}
