import { describe, expect, it } from 'vitest';
import { headBytes, wireBytes } from '../../../src/http/headers.ts';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

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
