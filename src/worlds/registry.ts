import type { Holder } from '../contract/credentials.ts';
import type { World, WorldInfo, WorldOrder, WorldsByName } from '../contract/world.ts';
import type { Clock, Instant } from '../core/clock.ts';
import { formatDuration } from '../core/duration.ts';
import type { Mode } from '../core/mode.ts';
import { Problem } from '../core/problem.ts';
import type { Ruleset } from '../core/ruleset.ts';
import { DEFAULT_WORLD, worldIdFault } from '../core/world-id.ts';
import type { PresentedCredential } from '../credentials/presented-credential.ts';
import type { SecretSettings } from '../journal/known-secrets.ts';
import type { Random } from '../platform/random.ts';
import { clearInterval, setInterval } from '../platform/time.ts';
import { isStorageFailure } from '../store/errors.ts';
import type { FrozenRows } from '../store/frozen-rows.ts';
import type { KeptWorlds } from '../store/kept-worlds.ts';
import type { KeptSeed, Seed } from '../store/seed.ts';
import type { StoreParts } from '../store/shared.ts';
import type { Share, StateAccount } from '../store/state-account.ts';
import type { KeptWorld } from '../store/world-log.ts';
import type { PublicJwk } from '../tokens/index.ts';
import type { SigningKey } from '../tokens/keys.ts';
import { type Begun, beginOf, makeCopy, type WorldOrigin } from './copies.ts';
import type { Credentials, SeedClients } from './credentials.ts';
import { EndedWorlds } from './ended-worlds.ts';
import { type Images, SEED_COPIES } from './images.ts';
import { Indexing } from './indexing.ts';
import { provenanceIn, provenanceText } from './provenance.ts';
import { type Filled, type OwnedWorld, openWorld, type WorldsCommon } from './world.ts';

/** The record of a world besides the world itself. */
export interface WorldEntry extends Omit<WorldInfo, 'id' | 'lastUsedAt'> {
  readonly world: OwnedWorld;
  /** The world whose credentials it shares; null if they are all its own. */
  readonly source: string | null;
  lastUsedAt: Instant;
  /** The memory that it takes beside its rows; null for the default world, which every server has. */
  readonly account: StateAccount | null;
}

/** A world that was made. */
export interface MadeWorld {
  readonly entry: WorldEntry;
  /** Its seed, with the world's own credentials in it. */
  readonly kept: Seed;
  /** Client ids, and ids of keys, that other worlds have too: alone they lead to none of these worlds. */
  readonly ambiguous: readonly string[];
  /** For a copy with credentials of its own: the objects created since the seed, with their new secrets. */
  readonly created: readonly Holder[];
}

/** How many worlds a message names. */
const MOST_NAMED = 5;

const FRESH_ID_LENGTH = 10;

/** How many worlds keep values that can be made again from their rows, until others are used. */
const MOST_AWAKE = 100;

/** The approximate memory of a world that is used, without its rows, in bytes. */
const WORLD_BYTES = 16 * 1024;

/** How often unused worlds are looked for, in milliseconds. */
const SWEEP_MS = 10_000;

export interface WorldsParts {
  readonly machine: Clock;
  readonly random: Random;
  /** Those of the server. */
  readonly rulesets: readonly Ruleset[];
  /** The signing key of every world until it is replaced. */
  readonly signingKey: SigningKey;
  readonly shared: StoreParts;
  /** The mode that every world begins in. */
  readonly mode: Mode;
  /** Rows that replace those of the seed in the default world, also after a reset; null without `--snapshot`. */
  readonly snapshot: FrozenRows | null;
  /** A seed, as it was kept. */
  readonly revive: (kept: KeptSeed) => Seed;
  readonly images: Images;
  readonly keys: Credentials;
  readonly secrets: SecretSettings;
  /** How many worlds there may be in addition to the default one. */
  readonly most: number;
  /** Where worlds are kept that outlive the process; null if they end with it. */
  readonly kept: KeptWorlds | null;
  /** As `WorldsByName.fault`. */
  readonly fault: WorldsByName['fault'];
}

/** The worlds of a server, as long as its process has them. */
export class Worlds implements WorldsByName {
  readonly fault: WorldsByName['fault'];
  readonly #parts: WorldsParts;
  readonly #common: WorldsCommon;
  /** All but the default one. */
  readonly #entries = new Map<string, WorldEntry>();
  readonly #ended = new EndedWorlds();
  /** Is there no other world, and has there never been one? */
  isAlone = true;
  readonly #indexing: Indexing;
  #isClosed = false;
  /** Ids that are reserved while their world is being made. */
  readonly #making = new Set<string>();
  /** Those that were used last. */
  readonly #awake = new Set<WorldEntry>();
  readonly #seedShares = new WeakMap<Seed, Share>();
  #default: WorldEntry | null = null;
  #sweeping: NodeJS.Timeout | undefined;

  constructor(parts: WorldsParts) {
    const { machine, random, signingKey, shared, mode, rulesets, secrets, keys } = parts;
    this.#parts = parts;
    this.fault = parts.fault;
    this.#indexing = new Indexing({
      credentials: keys,
      default: () => this.default,
      find: (id) => this.find(id),
      isThere: (world) => this.#entryNow(world.id)?.world === world,
      isAny: () => this.#entries.size > 0,
    });
    this.#common = {
      ...{ machine, random, signingKey, budgets: shared.budgets, mode, rulesets, secrets, keys, revive: parts.revive },
      changed: (world, changed) => this.#indexing.noteChanges(world, changed),
      begin: async ({ id, credentials }, seed) => {
        if (id === DEFAULT_WORLD && parts.snapshot !== null) return { rows: parts.snapshot, findings: [] };
        return beginOf({ id, credentials, seed }, parts);
      },
      noteReplacement: (world, clients) => this.#noteReplacement(world, clients),
      left: (world) => this.#noteLeft(world),
    };
  }

  /** Begins the default world. @param filled its store */
  async begin(seed: Seed, filled: Filled): Promise<void> {
    // Every server has one, and no request has brought it.
    this.#seedShares.set(seed, { bytes: 0, base: null });
    const world = await openWorld({ id: DEFAULT_WORLD, credentials: 'cast', seed, filled }, this.#common);
    const entry = this.#entryOf(world, { credentials: 'cast', source: null, ttl: null, label: null, account: null });
    this.#default = { ...entry, createdAt: await world.keptSince(entry.createdAt) };
  }

  /**
   * Opens the worlds that were kept.
   *
   * @returns the notices about them for the user
   */
  async reopen(): Promise<readonly string[]> {
    const { kept, machine } = this.#parts;
    if (kept === null || kept.found.length === 0) return [];
    const ended: string[] = [];
    for (const one of kept.found) {
      const isOver = one.ttl !== null && machine.now() - one.usedAt >= one.ttl;
      if (isOver) await kept.delete(one.name);
      if (isOver) ended.push(one.name);
      else await this.#reopen(kept, one);
    }
    if (this.#entries.size > 0) this.#sweepLater();
    return reopenedNotices(this.#entries.size, ended);
  }

  get default(): OwnedWorld {
    if (this.#default === null) throw new Error('the default world is requested before it is open');
    return this.#default.world;
  }

  has(id: string): boolean {
    return this.#entryThere(id) !== undefined;
  }

  find(id: string): OwnedWorld | undefined {
    const entry = this.#entryThere(id);
    if (entry === undefined) return undefined;
    this.#noteUse(entry);
    return entry.world;
  }

  isGone(id: string): boolean {
    return this.#ended.isGone(id);
  }

  ownersOf(presented: PresentedCredential): readonly string[] {
    switch (presented.kind) {
      case 'token':
        return [presented.world];
      case 'grant':
        return this.#ended.ofMark(presented.mark);
      case 'key': {
        // A copied key belongs to the worlds that have it now; otherwise it belongs to the world that its text names.
        const holders = this.#holdersOf(presented);
        return holders.length > 0 ? holders : this.#ended.ofMark(presented.mark);
      }
      case 'client': {
        const holders = this.#holdersOf(presented);
        return holders.length > 0 ? holders : this.#ended.goneOfClient(presented.clientId);
      }
    }
  }

  publishedKeys(): readonly PublicJwk[] {
    const current = this.#all().map(({ world }) => world.signingKey);
    // Nearly all of them have the same one.
    return [...new Set(current)].map(({ publicJwk }) => publicJwk);
  }

  async isOfDefault(presented: PresentedCredential): Promise<boolean> {
    const { store } = this.default;
    const { keys } = this.#parts;
    if (presented.kind === 'client') return keys.hasClient(store, presented.clientId);
    return presented.kind === 'key' && (await keys.keyIn(store, presented.hash())) !== null;
  }

  /** All worlds, the default one first. */
  list(): readonly WorldInfo[] {
    const others = [...this.#entries.keys()].flatMap((id) => this.#entryThere(id) ?? []);
    return (this.#default === null ? others : [this.#default, ...others]).map(infoOf);
  }

  /** The world that has this decision, as far as this process knows, without using it; null if none has. */
  ofDecision(id: string): string | null {
    return this.#all().find(({ world }) => world.hasDecision(id))?.world.id ?? null;
  }

  /** @throws Problem `not_found` */
  info(id: string): WorldInfo {
    return infoOf(this.entry(id));
  }

  /** @throws Problem `not_found` */
  entry(id: string): WorldEntry {
    const entry = this.#entryThere(id);
    if (entry !== undefined) return entry;
    throw new Problem('not_found', `There is no world \`${id.slice(0, 100)}\`; \`GET /_mock/worlds\` lists them.`);
  }

  /** @throws Problem that says what is wrong with the order */
  async create(order: WorldOrder & { readonly origin: WorldOrigin }): Promise<MadeWorld> {
    const id = order.id ?? this.#parts.random.hex(FRESH_ID_LENGTH);
    return this.#reserving(id, () => this.#make(id, order));
  }

  /** @throws Problem `not_found`, `conflict` for the default world */
  async delete(id: string): Promise<void> {
    if (id === DEFAULT_WORLD) {
      const message = 'The default world cannot be deleted; `POST /_mock/reset` returns it to its seed.';
      throw new Problem('conflict', message);
    }
    const entry = this.entry(id);
    // If it cannot be stored, the world is there as before.
    await this.#parts.kept?.delete(id);
    if (this.#entries.get(id) === entry) this.#remove(entry);
  }

  /** Informs watchers of the default world about the other worlds, which know nothing of each other. */
  #tell(what: 'made' | 'deleted', id: string): void {
    this.default.activityLog.event('world', { world: id, what });
  }

  /** Ends every wait for an event of a world: verifications, streams of events and delayed answers. */
  tellOver(): void {
    for (const { world } of this.#all()) world.tellOver();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopSweeping();
    const all = this.#all();
    this.#entries.clear();
    await Promise.all(all.map(({ world }) => world.close()));
  }

  /** Was it unused for its time to live? A long request counts as use until it ends. */
  #isOver(entry: WorldEntry): boolean {
    if (entry.ttl === null) return false;
    if (entry.world.isHeld) this.#noteUse(entry);
    return this.#parts.machine.now() - entry.lastUsedAt >= entry.ttl;
  }

  /** Notes that a world is in use. */
  #noteUse(entry: WorldEntry): void {
    entry.lastUsedAt = this.#parts.machine.now();
    if (entry.ttl !== null) this.#parts.kept?.noteUse(entry.world.id, entry.lastUsedAt);
  }

  /** The whole state of a world was replaced. */
  async #noteReplacement(world: World, clients: SeedClients | undefined): Promise<void> {
    const entry = this.#entries.get(world.id);
    if (world.id === DEFAULT_WORLD) await this.#indexing.addDefault();
    else if (entry?.world === world) await this.#indexing.addAgain(world, entry.source, clients);
  }

  async #reopen(keptWorlds: KeptWorlds, { name: id, made, ttl, createdAt, usedAt }: KeptWorld): Promise<void> {
    const { seed: kept, credentials, source = null, label = null } = provenanceIn(made);
    const seed = this.#parts.revive(kept);
    const filled = { store: keptWorlds.open(id), findings: [], isNew: false };
    const world = await openWorld({ id, credentials, seed, filled }, this.#common);
    const account = this.#parts.shared.state.open();
    account.holdAnyway(WORLD_BYTES, [this.#shareOf(seed)]);
    this.#entries.set(id, { world, credentials, source, label, account, ttl, createdAt, lastUsedAt: usedAt });
    this.#noteBegun(id);
    await this.#indexing.add(world, source);
  }

  #noteBegun(id: string): void {
    this.isAlone = false;
    this.#ended.markBegun(id);
  }

  #entryOf(world: OwnedWorld, rest: Omit<WorldEntry, 'world' | 'createdAt' | 'lastUsedAt'>): WorldEntry {
    const now = this.#parts.machine.now();
    return { world, ...rest, createdAt: now, lastUsedAt: now };
  }

  /** The worlds that have a client id or a key. */
  #holdersOf(presented: Extract<PresentedCredential, { kind: 'client' | 'key' }>): readonly string[] {
    const { index } = this.#indexing;
    if (presented.kind === 'client') return index.of('client', presented.clientId);
    return index.hasKeys ? index.of('key', presented.hash()) : [];
  }

  #entryThere(id: string): WorldEntry | undefined {
    if (id === DEFAULT_WORLD) return this.#default ?? undefined;
    const entry = this.#entries.get(id);
    if (entry === undefined || !this.#isOver(entry)) return entry;
    this.#endUnused(entry);
    return undefined;
  }

  /** If that cannot be stored, it ends when the worlds are next opened. */
  #endUnused(entry: WorldEntry): void {
    const deleted = this.#parts.kept?.delete(entry.world.id);
    deleted?.catch((cause: unknown) => {
      if (!isStorageFailure(cause)) throw cause;
    });
    this.#remove(entry);
  }

  /** Forgets a world that has ended. */
  #remove(entry: WorldEntry): void {
    const { world } = entry;
    this.#entries.delete(world.id);
    this.#awake.delete(entry);
    this.#indexing.drop(world.id);
    this.#ended.markEnded(world.id);
    entry.account?.release();
    world.end();
    this.#tell('deleted', world.id);
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

  #crowdedProblem(): Problem {
    const { most, machine } = this.#parts;
    const idle = [...this.#entries.values()].filter(({ world }) => !world.isHeld);
    const named = idle
      .sort((one, other) => one.lastUsedAt - other.lastUsedAt)
      .slice(0, MOST_NAMED)
      .map(({ world, lastUsedAt }) => `\`${world.id}\` (for ${formatDuration(machine.now() - lastUsedAt)})`);
    const unused = named.length === 0 ? '' : ` Unused longest: ${named.join(', ')}.`;
    const message = `No more worlds can be made: \`--max-worlds\` is ${most}. Delete one with \`DELETE /_mock/worlds/{id}\`.${unused}`;
    return new Problem('conflict', message);
  }

  #all() {
    return [this.#default, ...this.#entries.values()].flatMap((entry) => entry ?? []);
  }

  #check(id: string): void {
    if (this.#isClosed) throw closing();
    const fault = worldIdFault(id);
    if (fault !== null) throw new Problem('invalid_request', `Field \`id\` ${fault}.`);
    if (id === DEFAULT_WORLD || this.#making.has(id) || this.has(id)) throw takenProblem(id);
    if (this.#entries.size + this.#making.size < this.#parts.most) return;
    this.#sweep();
    if (this.#entries.size + this.#making.size >= this.#parts.most) throw this.#crowdedProblem();
  }

  /** Reserves an id while its world is being made. */
  async #reserving(id: string, make: () => Promise<MadeWorld>): Promise<MadeWorld> {
    this.#check(id);
    this.#making.add(id);
    try {
      const made = await make();
      this.#tell('made', id);
      return made;
    } finally {
      this.#making.delete(id);
    }
  }

  #make(id: string, { origin, ...order }: Parameters<Worlds['create']>[0]): Promise<MadeWorld> {
    return this.#counted(origin.seed, async (account) => {
      const begun = await makeCopy({ id, origin, credentials: order.credentials }, this.#parts);
      return this.#store(id, begun, { ...order, account }, origin.kind === 'seed' ? begun.clients : undefined);
    });
  }

  /** Makes a world whose memory beside its rows is counted. @throws Unwritable if there is no room for it */
  async #counted(seed: Seed, make: (account: StateAccount) => Promise<MadeWorld>): Promise<MadeWorld> {
    const account = this.#parts.shared.state.open();
    account.hold(WORLD_BYTES, [this.#shareOf(seed)]);
    return make(account).catch((cause: unknown) => {
      account.release();
      throw cause;
    });
  }

  /** Worlds that are made from one seed share it. */
  #shareOf(seed: Seed): Share {
    const share = this.#seedShares.get(seed) ?? { bytes: SEED_COPIES * seed.text.length, base: null };
    this.#seedShares.set(seed, share);
    return share;
  }

  /** @param seeded its clients, if it has exactly those of its seed */
  async #store(
    id: string,
    begun: Begun,
    { credentials, ttl, label, account }: Pick<WorldEntry, 'credentials' | 'ttl' | 'label' | 'account'>,
    seeded?: SeedClients,
  ): Promise<MadeWorld> {
    const { seed, kept, source, clients, created } = begun;
    const filled = await this.#keep(begun, { id, credentials, ttl, label });
    try {
      const world = await openWorld({ id, credentials, seed, filled }, this.#common);
      const ambiguous = await this.#indexing.add(world, source, seeded);
      if (this.#isClosed) throw closing();
      const entry = this.#entryOf(world, {
        credentials,
        source,
        ttl,
        label,
        account,
      });
      this.#entries.set(id, entry);
      this.#noteBegun(id);
      this.#sweepLater();
      return { entry, kept, ambiguous: ambiguous.filter((one) => clients?.names.includes(one) !== true), created };
    } catch (cause) {
      this.#indexing.drop(id);
      await filled.store.close();
      // If that fails as well, the first failure says more.
      await this.#parts.kept?.delete(id).catch(() => {});
      throw cause;
    }
  }

  /** Stores a new world where it outlives the process. */
  async #keep(
    { filled, seed, source }: Begun,
    { id, credentials, ttl, label }: Pick<WorldEntry, 'ttl' | 'credentials' | 'label'> & Pick<World, 'id'>,
  ): Promise<Filled> {
    const { kept, machine } = this.#parts;
    if (kept === null) return filled;
    const now = machine.now();
    const made = provenanceText({ seed, credentials, source, label });
    const rows = await filled.store.freeze();
    // Its bytes are not counted twice.
    await filled.store.close();
    const store = await kept.make({ name: id, made, ttl, createdAt: now, usedAt: now }, rows);
    return { ...filled, store };
  }

  #noteLeft(world: OwnedWorld): void {
    const entry = this.#entryNow(world.id);
    if (entry?.world !== world) return;
    this.#noteUse(entry);
    // The log shows the time of its clock.
    if (entry === this.#default) return;
    this.#awake.delete(entry);
    this.#awake.add(entry);
    const [oldest] = this.#awake;
    if (this.#awake.size <= MOST_AWAKE || oldest === undefined) return;
    this.#awake.delete(oldest);
    if (!oldest.world.isHeld) oldest.world.rest();
  }

  #entryNow(id: string): WorldEntry | null | undefined {
    return id === DEFAULT_WORLD ? this.#default : this.#entries.get(id);
  }
}

/** A world, as users see it. */
export function infoOf({ world, credentials, ttl, label, createdAt, lastUsedAt }: WorldEntry): WorldInfo {
  return { id: world.id, credentials, ttl, label, createdAt, lastUsedAt };
}

function takenProblem(id: string): Problem {
  const instead = id === DEFAULT_WORLD ? '' : `, or delete that one first (\`DELETE /_mock/worlds/${id}\`)`;
  return new Problem('conflict', `The world \`${id}\` exists already: choose another id${instead}.`);
}

function closing(): Problem {
  return new Problem('unavailable', 'The server is closing and creates no more worlds.');
}

function reopenedNotices(back: number, ended: readonly string[]): readonly string[] {
  if (back === 0 && ended.length === 0) return [];
  const worlds = (count: number) => `${count} ${count === 1 ? 'world' : 'worlds'}`;
  const named = ended.slice(0, MOST_NAMED).map((id) => `\`${id}\``);
  const more = ended.length > named.length ? ` and ${ended.length - named.length} more` : '';
  const unused =
    ended.length === 0 ? '' : `, and ${worlds(ended.length)} ended without use: ${named.join(', ')}${more}`;
  return [`${worlds(back)} of --data ${back === 1 ? 'is' : 'are'} back${unused}.`];
}
