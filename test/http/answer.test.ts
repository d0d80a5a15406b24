import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/core/problem.ts';
import { mediaTypeOf, wireBytes, writeAnswer } from '../../src/http/answer.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('an outcome is written', () => {
  it('as JSON, unless it says otherwise', () => {
    expect(writeAnswer({ status: 201, body: { id: 7 } }, null)).toEqual({
      status: 201,
      headers: JSON_TYPE,
      payload: '{"id":7}',
    });
    expect(writeAnswer({ status: 200, body: {}, headers: { 'content-type': 'a/b' } }, null).headers).toEqual({
      'content-type': 'a/b',
    });
  });

  it('without a body as no type and no bytes', () => {
    expect(writeAnswer({ status: 204 }, null)).toEqual({ status: 204, headers: {}, payload: undefined });
  });

  it('with bytes of a user as what no browser runs; pages say themselves what they may do', () => {
    const bytes = Buffer.from('<script>');
    const page = { status: 200, body: bytes, headers: { 'content-security-policy': "default-src 'none'" } };

    expect(writeAnswer({ status: 200, body: bytes }, null)).toMatchObject({
      headers: { 'content-disposition': 'attachment', 'x-content-type-options': 'nosniff' },
      payload: bytes,
    });
    expect(writeAnswer(page, null).headers).not.toHaveProperty('content-disposition');
  });

  it('with a word that the line ends, where nothing more can be read from it', () => {
    const last = new Problem('too_large', 'Too large.', { close: true });

    expect(writeAnswer({ status: 413 }, last).headers).toEqual({ connection: 'close' });
    expect(writeAnswer({ status: 404 }, new Problem('not_found')).headers).toEqual({});
  });

  it('as a stream that nobody on the way keeps or holds back, if its body is made while it is read', () => {
    const body = new Readable();

    expect(writeAnswer({ status: 200, body, headers: { 'x-a': 'b' } }, null)).toEqual({
      status: 200,
      headers: {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-a': 'b',
      },
      payload: undefined,
      stream: body,
    });
  });
});

it('an answer stands on a line as HTTP, the last one there', () => {
  const answer = { status: 408, headers: JSON_TYPE, payload: '{"a":"ä"}' };

  expect(wireBytes(answer).toString()).toBe(
    [
      'HTTP/1.1 408 Request Timeout',
      'content-type: application/json',
      'content-length: 10',
      'connection: close',
      '',
      '{"a":"ä"}',
    ].join('\r\n'),
  );
});

it('the media type of an outcome has no parameters, and is JSON where it says none', () => {
  expect(mediaTypeOf({ status: 200 })).toBe('application/json');
  expect(mediaTypeOf({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })).toBe('text/html');
});
