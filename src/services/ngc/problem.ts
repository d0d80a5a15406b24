import type { About } from '../../contract/service.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Problem } from '../../core/problem.ts';
import { renderRequestStatus } from '../../kits/ngc/envelope.ts';

/** What published clients see when a key is not accepted. */
const INVALID_KEY = 'Invalid API key.';

/** A problem in the NGC gateway's form. */
export function renderProblem(problem: Problem, { random, operation }: About): Outcome {
  const isCallerInfo = operation === 'getCallerInfo' && problem.kind === 'unauthenticated';
  return renderRequestStatus(problem, random.uuid(), isCallerInfo ? INVALID_KEY : undefined);
}
