import type { World, WorldRegistry } from '../contract/world.ts';
import { invalidRequest, Problem } from '../decisions/problem.ts';
import { clearInterval, setInterval } from '../lib/time.ts';
import { DEFAULT_WORLD, findWorldIdError } from '../lib/world-id.ts';
import { isStorageFailure } from '../store/errors.ts';
import { parseStoredJson } from '../store/saved-row.ts';
import { type Seed, type StoredSeed, serializeSeed } from '../store/seed.ts';
import type { SharedData, StateMemory } from '../store/state-memory.ts';
import type { StoredWorlds } from '../store/stored-worlds.ts';
import type { WorldRecord } from '../store/world-log.ts';
import type { PublicJwk } from '../tokens/keys.ts';
import type { PresentedCredential } from '../tokens/presented-credential.ts';
import { CredentialTracker } from './credential-tracker.ts';
import type { SeedClients } from './credentials.ts';
import {
  type CreatedWorld,
  createClosingProblem,
  createCrowdedProblem,
  describeReopenedWorlds,
  type Provenance,
  readProvenance,
  type WorldEntry,
  type WorldOrder,
} from './entry.ts';
import { createInitialContent, type InitialContent, stateFromTemplate, type WorldOrigin } from './initial-content.ts';
import type { FilledStore } from './seed-states.ts';
import { SEED_MEMORY_FACTOR, type Templates } from './templates.ts';
import { createBudgets, type OwnedWorld, openWorld, type WorldsCommon } from './world.ts';

const NEW_ID_LENGTH = 10;

/** The approximate memory of a world in use, without its rows, in bytes. */
const BYTES_PER_WORLD = 16 * 1024;

/** How often to look for unused worlds, in milliseconds. */
const SWEEP_MS = 10_000;

export interface WorldsParts
  extends Pick<WorldsCommon, 'machine' | 'random' | 'signingKey' | 'secrets' | 'keys' | 'warn'> {
  readonly memory: StateMemory;
  readonly revive: (storedSeed: StoredSeed) => Seed;
  readonly templates: Templates;
  readonly max: number;
  readonly storage: StoredWorlds;
}

export class Worlds implements WorldRegistry {
  readonly #parts: WorldsParts;
  readonly #common: WorldsCommon;
  readonly #entries = new Map<string, WorldEntry>();
  /** Whether there has never been a world besides the default one. */
  hasOneWorld = true;
  readonly #credentialTracker: CredentialTracker;
  #isClosed = false;
  readonly #reservedIds = new Set<string>();
  readonly #seedsInMemory = new WeakMap<Seed, SharedData>();
  #default: WorldEntry | null = null;
  #sweeping: NodeJS.Timeout | undefined;

  constructor(parts: WorldsParts) {
    const { machine, random, signingKey, secrets, keys, warn } = parts;
    this.#parts = parts;
    this.#credentialTracker = new CredentialTracker({
      credentials: keys,
      default: () => this.default,
      find: (id) => this.find(id),
      exists: (world) => this.#currentEntry(world.id)?.world === world,
      hasOthers: () => this.#entries.size > 0,
    });
    this.#common = {
      machine,
      random,
      signingKey,
      budgets: createBudgets(),
      secrets,
      keys,
      warn,
      noteChanges: (world, changed) => this.#credentialTracker.noteChanges(world, changed),
      createInitialState: async ({ id, credentials }, seed) =>
        stateFromTemplate({ id, credentials, seed }, await parts.templates.of(seed), keys),
      noteReplacement: (world, clients) => this.#noteReplacement(world, clients),
      noteLeft: (world) => {
        const entry = this.#currentEntry(world.id);
        if (entry?.world === world) this.#noteUse(entry);
      },
    };
  }

  async openDefault(seed: Seed, filled: FilledStore): Promise<void> {
    // Every server has one, so it doesn't count as memory used by requests.
    this.#seedsInMemory.set(seed, { weight: 0 });
    const world = await openWorld({ id: DEFAULT_WORLD, credentials: 'cast', seed, filled }, this.#common);
    const now = this.#parts.machine.now();
    this.#default = {
      world,
      source: null,
      ttl: null,
      label: null,
      memory: null,
      createdAt: await world.keptSince(now),
      lastUsedAt: now,
    };
  }

  /** Opens the stored worlds. @returns notices for the user @throws DamagedData; TooMuchData */
  async reopen(): Promise<readonly string[]> {
    const { storage, machine, memory } = this.#parts;
    const unused: string[] = [];
    const { origin } = this.default;
    // Worlds with equal seeds share one, as they did before.
    const seeds = new Map([[serializeSeed(origin), origin]]);
    for (const stored of storage.foundWorlds) {
      const isOver = stored.ttl !== null && machine.now() - stored.usedAt >= stored.ttl;
      if (isOver) await storage.delete(stored.name);
      if (isOver) unused.push(stored.name);
      else {
        const seed = seeds.get(stored.seed) ?? this.#revive(stored);
        seeds.set(stored.seed, seed);
        await this.#reopen(stored, seed);
      }
    }
    memory.assertStartFits();
    if (this.#entries.size > 0) this.#sweepLater();
    return describeReopenedWorlds(this.#entries.size, unused);
  }

  get default(): OwnedWorld {
    if (this.#default === null) throw new Error('the default world is requested before it is open');
    return this.#default.world;
  }

  has(id: string): boolean {
    return this.#findEntry(id) !== undefined;
  }

  find(id: string): OwnedWorld | undefined {
    const entry = this.#findEntry(id);
    if (entry === undefined) return undefined;
    this.#noteUse(entry);
    return entry.world;
  }

  isRemoved(id: string): boolean {
    return this.#credentialTracker.endedWorlds.hasEnded(id);
  }

  ownersOf(presented: PresentedCredential): readonly string[] {
    return this.#credentialTracker.ownersOf(presented);
  }

  isOfDefault(presented: PresentedCredential): Promise<boolean> {
    return this.#credentialTracker.isOfDefault(presented);
  }

  publishedKeys(): readonly PublicJwk[] {
    const current = this.#all().map(({ world }) => world.signingKey);
    // Almost all worlds have the same key.
    return [...new Set(current)].map(({ publicJwk }) => publicJwk);
  }

  list(): readonly WorldEntry[] {
    const others = [...this.#entries.keys()].flatMap((id) => this.#findEntry(id) ?? []);
    return this.#default === null ? others : [this.#default, ...others];
  }

  /** Returns the world of a kept or evicted decision of this process, without counting as a use; null if there is none. */
  ofDecision(id: string): string | null {
    return this.#all().find(({ world }) => world.hasDecision(id))?.world.id ?? null;
  }

  /** @throws Problem `not_found` */
  entry(id: string): WorldEntry {
    const entry = this.#findEntry(id);
    if (entry !== undefined) return entry;
    throw new Problem('not_found', `There is no world \`${id.slice(0, 100)}\`; \`GET /_mock/worlds\` lists them.`);
  }

  /** @throws Problem if the order is invalid */
  async create(order: WorldOrder & { readonly origin: WorldOrigin }): Promise<CreatedWorld> {
    const { origin, credentials } = order;
    const id = order.id ?? this.#parts.random.hex(NEW_ID_LENGTH);
    this.#checkId(id);
    const { memory } = this.#parts;
    const memoryBesideRows = this.#weighWorld(origin.seed);
    memory.assertRoom(memory.uncountedBytes(memoryBesideRows));
    // Held until the end, because the source may be deleted in the meantime.
    const memoryInUse = origin.kind === 'copy' ? [memoryBesideRows, origin.state] : [memoryBesideRows];
    for (const data of memoryInUse) memory.hold(data);
    this.#reservedIds.add(id);
    try {
      const content = await createInitialContent({ id, origin, credentials }, this.#parts);
      memory.assertRoom(memory.uncountedBytes(content.state));
      const seeded = origin.kind === 'seed' ? content.clients : undefined;
      const created = await this.#store(id, content, { ...order, memory: memoryBesideRows }, seeded);
      memory.hold(memoryBesideRows);
      this.#reportChange('made', id);
      return created;
    } finally {
      for (const data of memoryInUse) memory.release(data);
      this.#reservedIds.delete(id);
    }
  }

  /** @throws Problem `not_found`, `conflict` for the default world */
  async delete(id: string): Promise<void> {
    if (id === DEFAULT_WORLD) {
      const message = 'The default world cannot be deleted; `POST /_mock/reset` returns it to its seed.';
      throw new Problem('conflict', message);
    }
    const entry = this.entry(id);
    // If this fails, the world remains.
    await this.#parts.storage.delete(id);
    if (this.#entries.get(id) === entry) this.#remove(entry);
  }

  /** Informs watchers of the default world about other worlds, which don't know of each other. */
  #reportChange(change: 'made' | 'deleted', id: string): void {
    this.default.activityLog.publishEvent('world', { world: id, what: change });
  }

  /** Ends everything that waits for an event of a world: verifications, event streams and delayed responses. */
  announceEnd(): void {
    for (const { world } of this.#all()) world.announceEnd();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopSweeping();
    const all = this.#all();
    this.#entries.clear();
    for (const { world } of all) world.close();
  }

  /** Whether a world was unused for its time to live. A long request counts as use until it ends. */
  #isOver(entry: WorldEntry): boolean {
    if (entry.ttl === null) return false;
    if (entry.world.isHeld) this.#noteUse(entry);
    return this.#parts.machine.now() - entry.lastUsedAt >= entry.ttl;
  }

  #noteUse(entry: WorldEntry): void {
    entry.lastUsedAt = this.#parts.machine.now();
    if (entry.ttl !== null) this.#parts.storage.noteUse(entry.world.id, entry.lastUsedAt);
  }

  async #noteReplacement(world: World, clients: SeedClients | undefined): Promise<void> {
    const entry = this.#entries.get(world.id);
    if (world.id === DEFAULT_WORLD) await this.#credentialTracker.reindexDefault();
    else if (entry?.world === world) await this.#credentialTracker.reindex(world, entry.source, clients);
  }

  async #reopen({ name: id, made, ttl, createdAt, usedAt }: WorldRecord, seed: Seed): Promise<void> {
    const { credentials, source, label } = readProvenance(made, id);
    const filled = { store: this.#parts.storage.open(id), isNew: false };
    const world = await openWorld({ id, credentials, seed, filled }, this.#common);
    const memory = this.#weighWorld(seed);
    this.#parts.memory.hold(memory);
    this.#entries.set(id, { world, source, label, memory, ttl, createdAt, lastUsedAt: usedAt });
    this.#noteCreated(id);
    await this.#credentialTracker.add(world, source);
  }

  #revive({ name, seed }: WorldRecord): Seed {
    return this.#parts.revive(parseStoredJson<StoredSeed>(seed, `the seed of the world \`${name}\``));
  }

  #noteCreated(id: string): void {
    this.hasOneWorld = false;
    this.#credentialTracker.endedWorlds.noteCreated(id);
  }

  #findEntry(id: string): WorldEntry | undefined {
    if (id === DEFAULT_WORLD) return this.#default ?? undefined;
    const entry = this.#entries.get(id);
    if (entry === undefined || !this.#isOver(entry)) return entry;
    this.#endUnused(entry);
    return undefined;
  }

  /** If storing fails, the world ends the next time the worlds are opened. */
  #endUnused(entry: WorldEntry): void {
    this.#parts.storage.delete(entry.world.id).catch((cause: unknown) => {
      if (!isStorageFailure(cause)) throw cause;
    });
    this.#remove(entry);
  }

  #remove(entry: WorldEntry): void {
    const { world } = entry;
    this.#entries.delete(world.id);
    this.#credentialTracker.drop(world.id);
    this.#credentialTracker.endedWorlds.noteEnded(world.id);
    if (entry.memory !== null) this.#parts.memory.release(entry.memory);
    world.end();
    this.#reportChange('deleted', world.id);
  }

  #sweep(): void {
    for (const entry of [...this.#entries.values()]) if (this.#isOver(entry)) this.#endUnused(entry);
    if (this.#entries.size === 0) this.#stopSweeping();
  }

  #sweepLater(): void {
    this.#sweeping ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  #stopSweeping(): void {
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
  }

  #all() {
    return [this.#default, ...this.#entries.values()].flatMap((entry) => entry ?? []);
  }

  #checkId(id: string): void {
    if (this.#isClosed) throw createClosingProblem();
    const problem = findWorldIdError(id);
    if (problem !== null) throw invalidRequest(`Field \`id\` ${problem}.`);
    if (id === DEFAULT_WORLD || this.#reservedIds.has(id) || this.has(id)) {
      const alternative = id === DEFAULT_WORLD ? '' : `, or delete that world first (\`DELETE /_mock/worlds/${id}\`)`;
      throw new Problem('conflict', `The world \`${id}\` already exists. Choose another id${alternative}.`);
    }
    if (this.#entries.size + this.#reservedIds.size < this.#parts.max) return;
    this.#sweep();
    if (this.#entries.size + this.#reservedIds.size >= this.#parts.max)
      throw createCrowdedProblem([...this.#entries.values()], this.#parts.max, this.#parts.machine.now());
  }

  /** Returns the memory of a world besides its rows. Worlds with the same seed share it. */
  #weighWorld(seed: Seed): SharedData {
    const seedMemory = this.#seedsInMemory.get(seed) ?? { weight: SEED_MEMORY_FACTOR * seed.text.length };
    this.#seedsInMemory.set(seed, seedMemory);
    return { weight: BYTES_PER_WORLD, parts: [seedMemory] };
  }

  /** @param seeded the clients, if they are exactly those of the seed */
  async #store(
    id: string,
    content: InitialContent,
    { credentials, ttl, label, memory }: WorldOrder & Pick<WorldEntry, 'memory'>,
    seeded?: SeedClients,
  ): Promise<CreatedWorld> {
    const { seed, source, clients, created, isNew } = content;
    // The same time is stored and returned.
    const now = this.#parts.machine.now();
    const times = { createdAt: now, lastUsedAt: now };
    const { storage } = this.#parts;
    const record = {
      name: id,
      made: JSON.stringify({ credentials, source, label } satisfies Provenance),
      seed: serializeSeed(seed),
      ttl,
      createdAt: now,
      usedAt: now,
    };
    const store = await storage.create(record, content.state);
    try {
      const world = await openWorld({ id, credentials, seed, filled: { store, isNew } }, this.#common);
      const ambiguous = await this.#credentialTracker.add(world, source, seeded);
      if (this.#isClosed) throw createClosingProblem();
      const entry: WorldEntry = { world, source, ttl, label, memory, ...times };
      this.#entries.set(id, entry);
      this.#noteCreated(id);
      this.#sweepLater();
      return {
        entry,
        ambiguous: ambiguous.filter((name) => clients?.names.includes(name) !== true),
        created,
      };
    } catch (cause) {
      this.#credentialTracker.drop(id);
      store.collections.release();
      // If this fails as well, the first error is more useful.
      await storage.delete(id).catch(() => {});
      throw cause;
    }
  }

  #currentEntry(id: string): WorldEntry | null | undefined {
    return id === DEFAULT_WORLD ? this.#default : this.#entries.get(id);
  }
}
