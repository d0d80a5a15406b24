import type { About } from '../../contract/service.ts';
import type { Problem } from '../../decisions/problem.ts';
import { renderRequestStatus } from '../../ngc-keys/envelope.ts';
import type { Outcome } from '../../responses/outcome.ts';

/** The text in published clients for a rejected key. */
const INVALID_KEY = 'Invalid API key.';

/** Renders a problem in the NGC gateway's form. */
export function renderProblem(problem: Problem, { random, operation }: About): Outcome {
  const isCallerInfo = operation === 'getCallerInfo' && problem.kind === 'unauthenticated';
  return renderRequestStatus(problem, random.uuid(), isCallerInfo ? INVALID_KEY : undefined);
}
