import { describe, expect, it } from 'vitest';
import { decodeClaims, findEncodingError, worldOfToken } from '../../src/lib/compact-jwt.ts';

const encode = (text: string) => Buffer.from(text).toString('base64url');

describe('the encoding of a token', () => {
  it.each([
    ['canonical base64url', `${encode('a')}.${encode('b')}.${encode('c')}`, null],
    ['two parts, which is not an encoding error', 'a.b', null],
    ['padding', `${encode('a')}.YQ==.YQ`, 'its payload is not base64url without padding'],
    ['the standard alphabet of base64', 'a+b/.YQ.YQ', 'its header is not base64url without padding'],
    ['unused bits that are not zero', 'YQ.YQ.YR', 'its signature has non-zero unused bits at its end'],
  ])('is checked: %s', (_title, token, fault) => {
    expect(findEncodingError(token)).toBe(fault);
  });
});

describe('the claims of a token', () => {
  it('are decoded without verifying the signature', () => {
    expect(decodeClaims(`e30.${encode('{"sub":"a"}')}.nobody`)).toEqual({ sub: 'a' });
  });

  it.each(['', 'a', `e30.${encode('{')}`, `e30.${encode('null')}`, `e30.${encode('7')}`])(
    'are null for a string that is not a JWT: `%s`',
    (token) => {
      expect(decodeClaims(token)).toBeNull();
    },
  );
});

describe('the world of a token', () => {
  it.each([
    [{ sid: 'a-login.team-a' }, 'team-a'],
    [{ sid: 'a-login' }, 'default'],
    [{ sid: 5 }, null],
    [{}, null],
  ])('is at the end of its `sid`: %j belongs to %s', (claims, world) => {
    expect(worldOfToken(`e30.${encode(JSON.stringify(claims))}.`)).toBe(world);
  });

  it('is null for a string that is not a JWT', () => {
    expect(worldOfToken('a')).toBeNull();
  });
});
