import { describe, expect, it } from 'vitest';
import { decodeClaims, findEncodingError } from '../../src/tokens/compact.ts';

const encoded = (text: string) => Buffer.from(text).toString('base64url');

describe('how a token is written', () => {
  it.each([
    ['as an encoder writes it', `${encoded('a')}.${encoded('b')}.${encoded('c')}`, null],
    ['in other than three parts, which is no token anyway', 'a.b', null],
    ['with padding', `${encoded('a')}.YQ==.YQ`, 'its payload is not base64url without padding'],
    ['in another alphabet', 'a+b/.YQ.YQ', 'its header is not base64url without padding'],
    ['with bits that say nothing', 'YQ.YQ.YR', 'its signature has non-zero unused bits at its end'],
  ])('%s', (_what, token, fault) => {
    expect(findEncodingError(token)).toBe(fault);
  });
});

describe('what a token says', () => {
  it('are its claims, whoever signed them', () => {
    expect(decodeClaims(`e30.${encoded('{"sub":"a"}')}.nobody`)).toEqual({ sub: 'a' });
  });

  it.each(['', 'a', `e30.${encoded('{')}`, `e30.${encoded('null')}`, `e30.${encoded('7')}`])(
    'is nothing where it is none: `%s`',
    (token) => {
      expect(decodeClaims(token)).toBeNull();
    },
  );
});
