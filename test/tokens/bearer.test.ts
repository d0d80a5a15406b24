import { describe, expect, it } from 'vitest';
import { readBearerToken } from '../../src/tokens/bearer.ts';

const outcomeOf = (lines: readonly string[], exact?: boolean) => {
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
    ['a scheme with a suffix', ['Bearers abc'], 'wrong_scheme', FORM],
    ['a scheme with a prefix', ['a Bearer abc'], 'wrong_scheme', FORM],
  ])('is rejected with %s', (_title, lines, reason, message) => {
    expect(outcomeOf(lines)).toMatchObject({ kind: 'unauthenticated', reason, message });
  });

  it('requires the exact case of `Bearer` in exact mode', () => {
    expect(outcomeOf(['Bearer abc'], true)).toBe('abc');
    expect(outcomeOf(['bearer abc'], true)).toMatchObject({ reason: 'wrong_scheme' });
  });
});
