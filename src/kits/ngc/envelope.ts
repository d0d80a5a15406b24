import type { Problem, ProblemKind } from '../../core/problem.ts';
import { HTTP_STATUS } from '../../core/problem.ts';

/** The codes of NGC's envelope, by HTTP status (NGC account-service document). */
const STATUS_CODES: Readonly<Record<number, string>> = {
  400: 'INVALID_REQUEST',
  401: 'UNAUTHORIZED',
  402: 'PAYMENT_REQUIRED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  408: 'TIMEOUT',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  417: 'PRECONDITION_FAILED',
  500: 'INTERNAL_ERROR',
  501: 'INTERNAL_ERROR',
  503: 'INTERNAL_ERROR',
  507: 'INTERNAL_ERROR',
};

/** What the gateway says instead of describing the failure, as published answers show. */
const WORDS: Partial<Record<ProblemKind, string>> = {
  unauthenticated: 'Authentication Failed',
  forbidden: 'Access Denied',
};

/** The name of the answering server, in every envelope. */
const SERVER_ID = 'nv-auth-mock';

/** The head of every answer of the NGC gateway. */
export function requestStatus<Code extends string>(statusCode: Code, requestId: string, statusDescription?: string) {
  return {
    statusCode,
    ...(statusDescription !== undefined && { statusDescription }),
    requestId,
    serverId: SERVER_ID,
  };
}

/** A problem in the form of the NGC gateway. @param told replaces the gateway's own words */
export function renderRequestStatus(problem: Problem, requestId: string, told?: string) {
  const status = HTTP_STATUS[problem.kind];
  const words = told ?? WORDS[problem.kind] ?? (problem.message || 'Not found.');
  return {
    status,
    headers: {
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(problem.allow.length > 0 && { allow: problem.allow.join(', ') }),
    },
    body: { requestStatus: requestStatus(STATUS_CODES[status] ?? 'INVALID_REQUEST', requestId, words) },
  };
}
