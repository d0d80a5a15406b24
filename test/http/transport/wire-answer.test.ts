import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/decisions/problem.ts';
import { headBytes, renderWireResponse, wireBytes } from '../../../src/http/headers.ts';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const PROBLEM = new Problem('not_found');

describe('a rejection is rendered', () => {
  it('as JSON by default', () => {
    expect(renderWireResponse({ status: 404, body: { id: 7 } }, PROBLEM)).toEqual({
      status: 404,
      headers: JSON_TYPE,
      payload: '{"id":7}',
    });
    const page = { status: 404, body: Buffer.from('No.'), headers: { 'content-type': 'text/plain' } };
    expect(renderWireResponse(page, PROBLEM)).toEqual({ status: 404, headers: page.headers, payload: page.body });
  });

  it('without a content type if it has no body', () => {
    expect(renderWireResponse({ status: 404 }, PROBLEM)).toEqual({ status: 404, headers: {}, payload: undefined });
  });

  it('with the headers of its problem', () => {
    const last = new Problem('too_large', 'Too large.', { close: true });

    expect(renderWireResponse({ status: 413 }, last).headers).toEqual({ connection: 'close' });
  });
});

describe('the bytes of a response', () => {
  it('close the connection', () => {
    const answer = { status: 408, headers: JSON_TYPE, payload: '{"a":"ä"}' };

    expect(wireBytes(answer).toString()).toBe(
      [
        'HTTP/1.1 408 Request Timeout',
        'content-type: application/json; charset=utf-8',
        'content-length: 10',
        'connection: close',
        '',
        '{"a":"ä"}',
      ].join('\r\n'),
    );
    expect(wireBytes({ status: 400, headers: {}, payload: undefined }).toString()).toBe(
      'HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n',
    );
  });

  it('contain only the head', () => {
    expect(headBytes(204, { etag: '"1"', age: 7 }).toString()).toBe(
      'HTTP/1.1 204 No Content\r\netag: "1"\r\nage: 7\r\n\r\n',
    );
  });
});
