import { HTTP_STATUS, type Problem } from '../problem.ts';

/** The media type of problem documents (RFC 9457, 3). */
export const PROBLEM_JSON = 'application/problem+json';

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  507: 'Insufficient Storage',
};

/** Converts a problem to an RFC 9457 document: the format of the mock's own errors, which no vendor has. */
export function renderProblemDetails(problem: Problem) {
  const status = HTTP_STATUS[problem.kind];
  return {
    status,
    headers: { 'content-type': PROBLEM_JSON, ...(problem.allow.length > 0 && { allow: problem.allow.join(', ') }) },
    body: { type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail: problem.message },
  };
}
