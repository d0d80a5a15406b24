import { STATUS_CODES } from 'node:http';
import { expect, it } from 'vitest';
import { HTTP_STATUS, Problem, type ProblemKind } from '../../../src/decisions/problem.ts';
import { renderProblemDetails } from '../../../src/decisions/responses/problem-details.ts';

it('a problem document has the form of RFC 9457', () => {
  expect(renderProblemDetails(new Problem('not_found', 'There is no toy.'))).toEqual({
    status: 404,
    headers: { 'content-type': 'application/problem+json' },
    body: { type: 'about:blank', title: 'Not Found', status: 404, detail: 'There is no toy.' },
  });
});

it('a problem with a wrong method contains the allowed methods', () => {
  const problem = new Problem('method_not_allowed', 'No.', { allow: ['GET', 'PUT'] });

  expect(renderProblemDetails(problem).headers).toMatchObject({ allow: 'GET, PUT' });
});

it('each kind has the status and the title of HTTP', () => {
  /** The titles of RFC 9110 that differ from those of Node. */
  const renamed = new Map([[413, 'Content Too Large']]);
  // `Object.keys` returns strings only.
  for (const kind of Object.keys(HTTP_STATUS) as ProblemKind[]) {
    const { status, body } = renderProblemDetails(new Problem(kind));
    expect(body.title, kind).toBe(renamed.get(status) ?? STATUS_CODES[status]);
  }
});
