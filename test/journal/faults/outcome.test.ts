import { describe, expect, it } from 'vitest';
import { renderProblemDetails } from '../../../src/decisions/responses/problem-details.ts';
import { createErrorOutcome, isErrorStatus } from '../../../src/journal/faults/outcome.ts';

describe('an error with a chosen status', () => {
  it.each([400, 401, 403, 404, 409, 500, 503])('is rendered by the vendor for %i', (status) => {
    expect(createErrorOutcome(status, renderProblemDetails)).toMatchObject({ status, body: { status } });
  });

  it('contains the name of the status', () => {
    expect(createErrorOutcome(503, renderProblemDetails).body).toMatchObject({ detail: 'Service Unavailable' });
  });

  it.each([
    [418, "I'm a Teapot"],
    [429, 'Too Many Requests'],
    [502, 'Bad Gateway'],
    [504, 'Gateway Timeout'],
  ])('has the error format of the vendor if the vendor has no error for %i', (status, title) => {
    const { status: actual, body, headers } = createErrorOutcome(status, renderProblemDetails);
    expect(actual).toBe(status);
    expect(body).toEqual({ type: 'about:blank', title, status, detail: title });
    expect(headers).toEqual({ 'content-type': 'application/problem+json' });
  });

  it('changes only members that repeat the status', () => {
    const render = () => ({ status: 503, body: { code: 503, statusCode: '503', limit: 1503, message: '503' } });
    expect(createErrorOutcome(502, render).body).toEqual({ code: 502, statusCode: '502', limit: 1503, message: '502' });
  });

  it('may have a status that HTTP does not define', () => {
    expect(createErrorOutcome(529, renderProblemDetails)).toMatchObject({ status: 529, body: { title: 'Overloaded' } });
    expect(createErrorOutcome(499, renderProblemDetails).body).toMatchObject({ title: 'Client Closed Request' });
    expect(createErrorOutcome(599, renderProblemDetails).body).toMatchObject({ title: 'Error', status: 599 });
  });

  it('must have an error status', () => {
    expect([200, 302, 399, 400, 429, 512, 599, 600].filter(isErrorStatus)).toEqual([400, 429, 512, 599]);
  });
});
