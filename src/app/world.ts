import type { Clock, Instant } from '../core/clock.ts';
import { Views } from '../core/derived.ts';
import { Findings } from '../core/finding.ts';
import type { Budgets } from '../core/held.ts';
import { RememberedTokens } from '../credentials/remembered.ts';
import { worldMark } from '../credentials/world-mark.ts';
import type { Random } from '../random.ts';
import type { World } from '../service.ts';
import type { Store } from '../store/index.ts';
import type { KeptSeed, WorldRecords } from '../store/world.ts';
import { openClock, REAL_TIME, storeState } from './world-clock.ts';

/** A seed with what it becomes at a given moment. */
export interface Seed extends KeptSeed {
  records(now: Instant): Promise<WorldRecords>;
}

/** A store as the seed makes it, and what a person should know of it. */
export interface Filled {
  readonly store: Store;
  /** Does its clock show the real time? */
  readonly isNew: boolean;
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
  readonly credentials: World['credentials'];
  readonly filled: Filled;
  readonly machine: Clock;
  readonly random: Random;
  readonly budgets: Budgets;
  /** The store as the seed makes it, once more: another one, or the same with other content. */
  readonly refill: (before: Store) => Promise<Filled>;
  /** Is told of client ids that were made in it. */
  readonly claim: (clientId: string) => Promise<void>;
}

export async function openWorld(parts: WorldParts): Promise<OwnedWorld> {
  const { id, credentials, machine, random, budgets, refill, claim } = parts;
  const findings = new Findings(budgets.findings);
  const remembered = new RememberedTokens(budgets.tokens);
  const series = random.hex(6);
  let decisions = 0;
  let holders = 0;
  let current = parts.filled.store;
  let store = watched(current, claim);
  /** Stores that requests may still be using. */
  let retired: Store[] = [];

  const clock = await openClock(machine, () => store.settings, parts.filled.isNew ? REAL_TIME : undefined);
  const tell = (found: Filled['findings']) => {
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

  tell(parts.filled.findings);
  return {
    id,
    mark: worldMark(id),
    credentials,
    clock,
    get store() {
      return store;
    },
    findings,
    remembered,
    random,
    views: new Views(budgets.views),
    nextDecisionId: () => `${series}-${++decisions}`,
    seed: async () => (await store.world.seed()) as KeptSeed,
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
      const next = await current.restored(image);
      // What stood still goes on standing there; what ran runs on from the moment of the snapshot.
      const { frozen } = await openClock(machine, () => next.settings);
      if (!frozen) await storeState(next.settings, { ahead: at - machine.now() });
      replaceStore(next);
      remembered.clear();
      await clock.reread();
    },
    reset: async () => {
      const filled = await refill(current);
      replaceStore(filled.store);
      clock.restart();
      // A change of the clock that was written once the world was filled still counts.
      if (!filled.isNew) await clock.reread();
      await store.decisions.clear();
      findings.clear();
      remembered.clear();
      tell(filled.findings);
    },
    end: () => {
      isEnding = true;
      if (holders === 0) void close();
    },
    close,
  };
}

/** A store that tells which client ids are made in it: requests find their world by them. */
function watched(store: Store, claim: WorldParts['claim']): Store {
  const { identities, accessKeys } = store;
  return {
    ...store,
    identities: {
      ...identities,
      create: async (identity) => {
        await identities.create(identity);
        if (identity.clientId !== null) await claim(identity.clientId);
      },
    },
    accessKeys: {
      ...accessKeys,
      create: async (key, limit) => {
        await accessKeys.create(key, limit);
        await claim(key.clientId);
      },
    },
  };
}
