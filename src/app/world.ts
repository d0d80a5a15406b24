import type { World } from '../contract/world.ts';
import type { Clock, Instant } from '../core/clock.ts';
import type { Reports } from '../core/finding.ts';
import type { Budgets } from '../core/held.ts';
import type { Law } from '../core/law.ts';
import type { Mode } from '../core/mode.ts';
import { Views } from '../core/views.ts';
import { RememberedTokens } from '../credentials/remembered.ts';
import { grantMark, worldMark } from '../credentials/world-mark.ts';
import type { Fault } from '../faults/fault.ts';
import { Faults, type SharedFaults } from '../faults/faults.ts';
import { unusedSentence } from '../faults/unused.ts';
import { Habits } from '../hints/habits.ts';
import { Chronicle } from '../journal/chronicle.ts';
import type { WorldEnd } from '../journal/journal.ts';
import { type SecretSettings, WorldSecrets } from '../journal/known-secrets.ts';
import type { Random } from '../machine/random.ts';
import type { Store } from '../store/index.ts';
import type { KeptSeed, WorldRecords } from '../store/world.ts';
import type { SigningKey } from '../tokens/keys.ts';
import { archiveOn } from './archive.ts';
import { type CredentialClaims, watchedStore } from './watched-store.ts';
import { openClock, REAL_TIME, storeState } from './world-clock.ts';
import { worldTokens } from './world-keys.ts';
import { SharedState } from './world-state.ts';

/** A seed, with what it turns into at a given moment. */
export interface Seed extends KeptSeed {
  records(now: Instant): Promise<WorldRecords>;
}

/** A store as the seed makes it, and what a person should know about it. */
export interface Filled {
  readonly store: Store;
  /** Does its clock show real time? */
  readonly isNew: boolean;
  readonly findings: readonly Parameters<Reports['report']>[];
}

/** A world, with what only its owner does. */
export interface OwnedWorld extends World {
  /** Is any request using it? */
  readonly isHeld: boolean;
  /** Replaces its state with that of a snapshot; its time continues from the snapshot's. */
  restore(image: Uint8Array, at: Instant): Promise<void>;
  /** The server stops: ends whatever waits for something to happen in it. */
  tellOver(): void;
  /** It was deleted: ends it with the last request that uses it. */
  end(): void;
  /** The server has stopped: ends it now. */
  close(): Promise<void>;
}

/** What a world is made from. */
export interface WorldParts {
  readonly id: string;
  readonly credentials: World['credentials'];
  /** Those of the server. */
  readonly laws: readonly Law[];
  readonly filled: Filled;
  readonly machine: Clock;
  readonly random: Random;
  /** What it signs with until its key is replaced. */
  readonly signingKey: SigningKey;
  readonly budgets: Budgets;
  /** The mode that it begins in. */
  readonly mode: Mode;
  /** Makes the seed's store again: a new one, or the same with new content. */
  readonly refill: () => Promise<Filled>;
  readonly claims: ClaimsOfWorld;
  readonly secrets: SecretSettings;
  /** Called when the last request that used the world ends. */
  readonly left: () => void;
}

/** Is told when credentials that lead to a world change. */
export interface ClaimsOfWorld extends CredentialClaims {
  /** Its whole state was replaced, by its seed or by a snapshot. */
  replaced(by: 'seed' | 'snapshot'): Promise<void>;
}

/** How many replaced stores are kept open for requests that may still use them. */
const MOST_RETIRED = 8;

export async function openWorld(parts: WorldParts): Promise<OwnedWorld> {
  const { id, credentials, laws, machine, random, signingKey, budgets, mode: begunMode, refill, claims, left } = parts;
  const { sharing } = parts.filled.store;
  const series = sharing?.series ?? random.hex(6);
  const secrets = new WorldSecrets(parts.secrets, budgets.secrets);
  const chronicle = new Chronicle(budgets, series, secrets, sharing === null ? null : archiveOn(sharing.log, laws));
  const { findings } = chronicle;
  const habits = new Habits(budgets.habits);
  const remembered = new RememberedTokens(budgets.tokens);
  const views = new Views(budgets.views);
  /** Each process gives ids of its own. */
  const ownSeries = sharing === null ? series : random.hex(6);
  let decisions = 0;
  let holders = 0;
  let current = parts.filled.store;
  let store = watchedStore(current, claims, chronicle, secrets);
  /** Stores that requests may still be using. */
  let retired: Store[] = [];

  const clock = await openClock(machine, () => store.settings, parts.filled.isNew ? REAL_TIME : undefined);
  const state = sharing === null ? null : new SharedState(sharing.text, { mode: begunMode, faults: [] });
  const sharedFaults: SharedFaults | null = state && {
    look: () => state.look(),
    update: (change) =>
      state.update(({ faults: before }) => {
        const [after, result] = change(before);
        return [{ faults: after }, result];
      }),
  };
  const removed = (fault: Fault) => {
    const sentence = unusedSentence(fault);
    if (sentence !== null) findings.report('unused_fault', sentence, clock.now());
  };
  const faults = new Faults(ownSeries, budgets.faults, removed, sharedFaults);
  let mode = begunMode;
  const setMode = async (next: Mode) => {
    await state?.update(() => [{ mode: next }, undefined]);
    mode = next;
  };
  const rereadState = () => {
    if (state === null) return;
    const { now } = state;
    mode = now.mode;
    faults.replace(now.faults);
  };
  rereadState();
  /** Null once all secrets of the store are known, until others change it. */
  let reading: Promise<void> | null | undefined;
  let isStale = false;
  const readSecrets = async () => {
    isStale = false;
    try {
      const kept = await current.world.seed();
      if (kept !== null) secrets.addSeed(kept.text);
      for (const secretHash of (await current.world.credentials()).secretHashes) secrets.addHash(secretHash);
      if (state !== null) secrets.key = await fingerprintKeyIn(state, random);
      reading = isStale ? undefined : null;
    } catch {
      // The next request tries again.
      reading = undefined;
    }
  };
  const forgetRead = () => {
    isStale = true;
    if (reading === null) reading = undefined;
  };
  const tokens = worldTokens(signingKey, random, () => store.settings);
  if (!parts.filled.isNew) await tokens.reread();
  const tell = (found: Filled['findings']) => {
    for (const finding of found) findings.report(...finding);
  };
  const replaceStore = (next: Store) => {
    forgetRead();
    if (next === current) return;
    retired.push(current);
    // While one request lasts, others may replace the store as often as they like. An old one lives, and holds its
    // memory, only as long as a request uses it.
    if (retired.length > MOST_RETIRED) void retired.shift()?.rest();
    current = next;
    store = watchedStore(next, claims, chronicle, secrets);
  };
  const closeRetired = async () => {
    const unused = retired;
    retired = [];
    for (const one of unused) await one.close();
  };
  let isEnding = false;
  /** Whoever waits for something to happen in it does so in vain. */
  const tellOver = (why: WorldEnd) => {
    faults.end();
    chronicle.end(why);
  };
  const close = async () => {
    tellOver('stopping');
    chronicle.close();
    remembered.clear();
    views.clear();
    habits.clear();
    secrets.clear();
    await closeRetired();
    await current.close();
  };

  tell(parts.filled.findings);
  const reread = async () => {
    await clock.reread();
    await tokens.reread();
  };
  sharing?.listen({
    changed: async (collections) => {
      forgetRead();
      if (collections === 'all') {
        remembered.clear();
        habits.clear();
      }
      if (collections === 'all' || collections.includes('settings')) await reread();
    },
    told: rereadState,
  });
  const world: OwnedWorld = {
    id,
    mark: worldMark(id),
    grantMark: grantMark(id),
    credentials,
    clock,
    tokens,
    chronicle,
    habits,
    faults,
    readSecrets: () => {
      if (reading === undefined) reading = readSecrets();
      return reading;
    },
    get mode() {
      return mode;
    },
    setMode,
    tellOver: () => tellOver('stopping'),
    get store() {
      return store;
    },
    findings,
    remembered,
    random,
    views,
    nextDecisionId: () => `${ownSeries}-${++decisions}`,
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
      habits.clear();
      await reread();
      await claims.replaced('snapshot');
      chronicle.event('world', { world: id, what: 'restored' });
    },
    reset: async () => {
      const filled = await refill();
      replaceStore(filled.store);
      clock.restart();
      tokens.restart();
      // A change to clock or keys that was written after the world was filled still counts.
      if (!filled.isNew) await reread();
      await chronicle.empty();
      remembered.clear();
      habits.reset(clock.now());
      await faults.clear();
      await setMode(begunMode);
      tell(filled.findings);
      await claims.replaced('seed');
      chronicle.event('world', { world: id, what: 'reset' });
    },
    end: () => {
      isEnding = true;
      tellOver('deleted');
      if (holders === 0) void close();
    },
    close,
  };
  return world;
}

/** What fingerprints of a world depend on that processes share: the first of them draws it. */
async function fingerprintKeyIn(state: SharedState, random: Random): Promise<string> {
  const { fingerprintKey } = state.now;
  if (fingerprintKey !== undefined) return fingerprintKey;
  const drawn = random.base64url(32);
  return state.update((before) => {
    const key = before.fingerprintKey ?? drawn;
    return [{ fingerprintKey: key }, key];
  });
}
