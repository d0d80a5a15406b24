import { describe, expect, it } from 'vitest';
import { HTTP_STATUS, Problem, type ProblemKind } from '../../../src/decisions/problem.ts';
import { createRequestStatus, renderRequestStatus } from '../../../src/services/ngc-keys/envelope.ts';

const outcomeOf = (kind: ProblemKind, message?: string, override?: string) =>
  renderRequestStatus(new Problem(kind, message), 'request-1', override);

describe('an error of the NGC gateway has the code of its status:', () => {
  const cases: [kind: ProblemKind, status: number, code: string][] = [
    ['invalid_request', 400, 'INVALID_REQUEST'],
    ['unauthenticated', 401, 'UNAUTHORIZED'],
    ['forbidden', 403, 'FORBIDDEN'],
    ['not_found', 404, 'NOT_FOUND'],
    ['unknown_path', 404, 'NOT_FOUND'],
    ['method_not_allowed', 405, 'METHOD_NOT_ALLOWED'],
    ['timeout', 408, 'TIMEOUT'],
    ['conflict', 409, 'CONFLICT'],
    ['too_large', 413, 'PAYLOAD_TOO_LARGE'],
    ['path_too_long', 414, 'INVALID_REQUEST'],
    ['unsupported_media_type', 415, 'INVALID_REQUEST'],
    ['expectation_failed', 417, 'PRECONDITION_FAILED'],
    ['headers_too_large', 431, 'INVALID_REQUEST'],
    ['internal', 500, 'INTERNAL_ERROR'],
  ];

  it.each(cases)('%s: %d %s', (kind, status, statusCode) => {
    expect(outcomeOf(kind, 'words')).toMatchObject({ status, body: { requestStatus: { statusCode } } });
  });
});

describe('the description of an error of the NGC gateway', () => {
  it.each<[title: string, description: string, kind: ProblemKind, message?: string, override?: string]>([
    ['hides the reason of a rejected key', 'Authentication Failed', 'unauthenticated', 'The key expired.'],
    ['hides the missing rights of a key', 'Access Denied', 'forbidden', 'It lacks a scope.'],
    ['contains the error of an invalid request', 'No `name`.', 'invalid_request', 'No `name`.'],
    ['has a default for an unknown object', 'Not found.', 'not_found'],
    ['can be overridden', 'Forbidden to play', 'forbidden', 'It lacks a scope.', 'Forbidden to play'],
  ])('%s', (_what, description, kind, message, override) => {
    expect(outcomeOf(kind, message, override).body.requestStatus).toEqual({
      statusCode: expect.any(String),
      statusDescription: description,
      requestId: 'request-1',
      serverId: 'nv-auth-mock',
    });
  });
});

it('only a 401 has the header `www-authenticate`', () => {
  expect(outcomeOf('unauthenticated').headers).toEqual({ 'www-authenticate': 'Bearer' });
  for (const kind of Object.keys(HTTP_STATUS) as ProblemKind[]) {
    if (HTTP_STATUS[kind] !== 401) expect(outcomeOf(kind).headers).not.toHaveProperty('www-authenticate');
  }
});

it('a 405 has the header `allow`', () => {
  const problem = new Problem('method_not_allowed', 'No.', { allow: ['GET', 'HEAD'] });

  expect(renderRequestStatus(problem, 'request-1').headers).toEqual({ allow: 'GET, HEAD' });
});

it('a success needs no description', () => {
  expect(createRequestStatus('SUCCESS', 'request-1')).toEqual({
    statusCode: 'SUCCESS',
    requestId: 'request-1',
    serverId: 'nv-auth-mock',
  });
});
