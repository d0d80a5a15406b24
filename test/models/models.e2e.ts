/** A share of `npm run models`, which runs each model 1,000 times, and differently each time. */
import { expect, it } from 'vitest';
import { hasDriver } from '../support/driver.ts';
import { MODELS } from './models.ts';

/**
 * Chosen so that few runs find what is easily broken: a limit of access keys that is one off, an edit that does not
 * overtake the pending one, a secret that counts although there is a newer one.
 */
const SEED = 24;
const RUNS = 3;

// It takes a second, but for a failure, for which the shortest list of steps is looked for.
it.runIf(hasDriver).each(MODELS)('$name', async ({ check }) => {
  const { steps } = await check({ runs: RUNS, seed: SEED });

  expect(steps).toBeGreaterThan(0);
});
