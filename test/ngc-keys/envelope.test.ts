import { describe, expect, it } from 'vitest';
import { HTTP_STATUS, Problem, type ProblemKind } from '../../src/decisions/problem.ts';
import { createRequestStatus, renderRequestStatus } from '../../src/ngc-keys/envelope.ts';

const outcomeOf = (kind: ProblemKind, message?: string, reported?: string) =>
  renderRequestStatus(new Problem(kind, message), 'request-1', reported);

describe('a refusal of the NGC gateway has the code of its status:', () => {
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

describe('a refusal of the NGC gateway says', () => {
  const cases: [
    what: string,
    kind: ProblemKind,
    message: string | undefined,
    reported: string | undefined,
    words: string,
  ][] = [
    ['nothing of why a key is not accepted', 'unauthenticated', 'The key expired.', undefined, 'Authentication Failed'],
    ['nothing of what a key lacks', 'forbidden', 'It lacks a scope.', undefined, 'Access Denied'],
    [
      'what is wrong with a request',
      'invalid_request',
      'Field `name` is missing.',
      undefined,
      'Field `name` is missing.',
    ],
    ['that nothing is there', 'not_found', undefined, undefined, 'Not found.'],
    ['what it is told to say', 'forbidden', 'It lacks a scope.', 'Forbidden to play', 'Forbidden to play'],
  ];

  it.each(cases)('%s', (_what, kind, message, reported, words) => {
    expect(outcomeOf(kind, message, reported).body.requestStatus).toEqual({
      statusCode: expect.any(String),
      statusDescription: words,
      requestId: 'request-1',
      serverId: 'nv-auth-mock',
    });
  });
});

it('a refusal for want of a key says how to send one, and no other does', () => {
  expect(outcomeOf('unauthenticated').headers).toEqual({ 'www-authenticate': 'Bearer' });
  for (const kind of Object.keys(HTTP_STATUS) as ProblemKind[]) {
    if (HTTP_STATUS[kind] !== 401) expect(outcomeOf(kind).headers).not.toHaveProperty('www-authenticate');
  }
});

it('a wrong method names the right ones', () => {
  const problem = new Problem('method_not_allowed', 'No.', { allow: ['GET', 'HEAD'] });

  expect(renderRequestStatus(problem, 'request-1').headers).toEqual({ allow: 'GET, HEAD' });
});

it('an answer that went well needs no description', () => {
  expect(createRequestStatus('SUCCESS', 'request-1')).toEqual({
    statusCode: 'SUCCESS',
    requestId: 'request-1',
    serverId: 'nv-auth-mock',
  });
});
