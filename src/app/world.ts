import type { Clock, Instant } from '../core/clock.ts';
import { MovableClock } from '../core/clock.ts';
import { Views } from '../core/derived.ts';
import { Findings } from '../core/finding.ts';
import type { Budgets } from '../core/held.ts';
import { RememberedTokens } from '../credentials/remembered.ts';
import { worldMark } from '../credentials/world-mark.ts';
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

/** A store as the seed makes it, and what a person should know of it. */
export interface Filled {
  readonly store: Store;
  readonly findings: readonly Parameters<Findings['report']>[];
}

/** A world with what only its owner does. */
export interface OwnedWorld extends World {
  /** Is a request using it? */
  readonly isHeld: boolean;
  /** Puts what a snapshot holds in the place of its state; its time is the snapshot's from now on. */
  restore(image: Uint8Array, at: Instant): Promise<void>;
  /** Ends it with the last request that uses it. */
  end(): void;
  /** Ends it now. */
  close(): Promise<void>;
}

/** What a world is made of. */
export interface WorldParts {
  readonly id: string;
  readonly filled: Filled;
  readonly machine: Clock;
  readonly random: Random;
  readonly budgets: Budgets;
  /** The store as the seed makes it, once more: another one, or the same with other content. */
  readonly refill: (before: Store) => Promise<Filled>;
  /** Is told of client ids that were made in it. */
  readonly claim: (clientId: string) => void;
}

export async function openWorld(parts: WorldParts): Promise<OwnedWorld> {
  const { id, machine, random, budgets, refill, claim } = parts;
  const clock = new MovableClock(machine);
  const findings = new Findings(budgets.findings);
  const remembered = new RememberedTokens(budgets.tokens);
  const series = random.hex(6);
  let decisions = 0;
  let holders = 0;
  let current = parts.filled.store;
  let store = watched(current, claim);
  /** Stores that requests may still be using. */
  let retired: Store[] = [];

  const settle = async (found: Filled['findings']) => {
    clock.restart();
    clock.advance(Number(await store.settings.get(CLOCK_SETTING)));
    for (const finding of found) findings.report(...finding);
  };
  const replaceStore = (next: Store) => {
    if (next === current) return;
    retired.push(current);
    current = next;
    store = watched(next, claim);
  };
  const closeRetired = async () => {
    const unused = retired;
    retired = [];
    for (const one of unused) await one.close();
  };
  let isEnding = false;
  const close = async () => {
    findings.clear();
    remembered.clear();
    await store.decisions.clear();
    await closeRetired();
    await current.close();
  };

  await settle(parts.filled.findings);
  return {
    id,
    mark: worldMark(id),
    clock,
    get store() {
      return store;
    },
    findings,
    remembered,
    random,
    views: new Views(budgets.views),
    clockAhead: () => clock.ahead,
    nextDecisionId: () => `${series}-${++decisions}`,
    seed: async () => (await store.world.seed()) as KeptSeed,
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
    hold: () => {
      holders += 1;
    },
    release: () => {
      holders -= 1;
      if (holders > 0) return;
      if (isEnding) void close();
      else if (retired.length > 0) void closeRetired();
    },
    get isHeld() {
      return holders > 0;
    },
    restore: async (image, at) => {
      replaceStore(await current.restored(image));
      remembered.clear();
      await settle([]);
      clock.advance(at - clock.now());
      await store.settings.set(CLOCK_SETTING, String(clock.ahead));
    },
    reset: async () => {
      const filled = await refill(current);
      replaceStore(filled.store);
      await store.decisions.clear();
      findings.clear();
      remembered.clear();
      await settle(filled.findings);
    },
    end: () => {
      isEnding = true;
      if (holders === 0) void close();
    },
    close,
  };
}

/** A store that tells which client ids are made in it: requests find their world by them. */
function watched(store: Store, claim: (clientId: string) => void): Store {
  const { identities, accessKeys } = store;
  return {
    ...store,
    identities: {
      ...identities,
      create: async (identity) => {
        await identities.create(identity);
        if (identity.clientId !== null) claim(identity.clientId);
        if (identity.kind === 'application') claim(identity.name);
      },
    },
    accessKeys: {
      ...accessKeys,
      create: async (key, limit) => {
        await accessKeys.create(key, limit);
        claim(key.clientId);
      },
    },
  };
}
