import type { ErrorForm, RefusalContext } from '../../contract/service.ts';
import { HTTP_STATUS, Problem } from '../../decisions/problem.ts';
import type { Outcome } from '../../decisions/responses/outcome.ts';
import { createRequestStatus } from '../ngc-keys/envelope.ts';

const JSON_TYPE = 'application/json';

/** The error formats of `renderProblem`. */
export const ERRORS: readonly ErrorForm[] = [
  { schema: 'BadRequest', mediaType: JSON_TYPE },
  { schema: 'Refusal', mediaType: JSON_TYPE },
  { schema: 'PaymentRequired', mediaType: JSON_TYPE },
];

/** Messages of the API's framework, as reported by clients. */
const NOT_AUTHENTICATED = 'Authentication credentials were not provided.';
const INVALID_TOKEN = 'Invalid token';
const NOT_PERMITTED = 'You do not have permission to perform this action.';
const NOT_FOUND = 'No object matches the given query.';
const NO_SUBSCRIPTION = 'No active subscription for the product found.';

/** Renders a problem as Air does. A missing subscription has the format of the gateway in front of Air. */
export function renderProblem(problem: Problem, { settings, random }: RefusalContext): Outcome {
  if (problem.kind === 'payment_required') {
    return {
      status: 402,
      body: { requestStatus: createRequestStatus('PAYMENT_REQUIRED', random.uuid(), NO_SUBSCRIPTION) },
    };
  }
  const status = problem.kind === 'unauthenticated' ? settings.airBadCredentials : HTTP_STATUS[problem.kind];
  const detail = detailOf(problem, status);
  return {
    status,
    headers: {
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(problem.allow.length > 0 && { allow: problem.allow.join(', ') }),
    },
    body: {
      detail,
      request_id: random.uuid(),
      ...(status === 400 && { type: problem.kind === 'protected' ? 'PROTECTED' : 'VALIDATION' }),
    },
  };
}

/**
 * Creates the problem for a value that the document's schema cannot validate.
 *
 * @param where path of the value, such as `content.nodes`
 * @param expected what the value must be, such as `an object`
 */
export function fieldProblem(where: string, expected: string): Problem {
  return new Problem('invalid_request', `Field \`${where}\` is not valid; expected ${expected}.`);
}

function detailOf({ kind, message }: Problem, status: number): string {
  if (kind === 'unauthenticated') return status === 401 ? INVALID_TOKEN : NOT_AUTHENTICATED;
  if (message !== '') return message;
  return kind === 'forbidden' ? NOT_PERMITTED : NOT_FOUND;
}
