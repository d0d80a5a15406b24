import type { Clock, Instant } from '../core/clock.ts';
import { MovableClock } from '../core/clock.ts';
import { Views } from '../core/derived.ts';
import { Findings } from '../core/finding.ts';
import type { Budgets } from '../core/held.ts';
import { RememberedTokens } from '../credentials/remembered.ts';
import type { Random } from '../random.ts';
import type { World } from '../service.ts';
import type { Store } from '../store/index.ts';
import type { KeptSeed, WorldRecords } from '../store/world.ts';

/** Where the store keeps how far the clock was moved. */
const CLOCK_SETTING = 'clock.ahead';

/** A seed with what it becomes at a given moment. */
export interface Seed extends KeptSeed {
  records(now: Instant): Promise<WorldRecords>;
}

/** A world with what only its owner does. */
export interface OwnedWorld extends World {
  close(): Promise<void>;
}

/** What a world is made of. */
export interface WorldParts {
  readonly store: Store;
  readonly machine: Clock;
  readonly seed: Seed;
  readonly random: Random;
  readonly budgets: Budgets;
  /** Replaces what the store has by the seed. */
  readonly reseed?: boolean;
  /** Makes a seed of the text that a store kept, for reset. */
  readonly revive: (kept: KeptSeed) => Seed;
  /** What is done to a world that was filled or opened, before anybody uses it. */
  readonly settle: (world: World) => Promise<void>;
}

/** The world of a store. A new store is filled from the seed; one that has a world keeps it, unless `reseed`. */
export async function openWorld(parts: WorldParts): Promise<OwnedWorld> {
  const { store, machine, seed, random, budgets, revive, settle } = parts;
  const clock = new MovableClock(machine);
  const findings = new Findings(budgets.findings);
  const remembered = new RememberedTokens(budgets.tokens);
  const series = random.hex(6);
  let decisions = 0;

  const fill = async (from: Seed) => {
    await store.world.load(from, await from.records(machine.now()));
    clock.restart();
  };
  if (parts.reseed === true || (await store.world.seed()) === null) await fill(seed);
  clock.advance(Number(await store.settings.get(CLOCK_SETTING)));

  const keptSeed = async () => (await store.world.seed()) ?? seed;
  const world: OwnedWorld = {
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
      await settle(world);
    },
    close: () => store.close(),
  };
  await settle(world);
  return world;
}
