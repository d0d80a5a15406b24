import type { RefusalContext } from '../../contract/service.ts';
import type { Problem } from '../../decisions/problem.ts';
import type { Outcome } from '../../decisions/responses/outcome.ts';
import { renderRequestStatus } from '../ngc-keys/envelope.ts';

/** The message for a rejected key, from published clients. */
const INVALID_KEY = 'Invalid API key.';

export function renderProblem(problem: Problem, { random, operation }: RefusalContext): Outcome {
  const isCallerInfo = operation === 'getCallerInfo' && problem.kind === 'unauthenticated';
  return renderRequestStatus(problem, random.uuid(), isCallerInfo ? INVALID_KEY : undefined);
}
