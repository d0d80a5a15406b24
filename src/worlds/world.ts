import type { World } from '../contract/world.ts';
import { type EventCount, TokenUsage } from '../decisions/explaining/hints/token-usage.ts';
import { type ActivityBudgets, ActivityLog, createActivityBudgets } from '../journal/activity-log.ts';
import { describeUnused, type Fault, isWholeFault } from '../journal/faults/fault.ts';
import { Faults, type SaveFaults } from '../journal/faults/faults.ts';
import type { WorldEnd } from '../journal/journal.ts';
import { type SecretSettings, WorldSecrets } from '../journal/known-secrets.ts';
import { hideInLine } from '../journal/secrets.ts';
import { type Clock, type Instant, isInstant } from '../lib/clock.ts';
import { createSharedCache, estimateBytes, MEGABYTE, Quota, type SharedCache, WorldCache } from '../lib/memory.ts';
import type { Random } from '../lib/random.ts';
import { formatWorldForLog } from '../lib/world-id.ts';
import { DamagedData } from '../store/errors.ts';
import type { Store } from '../store/index.ts';
import type { Row, Watcher } from '../store/row.ts';
import { parseStoredJson } from '../store/saved-row.ts';
import { readSeed, type Seed, type StoredSeed } from '../store/seed.ts';
import type { State } from '../store/state.ts';
import type { StoredText } from '../store/stored-text.ts';
import { DeletedCredentials } from '../tokens/deleted.ts';
import type { RefreshTokens, Tokens } from '../tokens/index.ts';
import type { SigningKey } from '../tokens/keys.ts';
import type { VerifiedClaims } from '../tokens/verify.ts';
import { grantMarkOf, keyMarkOf } from '../tokens/world-mark.ts';
import { type OwnedClock, openClock, StoredClock, storeState } from './clock.ts';
import type { Credentials, SeedClients } from './credentials.ts';
import type { FilledStore, InitialState } from './seed-states.ts';
import { StoredKeys } from './signing-keys.ts';

/** A world, with the operations reserved for its owner. */
export interface OwnedWorld extends World {
  readonly isHeld: boolean;
  readonly signingKey: SigningKey;
  /** Whether this is the id of one of its decisions in this process, kept or evicted. */
  hasDecision(id: string): boolean;
  /** Returns when a stored world was created. @param now used if that wasn't stored before */
  keptSince(now: Instant): Promise<Instant>;
  /** Replaces the state. @param at the moment from which time continues */
  restore(state: State, at: Instant): Promise<void>;
  /** Ends everything that waits for an event of this world, because the server is stopping. */
  announceEnd(): void;
  /** Ends the deleted world after the last request that uses it. */
  end(): void;
  /** Ends the world now, because the server has stopped. */
  close(): void;
}

export interface WorldsCommon {
  readonly machine: Clock;
  readonly random: Random;
  /** The signing key, until it is replaced. */
  readonly signingKey: SigningKey;
  readonly budgets: Budgets;
  readonly secrets: SecretSettings;
  readonly keys: Credentials;
  readonly warn: (line: string) => void;
  readonly noteChanges: (world: World, changed: Parameters<Watcher>[0]) => Promise<void>;
  readonly createInitialState: (world: World, seed: Seed) => Promise<InitialState>;
  readonly noteReplacement: (world: World, clients?: SeedClients) => Promise<void>;
  /** Called when the last request that used a world has ended. */
  readonly noteLeft: (world: OwnedWorld) => void;
}

export interface WorldParts {
  readonly id: string;
  readonly credentials: World['credentials'];
  /** The seed before the world's own credentials were derived. */
  readonly seed: Seed;
  readonly filled: FilledStore;
}

export async function openWorld(parts: WorldParts, common: WorldsCommon): Promise<OwnedWorld> {
  const world = new OpenedWorld(parts, common);
  await world.open(parts.filled);
  return world;
}

class OpenedWorld implements OwnedWorld {
  readonly id: string;
  readonly credentials: World['credentials'];
  readonly origin: Seed;
  readonly store: Store;
  readonly clock: OwnedClock;
  readonly signingKeys: StoredKeys;
  /** Prefix of this world's ids in this process. */
  readonly #series: string;
  readonly activityLog: ActivityLog;
  readonly deleted: DeletedCredentials;
  readonly tokenUsage: TokenUsage;
  readonly verifiedTokens: WorldCache<VerifiedClaims>;
  readonly faults: Faults;
  readonly #common: WorldsCommon;
  readonly #secrets: WorldSecrets;
  #holders = 0;
  #isEnding = false;

  constructor({ id, credentials, seed, filled: { store } }: WorldParts, common: WorldsCommon) {
    const { budgets, machine, random, secrets, keys } = common;
    this.id = id;
    this.credentials = credentials;
    this.origin = seed;
    this.store = store;
    this.#common = common;
    // New at each start, so that ids never repeat.
    this.#series = random.hex(6);
    this.clock = new StoredClock(machine, store.settings);
    this.signingKeys = new StoredKeys(id, common.signingKey, random, store.settings);
    this.#secrets = new WorldSecrets(secrets, budgets.secrets, seed, (hash) => keys.hasSecret(store, hash));
    this.activityLog = new ActivityLog(budgets, this.#series, this.#secrets);
    this.deleted = new DeletedCredentials(budgets.deleted);
    this.tokenUsage = new TokenUsage(budgets.tokenUsage);
    this.verifiedTokens = new WorldCache(budgets.tokens);
    const reportRemoval = (fault: Fault) => {
      const sentence = describeUnused(fault);
      if (sentence === null) return;
      common.warn(`${hideInLine(sentence, this.#secrets)}${formatWorldForLog(id)}`);
    };
    const save: SaveFaults = (faults) => this.#changeState(() => [{ faults }, undefined], undefined);
    this.faults = new Faults(this.#series, budgets.faults, reportRemoval, store.state === null ? null : save);
    store.collections.watch((changed) => this.#noteChanges(changed));
  }

  /** Reads the store, unless it is new. */
  async open({ isNew }: FilledStore): Promise<void> {
    const { state } = this.store;
    this.faults.restore((state && parseWorldState(state.text, this.id)?.faults) ?? []);
    if (!isNew) await this.#reread();
  }

  async keptSince(now: Instant): Promise<Instant> {
    return this.#changeState(({ createdAt = now }) => [{ createdAt }, createdAt], now);
  }

  get mark(): string {
    return keyMarkOf(this.id);
  }

  get grantMark(): string {
    return grantMarkOf(this.id);
  }

  get refreshTokens(): RefreshTokens {
    return this.signingKeys.refreshTokens;
  }

  get tokens(): Tokens {
    return this.signingKeys.tokens;
  }

  get random(): Random {
    return this.#common.random;
  }

  get isHeld(): boolean {
    return this.#holders > 0;
  }

  get signingKey(): SigningKey {
    return this.tokens.key;
  }

  hasDecision(id: string): boolean {
    return this.activityLog.decisions.numberOf(id) !== null;
  }

  nextDecisionId(): string {
    const { decisions } = this.activityLog;
    decisions.lastNumber += 1;
    return `${this.#series}-${decisions.lastNumber}`;
  }

  async seed(): Promise<StoredSeed> {
    // A world always has its seed in the store.
    return (await readSeed(this.store.collections)) as StoredSeed;
  }

  hold(): void {
    this.#holders += 1;
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders > 0) return;
    this.#common.noteLeft(this);
    if (this.#isEnding) this.close();
  }

  async restore(state: State, at: Instant): Promise<void> {
    const { machine, noteReplacement } = this.#common;
    await this.store.collections.replace(state);
    // A frozen clock keeps the time of the snapshot. A running clock continues from that time.
    const { frozen } = await openClock(machine, this.store.settings);
    if (!frozen) await storeState(this.store.settings, { ahead: at - machine.now() });
    this.#forget();
    await this.#reread();
    await noteReplacement(this);
    this.activityLog.publishEvent('world', { world: this.id, what: 'restored' });
  }

  async reset(): Promise<void> {
    const { createInitialState, noteReplacement } = this.#common;
    const timeBefore = this.clock.now();
    const { state, clients } = await createInitialState(this, this.origin);
    await this.store.collections.replace(state);
    await this.#reread();
    this.activityLog.clear();
    this.verifiedTokens.clear();
    this.deleted.clear();
    this.tokenUsage.reset(this.clock.now(), timeBefore);
    await this.faults.clear();
    await noteReplacement(this, clients);
    this.activityLog.publishEvent('world', { world: this.id, what: 'reset' });
  }

  announceEnd(): void {
    this.#endWaits('stopping');
  }

  end(): void {
    this.#isEnding = true;
    this.#endWaits('deleted');
    if (this.#holders === 0) this.close();
  }

  close(): void {
    this.#endWaits('stopping');
    this.activityLog.close();
    this.#forget();
    this.#secrets.clear();
    this.store.collections.release();
  }

  #forget(): void {
    this.verifiedTokens.clear();
    this.deleted.clear();
    this.tokenUsage.clear();
  }

  /** @param fallback the result if the state ends with the process */
  async #changeState<Result>(
    change: (before: WorldState) => readonly [after: Partial<WorldState>, result: Result],
    fallback: Result,
  ): Promise<Result> {
    const { state } = this.store;
    return state === null ? fallback : changeState(state, this.id, change);
  }

  /** Updates the credential index, records deleted credentials for refusals, and hides secrets in the journal. */
  async #noteChanges(changed: Parameters<Watcher>[0]): Promise<void> {
    const { keys, noteChanges } = this.#common;
    const hasCredentials = (row: Row) => keys.hasCredentials(row);
    if (!changed.puts.some(hasCredentials) && !changed.before.some(hasCredentials)) return;
    for (const row of changed.puts) this.#secrets.addHash(keys.secretHashOf(row));
    const removed = changed.before.filter(
      (row) => hasCredentials(row) && !changed.puts.some(({ id }) => id === row.id),
    );
    for (const row of removed) this.deleted.recordDeletion(keys.namesOf(row), this.clock.now());
    await noteChanges(this, changed);
  }

  async #reread(): Promise<void> {
    await this.clock.reread();
    await this.signingKeys.reread();
  }

  #endWaits(why: WorldEnd): void {
    this.faults.end();
    this.activityLog.end(why);
  }
}

/** The memory shared by the worlds of a process, besides their state. Caches evict, quotas refuse. */
export interface Budgets extends ActivityBudgets {
  readonly tokens: SharedCache<VerifiedClaims>;
  readonly tokenUsage: SharedCache<EventCount>;
  readonly deleted: SharedCache<Instant>;
  readonly secrets: SharedCache<true>;
  readonly faults: Quota;
}

/** Each process needs only one. */
export function createBudgets(): Budgets {
  return {
    ...createActivityBudgets(),
    tokens: createSharedCache<VerifiedClaims>(6 * MEGABYTE, estimateBytes),
    tokenUsage: createSharedCache(MEGABYTE / 4),
    deleted: createSharedCache(MEGABYTE / 4),
    secrets: createSharedCache(4 * MEGABYTE),
    faults: new Quota(8 * MEGABYTE),
  };
}

/** State of a stored world besides its rows. Snapshots don't include it. */
export interface WorldState {
  readonly faults: readonly Fault[];
  /** The certificate authority for https, as PEM (default world only). */
  readonly authority?: string;
  /** When the default world was created. Other worlds have this in their record. */
  readonly createdAt?: Instant;
}

/** Parses a state that `changeState` stored; null before anything was stored. @throws DamagedData */
export function parseWorldState(text: string, world: string): WorldState | null {
  if (text === '') return null;
  const place = `the state of the world \`${world}\``;
  const state = parseStoredJson<WorldState>(text, place);
  const { faults, createdAt = 0, authority = '' } = Object(state);
  const isWhole = Array.isArray(faults) && faults.every(isWholeFault) && isInstant(createdAt);
  if (!isWhole || typeof authority !== 'string') throw new DamagedData(place, 'a member is not valid');
  return state;
}

/** Stores a changed state. @param change returns only the changed members */
export function changeState<Result>(
  stored: StoredText,
  world: string,
  change: (before: WorldState) => readonly [after: Partial<WorldState>, result: Result],
): Promise<Result> {
  return stored.update((text) => {
    const before = parseWorldState(text, world) ?? { faults: [] };
    const [after, result] = change(before);
    return [JSON.stringify({ ...before, ...after }), result];
  });
}
