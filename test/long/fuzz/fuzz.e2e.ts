import { expect, it } from 'vitest';
import { fuzz, unexpected } from './fuzz.ts';
import { SETS } from './sets.ts';

/** Always the same requests: `npm run fuzz` sends others, and many more. */
const SEED = 11;
const REQUESTS = 450;

it.each(Object.entries(SETS))('no generated request gets an undocumented response: %s', async (_name, versions) => {
  const figures = await fuzz({ versions, seed: SEED, requests: REQUESTS });

  expect(unexpected(figures)).toEqual([]);
});
