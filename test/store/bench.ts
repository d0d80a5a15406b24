import { afterEach, beforeEach } from 'vitest';
import type { FullStore } from '../support/nouns.ts';
import type { Bench } from './contract.ts';

/** Opens a bench for each test of a contract, and ends it. */
export function useBench(benchOf: () => Promise<Bench>) {
  let bench: Bench;
  beforeEach(async () => {
    bench = await benchOf();
  });
  afterEach(() => bench.end());
  const next = () => bench.next();
  return {
    next,
    waitForUses: () => new Promise((resolve) => setTimeout(resolve, bench.usesWrittenIn)),
    /** Runs a check on a store, and again after the next step. */
    checkNowAndLater: async (store: FullStore, check: (store: FullStore) => Promise<void>) => {
      await check(store);
      await check(await next());
    },
  };
}
