import { expect, it } from 'vitest';
import { hashSecret, secretFits } from '../../src/credentials/secret.ts';

it('a secret fits its hash, and nothing fits that of nobody', () => {
  const stored = hashSecret('open sesame');

  expect(stored).toMatch(/^[0-9a-f]{64}$/);
  expect(secretFits('open sesame', stored)).toBe(true);
  expect(secretFits('open', stored)).toBe(false);
  expect([secretFits('open sesame', null), secretFits('', null)]).toEqual([false, false]);
});
