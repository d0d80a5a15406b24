import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/decisions/problem.ts';
import { headersOf, mediaTypeOf, sentHeaders } from '../../src/http/headers.ts';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

describe('the headers of an outcome', () => {
  it('have the JSON content type by default', () => {
    expect(headersOf({ status: 201, body: { id: 7 } }, null)).toEqual(JSON_TYPE);
    expect(headersOf({ status: 200, body: {}, headers: { 'content-type': 'a/b' } }, null)).toEqual({
      'content-type': 'a/b',
    });
  });

  it('have no content type without a body', () => {
    expect(headersOf({ status: 204 }, null)).toEqual({});
    expect(headersOf({ status: 204, headers: { 'content-type': 'a/b', etag: '1' } }, null)).toEqual({ etag: '1' });
    expect(headersOf({ status: 302, headers: { location: '/a' } }, null)).toEqual({ location: '/a' });
  });

  it('prevent browsers from running bytes, except for pages with their own policy', () => {
    const body = Buffer.from('<script>');
    const page = { status: 200, body, headers: { 'content-security-policy': "default-src 'none'" } };

    expect(headersOf({ status: 200, body }, null)).toMatchObject({
      'content-disposition': 'attachment',
      'x-content-type-options': 'nosniff',
    });
    expect(headersOf(page, null)).not.toHaveProperty('content-disposition');
  });

  it('contain the `retry-after` of the problem or the outcome', () => {
    const busy = new Problem('unavailable', 'Busy.', { retryAfter: 1 });

    expect(headersOf({ status: 503 }, busy)).toEqual({ 'retry-after': '1' });
    expect(headersOf({ status: 503, headers: { 'retry-after': '7' } }, busy)).toEqual({ 'retry-after': '7' });
  });

  it('prevent caching and buffering of a streamed body', () => {
    const outcome = { status: 200, body: new Readable(), headers: { 'x-a': 'b' } };

    expect(headersOf(outcome, null)).toEqual({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-a': 'b',
    });
  });

  it('leave the headers of the outcome unchanged', () => {
    const headers = { etag: '1' };
    headersOf({ status: 503, headers }, new Problem('unavailable', 'Busy.', { close: true, retryAfter: 1 }));

    expect(headers).toEqual({ etag: '1' });
  });
});

it('the media type of an outcome has no parameters and is JSON by default', () => {
  expect(mediaTypeOf({ status: 200 })).toBe('application/json');
  expect(mediaTypeOf({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })).toBe('text/html');
});

it('the sent headers are strings', () => {
  const getHeaders = () => ({ etag: '1', 'content-length': 7, vary: ['Origin', 'Accept'] });

  expect(sentHeaders({ getHeaders } as never)).toEqual({ etag: '1', 'content-length': '7', vary: 'Origin,Accept' });
});
