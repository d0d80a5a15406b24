import type { Clock, Instant } from '../core/clock.ts';
import { MovableClock } from '../core/clock.ts';
import { Views } from '../core/derived.ts';
import { Findings } from '../core/finding.ts';
import { type Budgets, newBudgets } from '../core/held.ts';
import { RememberedTokens } from '../credentials/remembered.ts';
import type { Random } from '../random.ts';
import type { Store } from '../store/index.ts';
import type { KeptSeed, WorldRecords } from '../store/world.ts';

/** Where the store keeps how far the clock was moved. */
const CLOCK_SETTING = 'clock.ahead';

/** A seed with what it becomes at a given moment. */
export interface Seed extends KeptSeed {
  records(now: Instant): Promise<WorldRecords>;
}

/** Everything mutable that one sandbox owns. A process has one world today. */
export interface World {
  readonly clock: Clock;
  readonly store: Store;
  readonly findings: Findings;
  readonly remembered: RememberedTokens;
  readonly random: Random;
  /** Views of rows, so that a list that did not change is put together once. */
  readonly views: Views;
  /** How far the clock stands ahead of the real time, in milliseconds. */
  clockAhead(): number;
  /** An id for the next decision; never the same twice, not even after a restart. */
  nextDecisionId(): string;
  /** The seed it was made of. */
  seed(): Promise<KeptSeed>;
  /**
   * Moves the clock forward, and the new time survives a restart.
   *
   * @returns the moments between which time jumped
   */
  advance(milliseconds: number): Promise<{ readonly from: Instant; readonly to: Instant }>;
  /** Back to the seed it was made of: clock real, decisions and findings empty, what was made since is gone. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The world of a store. A new store is filled from the seed; one that has a world keeps it, unless `reseed`.
 *
 * @param revive makes a seed of the text that a store kept, for reset
 */
export async function openWorld(
  store: Store,
  machine: Clock,
  seed: Seed,
  revive: (kept: KeptSeed) => Seed,
  random: Random,
  { reseed = false, budgets = newBudgets() }: { readonly reseed?: boolean; readonly budgets?: Budgets } = {},
): Promise<World> {
  const clock = new MovableClock(machine);
  const findings = new Findings(budgets.findings);
  const remembered = new RememberedTokens(budgets.tokens);
  const series = random.hex(6);
  let decisions = 0;

  const fill = async (from: Seed) => {
    await store.world.load(from, await from.records(machine.now()));
    clock.restart();
  };
  if (reseed || (await store.world.seed()) === null) await fill(seed);
  clock.advance(Number(await store.settings.get(CLOCK_SETTING)));

  const keptSeed = async () => (await store.world.seed()) ?? seed;
  return {
    clock,
    store,
    findings,
    remembered,
    random,
    views: new Views(budgets.views),
    clockAhead: () => clock.ahead,
    nextDecisionId: () => `${series}-${++decisions}`,
    seed: keptSeed,
    advance: async (milliseconds) => {
      const from = clock.now();
      clock.advance(milliseconds);
      try {
        await store.settings.set(CLOCK_SETTING, String(clock.ahead));
      } catch (cause) {
        clock.advance(-milliseconds);
        throw cause;
      }
      return { from, to: from + milliseconds };
    },
    reset: async () => {
      await fill(revive(await keptSeed()));
      await store.decisions.clear();
      findings.clear();
      remembered.clear();
    },
    close: () => store.close(),
  };
}
