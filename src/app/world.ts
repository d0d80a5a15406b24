import type { World } from '../contract/world.ts';
import type { Clock, Instant } from '../core/clock.ts';
import { Views } from '../core/derived.ts';
import { Findings } from '../core/finding.ts';
import type { Budgets } from '../core/held.ts';
import { RememberedTokens } from '../credentials/remembered.ts';
import { grantMark, worldMark } from '../credentials/world-mark.ts';
import type { Random } from '../machine/random.ts';
import type { Identity } from '../store/identities.ts';
import type { Store } from '../store/index.ts';
import type { KeptSeed, WorldRecords } from '../store/world.ts';
import { openClock, REAL_TIME, storeState } from './world-clock.ts';

/** A seed, with what it turns into at a given moment. */
export interface Seed extends KeptSeed {
  records(now: Instant): Promise<WorldRecords>;
}

/** A store as the seed makes it, and what a person should know about it. */
export interface Filled {
  readonly store: Store;
  /** Does its clock show real time? */
  readonly isNew: boolean;
  readonly findings: readonly Parameters<Findings['report']>[];
}

/** A world, with what only its owner does. */
export interface OwnedWorld extends World {
  /** Is any request using it? */
  readonly isHeld: boolean;
  /** Replaces its state with that of a snapshot; its time continues from the snapshot's. */
  restore(image: Uint8Array, at: Instant): Promise<void>;
  /** Ends it with the last request that uses it. */
  end(): void;
  /** Ends it now. */
  close(): Promise<void>;
}

/** What a world is made from. */
export interface WorldParts {
  readonly id: string;
  readonly credentials: World['credentials'];
  readonly filled: Filled;
  readonly machine: Clock;
  readonly random: Random;
  readonly budgets: Budgets;
  /** Makes the seed's store again: a new one, or the same with new content. */
  readonly refill: (before: Store) => Promise<Filled>;
  readonly claims: ClaimsOfWorld;
  /** Called when the last request that used the world ends. */
  readonly left: () => void;
}

/** Is told when credentials that lead to a world change. */
export interface ClaimsOfWorld {
  /** A client id was created in the world. */
  made(clientId: string): Promise<void>;
  /** Client ids were deleted from it. */
  gone(clientIds: readonly string[]): Promise<void>;
  /** Its whole state was replaced, by its seed or by a snapshot. */
  replaced(by: 'seed' | 'snapshot'): Promise<void>;
}

/** How many replaced stores are kept open for requests that may still use them. */
const MOST_RETIRED = 8;

export async function openWorld(parts: WorldParts): Promise<OwnedWorld> {
  const { id, credentials, machine, random, budgets, refill, claims, left } = parts;
  const findings = new Findings(budgets.findings);
  const remembered = new RememberedTokens(budgets.tokens);
  const series = random.hex(6);
  let decisions = 0;
  let holders = 0;
  let current = parts.filled.store;
  let store = watched(current, claims);
  /** Stores that requests may still be using. */
  let retired: Store[] = [];

  const clock = await openClock(machine, () => store.settings, parts.filled.isNew ? REAL_TIME : undefined);
  const tell = (found: Filled['findings']) => {
    for (const finding of found) findings.report(...finding);
  };
  const replaceStore = (next: Store) => {
    if (next === current) return;
    retired.push(current);
    // While one request lasts, others may replace the store as often as they like. An old one lives, and holds its
    // memory, only as long as a request uses it.
    if (retired.length > MOST_RETIRED) void retired.shift()?.rest();
    current = next;
    store = watched(next, claims);
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
    grantMark: grantMark(id),
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
    // A world begins with its seed in the store.
    seed: async () => (await store.world.seed()) as KeptSeed,
    hold: () => {
      holders += 1;
    },
    release: () => {
      holders -= 1;
      if (holders > 0) return;
      left();
      if (isEnding) void close();
      else if (retired.length > 0) void closeRetired();
    },
    get isHeld() {
      return holders > 0;
    },
    restore: async (image, at) => {
      const next = await current.restored(image);
      // A frozen clock stays frozen at the time in the snapshot; a running one runs on from the moment of the snapshot.
      const { frozen } = await openClock(machine, () => next.settings);
      if (!frozen) await storeState(next.settings, { ahead: at - machine.now() });
      replaceStore(next);
      remembered.clear();
      await clock.reread();
      await claims.replaced('snapshot');
    },
    reset: async () => {
      const filled = await refill(current);
      replaceStore(filled.store);
      clock.restart();
      // A change to the clock that was written after the world was filled still counts.
      if (!filled.isNew) await clock.reread();
      await store.decisions.clear();
      findings.clear();
      remembered.clear();
      tell(filled.findings);
      await claims.replaced('seed');
    },
    end: () => {
      isEnding = true;
      if (holders === 0) void close();
    },
    close,
  };
}

/** A store that reports which client ids are created and deleted in it, because requests find their world by them. */
function watched(store: Store, { made, gone }: ClaimsOfWorld): Store {
  const { identities, accessKeys } = store;
  return {
    ...store,
    identities: {
      ...identities,
      create: async (identity) => {
        await identities.create(identity);
        for (const clientId of clientIdsOf(identity)) await made(clientId);
      },
      delete: async (id) => {
        const [identity, keys] = [await identities.byId(id), await accessKeys.ofOwner(id)];
        await identities.delete(id);
        const own = identity === null ? [] : clientIdsOf(identity);
        await gone([...own, ...keys.map(({ clientId }) => clientId)]);
      },
    },
    accessKeys: {
      ...accessKeys,
      create: async (key, limit) => {
        await accessKeys.create(key, limit);
        await made(key.clientId);
      },
      delete: async (id) => {
        const key = await accessKeys.byId(id);
        await accessKeys.delete(id);
        await gone(key === null ? [] : [key.clientId]);
      },
    },
  };
}

/** The name of an application can be used as its client id. */
function clientIdsOf({ kind, name, clientId }: Pick<Identity, 'kind' | 'name' | 'clientId'>): string[] {
  return [...(clientId === null ? [] : [clientId]), ...(kind === 'application' ? [name] : [])];
}
