import { expect, it } from 'vitest';
import { hashSecret, secretMatches } from '../../src/credentials/secret.ts';

it('a secret fits its hash, and nothing fits that of nobody', () => {
  const stored = hashSecret('open sesame');

  expect(stored).toMatch(/^[0-9a-f]{64}$/);
  expect(secretMatches('open sesame', stored)).toBe(true);
  expect(secretMatches('open', stored)).toBe(false);
  expect([secretMatches('open sesame', null), secretMatches('', null)]).toEqual([false, false]);
});
