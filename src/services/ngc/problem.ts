import type { Problem } from '../../core/problem.ts';
import { requestStatusOutcome } from '../../core/request-status.ts';
import type { About, Outcome } from '../../service.ts';

/** What published clients see of a key that is not accepted. */
const INVALID_KEY = 'Invalid API key.';

/** A problem as the NGC gateway tells it. */
export function renderProblem(problem: Problem, { random, operation }: About): Outcome {
  const isCallerInfo = operation === 'getCallerInfo' && problem.kind === 'unauthenticated';
  return requestStatusOutcome(problem, random.uuid(), isCallerInfo ? INVALID_KEY : undefined);
}
