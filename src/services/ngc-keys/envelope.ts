import type { RefusalContext } from '../../contract/service.ts';
import type { Problem, ProblemKind } from '../../decisions/problem.ts';
import { HTTP_STATUS } from '../../decisions/problem.ts';

/** Envelope codes by HTTP status (NGC account-service document). */
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
  503: 'INTERNAL_ERROR',
  507: 'INTERNAL_ERROR',
};

/** The gateway's messages, from published responses. */
const MESSAGES: Partial<Record<ProblemKind, string>> = {
  unauthenticated: 'Authentication Failed',
  forbidden: 'Access Denied',
};

export function createRequestStatus<Code extends string>(
  statusCode: Code,
  requestId: string,
  statusDescription?: string,
) {
  return {
    statusCode,
    ...(statusDescription !== undefined && { statusDescription }),
    requestId,
    serverId: 'nv-auth-mock',
  };
}

export function createSuccessStatus({ random }: Pick<RefusalContext, 'random'>) {
  return createRequestStatus('SUCCESS', random.uuid());
}

/** Renders a problem in the NGC gateway's format. @param description replaces the gateway's text */
export function renderRequestStatus(problem: Problem, requestId: string, description?: string) {
  const status = HTTP_STATUS[problem.kind];
  const message = description ?? MESSAGES[problem.kind] ?? (problem.message || 'Not found.');
  return {
    status,
    headers: {
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(problem.allow.length > 0 && { allow: problem.allow.join(', ') }),
    },
    body: { requestStatus: createRequestStatus(STATUS_CODES[status] ?? 'INVALID_REQUEST', requestId, message) },
  };
}
