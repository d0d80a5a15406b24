import { expect, it } from 'vitest';
import { hashSecret, verifySecret } from '../../src/tokens/secret.ts';

it('a secret matches its hash, and no secret matches null', () => {
  const stored = hashSecret('open sesame');

  expect(stored).toMatch(/^[0-9a-f]{64}$/);
  expect(verifySecret('open sesame', stored)).toBe(true);
  expect(verifySecret('open', stored)).toBe(false);
  expect([verifySecret('open sesame', null), verifySecret('', null)]).toEqual([false, false]);
});
