import type { ErrorForm, RefusalContext } from '../../contract/service.ts';
import { HTTP_STATUS, invalidRequest, type Problem } from '../../decisions/problem.ts';
import type { Outcome } from '../../decisions/responses/outcome.ts';
import { createRequestStatus } from '../ngc-keys/envelope.ts';

export const ERRORS: readonly ErrorForm[] = ['BadRequest', 'Refusal', 'PaymentRequired'].map((schema) => {
  return { schema, mediaType: 'application/json' };
});

/** Renders a problem as Air does. A missing subscription has the format of the gateway in front of Air. */
export function renderProblem(problem: Problem, { settings, random }: RefusalContext): Outcome {
  if (problem.kind === 'payment_required') {
    const message = 'No active subscription for the product found.';
    return { status: 402, body: { requestStatus: createRequestStatus('PAYMENT_REQUIRED', random.uuid(), message) } };
  }
  const status = problem.kind === 'unauthenticated' ? settings.airBadCredentials : HTTP_STATUS[problem.kind];
  return {
    status,
    headers: {
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(problem.allow.length > 0 && { allow: problem.allow.join(', ') }),
    },
    body: {
      detail: detailOf(problem, status),
      request_id: random.uuid(),
      ...(status === 400 && { type: problem.kind === 'protected' ? 'PROTECTED' : 'VALIDATION' }),
    },
  };
}

/** For a value that the document's schema cannot validate. @param expected what it must be, such as `an object` */
export function fieldProblem(where: string, expected: string): Problem {
  return invalidRequest(`Field \`${where}\` is not valid; expected ${expected}.`);
}

/** Without a message of its own, a problem has that of the API's framework, as reported by clients. */
function detailOf({ kind, message }: Problem, status: number): string {
  if (kind === 'unauthenticated') {
    return status === 401 ? 'Invalid token' : 'Authentication credentials were not provided.';
  }
  if (message !== '') return message;
  if (kind === 'forbidden') return 'You do not have permission to perform this action.';
  return 'No object matches the given query.';
}
