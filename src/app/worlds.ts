import type { Holder } from '../contract/credentials.ts';
import type { World, WorldsByName } from '../contract/world.ts';
import type { Clock, Instant } from '../core/clock.ts';
import { formatDuration } from '../core/duration.ts';
import type { Law } from '../core/law.ts';
import type { Mode } from '../core/mode.ts';
import { Problem } from '../core/problem.ts';
import { DEFAULT_WORLD, isWorldId, MOST_WORLD_ID, WORLD_ID_FORM } from '../core/world-id.ts';
import type { Presented } from '../credentials/presented.ts';
import type { SecretSettings } from '../journal/known-secrets.ts';
import type { Random } from '../machine/random.ts';
import { clearInterval, setInterval } from '../machine/time.ts';
import { Collision, LimitReached, Unwritable } from '../store/errors.ts';
import type { Store } from '../store/index.ts';
import type { KeptWorld, KeptWorlds } from '../store/kept-worlds.ts';
import type { Place } from '../store/open.ts';
import type { KeptSeed } from '../store/seed.ts';
import type { StoreParts } from '../store/shared.ts';
import type { WorldCard } from '../store/sharing.ts';
import type { PublicJwk } from '../tokens/index.ts';
import type { SigningKey } from '../tokens/keys.ts';
import { Claiming } from './claiming.ts';
import { type Begun, beginOf, type Made, makeCopy, type WorldOrigin } from './copies.ts';
import type { Credentials, SeedClients } from './credentials.ts';
import type { Images } from './images.ts';
import { type Filled, type OwnedWorld, openWorld, type Seed, type WorldsCommon } from './world.ts';
import { makerIn, makerText, WorldSharing } from './world-sharing.ts';
import { WorldTraces } from './world-traces.ts';

/** A world to make. */
export interface WorldOrder {
  /** Generated if left out. */
  readonly id?: string | undefined;
  readonly origin: WorldOrigin;
  /** `own`: every key, secret and confidential client id is the world's own; `cast`: those of the seed. */
  readonly credentials: 'own' | 'cast';
  /** Milliseconds without use after which it ends; null: never. */
  readonly ttl: number | null;
}

/** What is kept about a world besides itself. */
export interface WorldEntry extends Made {
  readonly world: OwnedWorld;
  /** The world whose credentials it shares; null if they are all its own. */
  readonly source: string | null;
  readonly ttl: number | null;
  readonly createdAt: Instant;
  lastUsedAt: Instant;
  /** For a world that other processes use, too. */
  readonly card?: WorldCard;
}

/** What is told of a world. */
export interface WorldInfo extends Pick<WorldEntry, 'credentials' | 'ttl' | 'createdAt' | 'lastUsedAt'> {
  readonly id: string;
}

/** A world that was made. */
export interface MadeWorld {
  readonly entry: WorldEntry;
  /** Its seed, with the world's own credentials in it. */
  readonly kept: Seed;
  /** Client ids, and ids of keys, that other worlds have too: by themselves they lead to none of these worlds. */
  readonly ambiguous: readonly string[];
  /** For a copy with credentials of its own: what had been created since the seed, and now has new secrets. */
  readonly created: readonly Holder[];
}

/** How many worlds a message names. */
const MOST_NAMED = 5;

const FRESH_ID_LENGTH = 10;

/** How many worlds keep what can be made again of their rows, until others are used. */
const MOST_AWAKE = 100;

/** How often unused worlds are looked for, in milliseconds. */
const SWEEP_MS = 10_000;

export interface WorldsParts {
  readonly machine: Clock;
  readonly random: Random;
  /** Those of the server. */
  readonly laws: readonly Law[];
  /** What every world signs with until its key is replaced. */
  readonly signingKey: SigningKey;
  readonly shared: StoreParts;
  /** The mode that every world begins in. */
  readonly mode: Mode;
  /** Where worlds are that other processes use, too; null if there are none. */
  readonly sharedWorlds: Place['worlds'];
  /** Where worlds are kept that outlive the process, which has them alone; null if they end with it. */
  readonly keptWorlds: Place['kept'];
  /** A seed, as another process kept it. */
  readonly revive: (kept: KeptSeed) => Seed;
  readonly images: Images;
  readonly keys: Credentials;
  readonly secrets: SecretSettings;
  /** How many worlds there may be in addition to the default one. */
  readonly most: number;
}

/** The worlds of a server. */
export class Worlds implements WorldsByName {
  readonly #parts: WorldsParts;
  readonly #entries = new Map<string, WorldEntry>();
  /** Ids that are taken although their world is still being made. */
  readonly #making = new Set<string>();
  readonly #traces = new WorldTraces();
  readonly #claiming: Claiming;
  /** Those that were used last. */
  readonly #awake = new Set<WorldEntry>();
  #default: WorldEntry | null = null;
  #sweeping: NodeJS.Timeout | undefined;
  readonly #common: WorldsCommon;
  readonly #sharing: WorldSharing | null;
  /** Worlds that are being opened. */
  readonly #opening = new Map<string, Promise<void>>();
  #version = 0;
  #isClosed = false;

  constructor(parts: WorldsParts) {
    this.#parts = parts;
    const { sharedWorlds, keys } = parts;
    this.#claiming = new Claiming({
      credentials: keys,
      default: () => this.default,
      find: (id) => this.find(id),
      isThere: (world) => this.#has(world),
      isAny: () => this.#entries.size > 0,
    });
    const { machine, random, signingKey, shared, mode, laws, secrets } = parts;
    this.#common = {
      ...{ machine, random, signingKey, budgets: shared.budgets, mode, laws, secrets },
      keys,
      changed: (world, changed) => this.#claiming.changed(world, changed),
      begin: ({ id, credentials }, seed) => beginOf({ id, credentials, seed }, parts),
      replaced: (world, clients) => this.#replaced(world, clients),
      left: (world) => this.#left(world),
    };
    this.#sharing = sharedWorlds === null ? null : new WorldSharing(sharedWorlds, keys);
  }

  /** Begins the default world. @param filled its store */
  async begin(seed: Seed, filled: Filled): Promise<void> {
    const world = await openWorld({ id: DEFAULT_WORLD, credentials: 'cast', seed, filled }, this.#common);
    this.#default = this.#entryOf(world, { credentials: 'cast', source: null, seed, ttl: null });
    if (this.#sharing !== null) {
      await this.look([]);
      this.#sweepLater();
    }
  }

  /**
   * Opens the worlds that were kept.
   *
   * @returns what a person should know about them
   */
  async reopen(): Promise<readonly string[]> {
    const { keptWorlds, machine } = this.#parts;
    if (keptWorlds === null || keptWorlds.found.length === 0) return [];
    const ended: string[] = [];
    for (const one of keptWorlds.found) {
      const isOver = one.ttl !== null && machine.now() - one.usedAt >= one.ttl;
      if (isOver) keptWorlds.delete(one.name);
      if (isOver) ended.push(one.name);
      else await this.#reopened(keptWorlds, one);
    }
    if (this.#entries.size > 0) this.#sweepLater();
    return reopenedNotices(this.#entries.size, ended);
  }

  async #reopened(keptWorlds: KeptWorlds, { name: id, made, ttl, createdAt, usedAt }: KeptWorld): Promise<void> {
    const { source = null } = makerIn(made);
    const { world, ...origin } = await this.#openStored(id, { store: keptWorlds.open(id), made });
    this.#entries.set(id, { world, ...origin, source, ttl, createdAt, lastUsedAt: usedAt });
    this.#traces.begun(id);
    await this.#claiming.claim(world, source);
  }

  get default(): OwnedWorld {
    if (this.#default === null) throw new Error('the default world is asked for before it began');
    return this.#default.world;
  }

  get isShared(): boolean {
    return this.#sharing !== null;
  }

  async look(names: readonly string[], presented: readonly Presented[] = []): Promise<void> {
    const sharing = this.#sharing;
    if (sharing === null) return;
    const named = () => [...names, ...presented.flatMap((one) => this.ownersOf(one))];
    const first = named();
    await sharing.look(first);
    this.#reconcile(sharing);
    if (!this.isAlone) for (const one of presented) await sharing.lookFor(one);
    const others = named().filter((name) => !first.includes(name) && this.#entries.has(name));
    if (others.length > 0) await sharing.look(others);
    for (const name of named()) await this.#adopt(sharing, name);
  }

  get isAlone(): boolean {
    return (this.#sharing?.shared.cards ?? this.#entries).size === 0 && !this.#traces.isAnyGone;
  }

  has(id: string): boolean {
    return this.#entryThere(id) !== undefined || this.#cardThere(id) !== undefined;
  }

  find(id: string): OwnedWorld | undefined {
    const entry = this.#entryThere(id);
    if (entry === undefined) return undefined;
    this.#isUsed(entry);
    return entry.world;
  }

  isGone(id: string): boolean {
    return this.#traces.isGone(id);
  }

  ownersOf(presented: Presented): readonly string[] {
    switch (presented.kind) {
      case 'token':
        return [presented.world];
      case 'grant':
        return this.#traces.ofMark(presented.mark);
      case 'key': {
        // A key that was copied belongs to the worlds that have it now, and only otherwise to the one that it is of.
        const claimed = this.#claimedKey(presented);
        return claimed.length > 0 ? claimed : this.#traces.ofMark(presented.mark);
      }
      case 'client': {
        const claimed = this.#sharing?.ownersOf(presented) ?? this.#claiming.claims.of('client', presented.clientId);
        return claimed.length > 0 ? claimed : this.#traces.goneOfClient(presented.clientId);
      }
    }
  }

  publishedKeys(): readonly PublicJwk[] {
    const current = this.#all().map(({ world }) => world.signingKey);
    // Nearly all of them have the same one.
    return [...new Set(current)].map(({ publicJwk }) => publicJwk);
  }

  async isOfDefault(presented: Presented): Promise<boolean> {
    const { store } = this.default;
    const { keys } = this.#parts;
    if (presented.kind === 'client') return keys.hasClient(store, presented.clientId);
    return presented.kind === 'key' && (await keys.keyIn(store, presented.hash())) !== null;
  }

  /** All worlds, the default one first. */
  list(): readonly WorldInfo[] {
    const others = [...this.#entries.keys()].flatMap((id) => this.#entryThere(id) ?? []);
    const opened = this.#default === null ? others : [this.#default, ...others];
    return [...opened.map(infoOf), ...this.#unopened()];
  }

  /** The world that has this decision, as far as this process knows, without using it; null if none has. */
  ofDecision(id: string): string | null {
    return this.#all().find(({ world }) => world.hasDecision(id))?.world.id ?? null;
  }

  /** @throws Problem `not_found` */
  info(id: string): WorldInfo {
    const there = this.#unopened().find((one) => one.id === id);
    return there ?? infoOf(this.entry(id));
  }

  /** The same, opened if only other processes have used it so far. @throws Problem `not_found` */
  async opened(id: string): Promise<WorldEntry> {
    if (id !== DEFAULT_WORLD) await this.look([id]);
    return this.entry(id);
  }

  /** @throws Problem `not_found` */
  entry(id: string): WorldEntry {
    const entry = this.#entryThere(id);
    if (entry !== undefined) return entry;
    throw new Problem('not_found', `There is no world \`${id.slice(0, 100)}\`; \`GET /_mock/worlds\` lists them.`);
  }

  /** @throws Problem saying what is wrong with the order */
  async create(order: WorldOrder): Promise<MadeWorld> {
    const id = order.id ?? this.#parts.random.hex(FRESH_ID_LENGTH);
    this.#check(id);
    this.#making.add(id);
    try {
      const made = await this.#made(id, order);
      this.#tell('made', id);
      return made;
    } finally {
      this.#making.delete(id);
    }
  }

  /** @throws Problem `not_found`, `conflict` for the default world */
  async delete(id: string): Promise<void> {
    if (id === DEFAULT_WORLD) {
      const message = 'The default world cannot be deleted; `POST /_mock/reset` returns it to its seed.';
      throw new Problem('conflict', message);
    }
    const sharing = this.#sharing;
    const card = sharing?.card(id);
    if (sharing !== null && card !== undefined) {
      await sharing.shared.delete(card);
      await sharing.look([]);
      this.#reconcile(sharing);
      this.#tell('deleted', id);
      return;
    }
    this.#remove(this.entry(id));
  }

  /** Those who watch the default world are told which worlds there are; other worlds know nothing of each other. */
  #tell(what: 'made' | 'deleted', id: string): void {
    this.default.chronicle.event('world', { world: id, what });
  }

  /** Nothing waits any longer for something to happen in a world: no verification, stream of events or delayed answer. */
  tellOver(): void {
    for (const { world } of this.#all()) world.tellOver();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#sweeping);
    const all = this.#all();
    this.#entries.clear();
    await Promise.all(all.map(({ world }) => world.close()));
  }

  #all() {
    return [this.#default, ...this.#entries.values()].flatMap((entry) => entry ?? []);
  }

  #check(id: string): void {
    if (this.#isClosed) throw closing();
    if (!isWorldId(id)) {
      const shown = id.slice(0, 2 * MOST_WORLD_ID);
      throw new Problem('invalid_request', `Field \`id\` must be ${WORLD_ID_FORM}; it is \`${shown}\`.`);
    }
    if (id === DEFAULT_WORLD || this.#making.has(id) || this.has(id)) throw taken(id);
    if (this.#count() + this.#making.size < this.#parts.most) return;
    this.#sweep();
    if (this.#count() + this.#making.size >= this.#parts.most) throw this.#crowded();
  }

  #crowded(): Problem {
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

  async #made(id: string, { origin, credentials, ttl }: WorldOrder): Promise<MadeWorld> {
    const copy = await makeCopy({ id, origin, credentials }, this.#parts);
    const { seed, kept, source, clients, created } = copy;
    const { filled, card } = await this.#stored(copy, { id, credentials, ttl });
    try {
      const world = await openWorld({ id, credentials, seed, filled }, this.#common);
      const ambiguous = await this.#claiming.claim(world, source, origin.kind === 'seed' ? clients : undefined);
      if (this.#isClosed) throw closing();
      const entry = this.#entryOf(world, { credentials, source, seed, ttl, ...(card !== null && { card }) });
      this.#entries.set(id, entry);
      this.#traces.begun(id);
      this.#sweepLater();
      return { entry, kept, ambiguous: ambiguous.filter((one) => clients?.names.includes(one) !== true), created };
    } catch (cause) {
      this.#claiming.drop(id);
      await filled.store.close();
      this.#parts.keptWorlds?.delete(id);
      throw cause;
    }
  }

  /** Puts a new world where other processes can use it, too, if there are any. */
  async #stored(
    { filled, seed, source, free }: Begun,
    { id, credentials, ttl }: Pick<WorldEntry, 'ttl' | 'credentials'> & Pick<World, 'id'>,
  ): Promise<{ readonly filled: Filled; readonly card: WorldCard | null }> {
    const { shared, machine, most, keptWorlds } = this.#parts;
    const sharing = this.#sharing;
    if (keptWorlds !== null) {
      const now = machine.now();
      const made = makerText({ seed, credentials, source });
      const rows = await filled.store.freeze();
      // What it was made in is not counted twice.
      await filled.store.close();
      const store = keptWorlds.make({ name: id, made, ttl, createdAt: now, usedAt: now }, rows, free);
      return { filled: { ...filled, store }, card: null };
    }
    if (sharing === null) return { filled, card: null };
    try {
      const rows = await filled.store.collections.dump();
      const made = makerText({ seed, credentials });
      const order = { name: id, credentials, ttl, createdAt: machine.now(), made, rows };
      const { store, card } = await sharing.shared.make(order, most, shared);
      return { filled: { ...filled, store, isNew: false }, card };
    } catch (cause) {
      if (cause instanceof Collision) throw taken(id);
      throw cause instanceof LimitReached ? this.#crowded() : cause;
    } finally {
      await filled.store.close();
    }
  }

  /** Opens a world that another process made. */
  async #adopt(sharing: WorldSharing, name: string): Promise<void> {
    const card = sharing.card(name);
    if (card === undefined || this.#entries.has(name) || this.#isClosed) return;
    const opening = this.#opening.get(name) ?? this.#adopted(sharing, card).finally(() => this.#opening.delete(name));
    this.#opening.set(name, opening);
    await opening;
  }

  async #adopted(sharing: WorldSharing, card: WorldCard): Promise<void> {
    const { name: id, ttl } = card;
    const opened = await sharing.shared.open(card, this.#parts.shared);
    if (opened === null) return;
    const { world, ...origin } = await this.#openStored(id, opened);
    try {
      // What drives it is known only once it was looked at: the mode, faults.
      await sharing.look([id]);
    } catch (cause) {
      await world.close();
      throw cause;
    }
    if (this.#entries.has(id) || this.#isClosed) return world.close();
    this.#entries.set(id, this.#entryOf(world, { ...origin, source: null, ttl, card }));
  }

  /** Opens a world that is stored, with what it was made from. */
  async #openStored(
    id: string,
    { store, made }: { readonly store: Store; readonly made: string },
  ): Promise<Made & { readonly world: OwnedWorld }> {
    const { seed: kept, credentials } = makerIn(made);
    const seed = this.#parts.revive(kept);
    const filled = { store, findings: [], isNew: false };
    return { world: await openWorld({ id, credentials, seed, filled }, this.#common), seed, credentials };
  }

  /** Lets go of worlds that other processes ended, or replaced by others of the same id. */
  #reconcile({ shared }: WorldSharing): void {
    if (shared.version === this.#version) return;
    this.#version = shared.version;
    for (const [id, entry] of [...this.#entries]) if (shared.cards.get(id)?.id !== entry.card?.id) this.#remove(entry);
    for (const id of shared.gone) this.#traces.ended(id);
    for (const id of shared.cards.keys()) this.#traces.begun(id);
  }

  /** Worlds that only other processes have used so far. */
  #unopened(): readonly WorldInfo[] {
    const cards = [...(this.#sharing?.shared.cards.values() ?? [])];
    const others = cards.filter(({ name }) => !this.#entries.has(name) && this.#cardThere(name) !== undefined);
    // Whoever made them wrote what it is.
    return others.map(({ name, credentials, ttl, createdAt, usedAt }) => ({
      ...{ id: name, ttl, createdAt, lastUsedAt: usedAt },
      credentials: credentials as World['credentials'],
    }));
  }

  /** One that was not used for too long is as good as gone. */
  #cardThere(id: string): WorldCard | undefined {
    const card = this.#sharing?.card(id);
    if (card === undefined || this.#sharing?.isOver(card, 0, this.#parts.machine.now()) === true) return undefined;
    return card;
  }

  #count(): number {
    return this.#sharing?.shared.cards.size ?? this.#entries.size;
  }

  #isUsed(entry: WorldEntry): void {
    entry.lastUsedAt = this.#parts.machine.now();
    if (entry.ttl !== null) this.#parts.keptWorlds?.used(entry.world.id, entry.lastUsedAt);
    const card = this.#sharing?.card(entry.world.id);
    if (card !== undefined) this.#sharing?.used(card, entry.lastUsedAt);
  }

  #claimedKey(presented: Extract<Presented, { kind: 'key' }>): readonly string[] {
    if (this.#sharing !== null) return this.isAlone ? [] : this.#sharing.ownersOf(presented);
    return this.#claiming.claims.hasKeys ? this.#claiming.claims.of('key', presented.hash()) : [];
  }

  async #replaced(world: World, clients: SeedClients | undefined): Promise<void> {
    if (world.id === DEFAULT_WORLD) return this.#claiming.claimOfDefault();
    const entry = this.#entries.get(world.id);
    // Of worlds that processes share, the database knows what leads to them.
    if (entry?.world !== world || this.#sharing !== null) return;
    await this.#claiming.claimAnew(world, entry.source, clients);
  }

  #left(world: OwnedWorld): void {
    const entry = this.#entryNow(world.id);
    if (entry?.world !== world) return;
    this.#isUsed(entry);
    // The log shows the time of its clock.
    if (entry === this.#default) return;
    this.#awake.delete(entry);
    this.#awake.add(entry);
    if (this.#awake.size <= MOST_AWAKE) return;
    // There is one, because there are too many.
    const oldest = this.#awake.values().next().value as WorldEntry;
    this.#awake.delete(oldest);
    if (!oldest.world.isHeld) oldest.world.rest();
  }

  #entryNow(id: string): WorldEntry | null | undefined {
    return id === DEFAULT_WORLD ? this.#default : this.#entries.get(id);
  }

  /** Requests to a deleted world still finish, and by then another world may have its id. */
  #has(world: World): boolean {
    return this.#entryNow(world.id)?.world === world;
  }

  #entryOf(world: OwnedWorld, rest: Omit<WorldEntry, 'world' | 'createdAt' | 'lastUsedAt'>): WorldEntry {
    const now = this.#parts.machine.now();
    return { world, ...rest, createdAt: rest.card?.createdAt ?? now, lastUsedAt: now };
  }

  #entryThere(id: string): WorldEntry | undefined {
    if (id === DEFAULT_WORLD) return this.#default ?? undefined;
    const entry = this.#entries.get(id);
    if (entry === undefined || !this.#isOver(entry)) return entry;
    // Whoever sweeps ends it for all.
    if (this.#sharing === null) this.#removeIfPossible(entry);
    return undefined;
  }

  /** A long request counts as use for as long as it lasts. */
  #isOver(entry: WorldEntry): boolean {
    if (entry.ttl === null) return false;
    const now = this.#parts.machine.now();
    if (entry.world.isHeld) this.#isUsed(entry);
    const card = this.#sharing?.card(entry.world.id);
    return now - Math.max(entry.lastUsedAt, card?.usedAt ?? 0) >= entry.ttl;
  }

  #remove(entry: WorldEntry): void {
    const { world } = entry;
    const { id } = world;
    // If the disk takes no changes, it is there as before.
    this.#parts.keptWorlds?.delete(id);
    this.#entries.delete(id);
    this.#awake.delete(entry);
    this.#claiming.drop(id);
    if (entry.card !== undefined) this.#sharing?.forget(entry.card);
    this.#traces.ended(id);
    world.end();
    // Of a world that processes share, the one that deletes it tells.
    if (this.#sharing === null) this.#tell('deleted', id);
  }

  /** For a world that is over: if the disk takes no changes, the next time does. */
  #removeIfPossible(entry: WorldEntry): void {
    try {
      this.#remove(entry);
    } catch (cause) {
      if (!(cause instanceof Unwritable)) throw cause;
    }
  }

  #sweep(): void {
    if (this.#sharing !== null) {
      this.#sweepForAll(this.#sharing).catch(() => {});
      return;
    }
    for (const entry of [...this.#entries.values()]) if (this.#isOver(entry)) this.#removeIfPossible(entry);
    if (this.#entries.size > 0) return;
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
  }

  /** If the database is away, the next time does. */
  async #sweepForAll(sharing: WorldSharing): Promise<void> {
    for (const entry of this.#entries.values()) if (entry.world.isHeld) this.#isUsed(entry);
    await sharing.shared.sweep(this.#parts.machine.now());
    await sharing.look([]);
    this.#reconcile(sharing);
  }

  #sweepLater(): void {
    this.#sweeping ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }
}

/** A world, as far as people are told. */
export function infoOf({ world, credentials, ttl, createdAt, lastUsedAt, card }: WorldEntry): WorldInfo {
  return { id: world.id, credentials, ttl, createdAt, lastUsedAt: Math.max(lastUsedAt, card?.usedAt ?? 0) };
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

function taken(id: string): Problem {
  const instead = id === DEFAULT_WORLD ? '' : `, or delete that one first (\`DELETE /_mock/worlds/${id}\`)`;
  return new Problem('conflict', `The world \`${id}\` exists already: choose another id${instead}.`);
}

function closing(): Problem {
  return new Problem('unavailable', 'The server is closing, and makes no more worlds.');
}
