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
import type { FrozenRows } from '../store/world-rows.ts';
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

/** What a person should know about a world. */
type FoundInSeed = readonly Parameters<Reports['report']>[];

/** What a world begins with as its seed makes it. */
export interface Begin {
  readonly rows: FrozenRows;
  readonly findings: FoundInSeed;
}

/** A store that has what a world begins with. */
export interface Filled {
  readonly store: Store;
  /** Does its clock show real time? */
  readonly isNew: boolean;
  readonly findings: FoundInSeed;
}

/** A world, with what only its owner does. */
export interface OwnedWorld extends World {
  /** Is any request using it? */
  readonly isHeld: boolean;
  /** Replaces its state with that of a snapshot; its time continues from the snapshot's. */
  restore(rows: FrozenRows, at: Instant): Promise<void>;
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
  /** Before anything in it became the world's own. */
  readonly seed: KeptSeed;
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
  /** What it begins with after a reset. */
  readonly begin: () => Promise<Begin>;
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

export async function openWorld(parts: WorldParts): Promise<OwnedWorld> {
  const { id, credentials, laws, machine, random, signingKey, budgets, mode: begunMode, begin, claims, left } = parts;
  const { sharing } = parts.filled.store;
  const series = sharing?.series ?? random.hex(6);
  const { hasSecret } = parts.filled.store;
  const secrets = new WorldSecrets(
    parts.secrets,
    budgets.secrets,
    () => parts.secrets.ofSeeds.of(parts.seed),
    hasSecret,
  );
  const chronicle = new Chronicle(budgets, series, secrets, sharing === null ? null : archiveOn(sharing.log, laws));
  const { findings } = chronicle;
  const habits = new Habits(budgets.habits);
  const remembered = new RememberedTokens(budgets.tokens);
  const views = new Views(budgets.views);
  /** Each process gives ids of its own. */
  const ownSeries = sharing === null ? series : random.hex(6);
  let decisions = 0;
  let holders = 0;
  const store = watchedStore(parts.filled.store, claims, chronicle, secrets);

  const clock = await openClock(machine, () => store.settings, parts.filled.isNew ? REAL_TIME : undefined);
  const kept = parts.filled.store.state;
  const first = { mode: begunMode, faults: [], ...(sharing === null && { begunMode }) };
  const state = kept === null ? null : new SharedState(kept, first);
  const sharedFaults: SharedFaults | null = state && {
    look: () => state.look(),
    update: async (change) => {
      const updated = await state.update(({ faults: before }) => {
        const [after, result] = change(before);
        return [{ faults: after }, result];
      });
      // Nobody else tells of it.
      if (sharing === null) rereadState();
      return updated;
    },
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
  // Another mode than the server was started with before is wanted now.
  if (sharing === null && state !== null && state.now.begunMode !== begunMode) {
    await state.update(() => [{ mode: begunMode, begunMode }, undefined]);
  }
  rereadState();
  /** The key of fingerprints: null once it is known; a world that processes share has one of its own. */
  let reading: Promise<void> | null | undefined = sharing === null ? null : undefined;
  const readSecrets = async () => {
    try {
      if (state !== null) secrets.key = await fingerprintKeyIn(state, random);
      reading = null;
    } catch {
      // The next request tries again.
      reading = undefined;
    }
  };
  const tokens = worldTokens(signingKey, random, () => store.settings);
  if (!parts.filled.isNew) await tokens.reread();
  const tell = (found: FoundInSeed) => {
    for (const finding of found) findings.report(...finding);
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
    await store.close();
  };

  tell(parts.filled.findings);
  const reread = async () => {
    await clock.reread();
    await tokens.reread();
  };
  sharing?.listen({
    changed: async (collections) => {
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
    store,
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
    },
    get isHeld() {
      return holders > 0;
    },
    restore: async (rows, at) => {
      await store.restore(rows);
      // A frozen clock stays frozen at the time in the snapshot; a running one runs on from the moment of the snapshot.
      const { frozen } = await openClock(machine, () => store.settings);
      if (!frozen) await storeState(store.settings, { ahead: at - machine.now() });
      remembered.clear();
      habits.clear();
      await reread();
      await claims.replaced('snapshot');
      chronicle.event('world', { world: id, what: 'restored' });
    },
    reset: async () => {
      const { rows, findings: found } = await begin();
      await store.restore(rows);
      clock.restart();
      tokens.restart();
      // Another process may have changed clock or keys since.
      if (sharing !== null) await reread();
      await chronicle.empty();
      remembered.clear();
      habits.reset(clock.now());
      await faults.clear();
      await setMode(begunMode);
      tell(found);
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
