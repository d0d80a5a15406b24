/** A part of `npm run models`, which runs each model 1,000 times with a random seed. */
import { expect, it } from 'vitest';
import { hasDriver } from '../../support/driver.ts';
import { MODELS } from './models.ts';

/**
 * Chosen so that few runs find likely faults: a wrong limit of access keys, an edit that does not overtake a pending
 * edit, an old secret that is still accepted.
 */
const SEED = 24;
const RUNS = 3;

// It takes a second; a failure takes longer, because its list of steps is shortened.
it.runIf(hasDriver).each(MODELS)('the server matches the model of $name', async ({ check }) => {
  const { steps } = await check({ runs: RUNS, seed: SEED });

  expect(steps).toBeGreaterThan(0);
});
