import { expect, it } from 'vitest';
import { bytesOf } from '../../src/core/bytes.ts';
import { sharedCache } from '../../src/core/caches.ts';
import { RememberedTokens } from '../../src/credentials/remembered.ts';
import type { VerifiedClaims } from '../../src/tokens/verify.ts';

const claims = { iss: 'http://a', sub: 'b', azp: 'c', iat: 1, exp: 2, kid: 'k' };

it('tokens are remembered with their claims until they are forgotten, one by one or all', () => {
  const remembered = new RememberedTokens(sharedCache<VerifiedClaims>(10_000, bytesOf));
  for (const token of ['a', 'b', 'c']) remembered.keep(token, claims);
  const known = () => ['a', 'b', 'c', 'd'].map((token) => remembered.find(token) === claims);
  expect(known()).toEqual([true, true, true, false]);

  remembered.forget('b');
  expect(known()).toEqual([true, false, true, false]);

  remembered.clear();
  expect(known()).toEqual([false, false, false, false]);
});

it('no more of them than there is room for', () => {
  const remembered = new RememberedTokens(sharedCache<VerifiedClaims>(2000, bytesOf));
  for (let number = 0; number < 100; number++) remembered.keep(`${number}`, claims);

  expect(remembered.find('0')).toBeUndefined();
  expect(remembered.find('99')).toBe(claims);
});
