import { describe, expect, it } from 'vitest';
import { createErrorOutcome, isErrorStatus } from '../../src/faults/outcome.ts';
import { renderProblemDetails } from '../../src/responses/problem-details.ts';

describe('an error with a chosen status', () => {
  it.each([400, 401, 403, 404, 409, 500, 503])('is worded as the vendor words %i', (status) => {
    expect(createErrorOutcome(status, renderProblemDetails)).toMatchObject({ status, body: { status } });
  });

  it('says what the status is called', () => {
    expect(createErrorOutcome(503, renderProblemDetails).body).toMatchObject({ detail: 'Service Unavailable' });
  });

  it.each([
    [418, "I'm a Teapot"],
    [429, 'Too Many Requests'],
    [502, 'Bad Gateway'],
    [504, 'Gateway Timeout'],
  ])('has the form of the vendor’s errors if the vendor has no words for %i', (status, title) => {
    const { status: answered, body, headers } = createErrorOutcome(status, renderProblemDetails);
    expect(answered).toBe(status);
    expect(body).toEqual({ type: 'about:blank', title, status, detail: title });
    expect(headers).toEqual({ 'content-type': 'application/problem+json' });
  });

  it('changes nothing but what repeats the status', () => {
    const render = () => ({ status: 503, body: { code: 503, statusCode: '503', limit: 1503, message: '503' } });
    expect(createErrorOutcome(502, render).body).toEqual({ code: 502, statusCode: '502', limit: 1503, message: '502' });
  });

  it('is one of those that HTTP knows', () => {
    expect([200, 302, 399, 400, 429, 511, 512, 599].filter(isErrorStatus)).toEqual([400, 429, 511]);
  });
});
