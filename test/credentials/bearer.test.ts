import { describe, expect, it } from 'vitest';
import { readBearerToken } from '../../src/credentials/bearer.ts';

const reasonOf = (lines: readonly string[], exact?: boolean) => {
  try {
    return readBearerToken(lines, exact);
  } catch (problem) {
    return problem;
  }
};

const FORM = 'The `Authorization` header must have the form `Bearer <token>`.';

describe('the token of a header', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER   abc  ', 'abc'],
    ['Bearer abc, Bearer def', 'abc, Bearer def'],
  ])('of `%s` is `%s`', (line, token) => {
    expect(readBearerToken([line])).toBe(token);
  });

  it.each([
    ['no header', [], 'no_token', 'The request has no access token. Send an `Authorization: Bearer <token>` header.'],
    [
      'two headers',
      ['Bearer abc', 'Bearer abc'],
      'multiple_authorization',
      'The request has more than one `Authorization` header. Send only one.',
    ],
    ['another scheme', ['Basic abc'], 'wrong_scheme', FORM],
    ['no token', ['Bearer '], 'wrong_scheme', FORM],
    ['a scheme that goes on', ['Bearers abc'], 'wrong_scheme', FORM],
    ['a scheme that begins otherwise', ['a Bearer abc'], 'wrong_scheme', FORM],
  ])('is none with %s', (_what, lines, reason, message) => {
    expect(reasonOf(lines)).toMatchObject({ kind: 'unauthenticated', reason, message });
  });

  it('needs the scheme spelled as it is written where that is asked for', () => {
    expect(reasonOf(['Bearer abc'], true)).toBe('abc');
    expect(reasonOf(['bearer abc'], true)).toMatchObject({ reason: 'wrong_scheme' });
  });
});
