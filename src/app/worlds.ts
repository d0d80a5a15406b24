import type { World, WorldsByName } from '../contract/world.ts';
import type { Clock, Instant } from '../core/clock.ts';
import { formatDuration } from '../core/duration.ts';
import type { Law } from '../core/law.ts';
import type { Mode } from '../core/mode.ts';
import { Problem } from '../core/problem.ts';
import { DEFAULT_WORLD, isWorldId, MOST_WORLD_ID, WORLD_ID_FORM } from '../core/world-id.ts';
import type { DeriveKey } from '../credentials/derivation.ts';
import type { Presented } from '../credentials/presented.ts';
import { grantMark, worldMark } from '../credentials/world-mark.ts';
import type { Random } from '../machine/random.ts';
import { clearInterval, setInterval } from '../machine/time.ts';
import type { Store } from '../store/index.ts';
import type { Place } from '../store/open.ts';
import type { StoreParts } from '../store/shared.ts';
import type { Rekeyed } from '../store/world.ts';
import type { PublicJwk } from '../tokens/index.ts';
import type { SigningKey } from '../tokens/keys.ts';
import { WorldClaims } from './claims.ts';
import { type Made, makeCopy, type WorldOrigin } from './copies.ts';
import type { Images } from './images.ts';
import { type ClaimsOfWorld, type Filled, type OwnedWorld, openWorld, type Seed } from './world.ts';

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
  readonly ttl: number | null;
  readonly createdAt: Instant;
  lastUsedAt: Instant;
}

/** A world that was made. */
export interface MadeWorld {
  readonly entry: WorldEntry;
  /** Its seed, with the world's own credentials in it. */
  readonly kept: Seed;
  /** Client ids, and ids of keys, that other worlds have too: by themselves they lead to none of these worlds. */
  readonly ambiguous: readonly string[];
  /** For a copy with credentials of its own: what had been created since the seed, and now has new secrets. */
  readonly created: readonly Rekeyed[];
}

/** How many ids of ended worlds are remembered, so that their credentials can be recognised. */
const MOST_GONE = 10_000;

/** How many worlds a message names. */
const MOST_NAMED = 5;

const FRESH_ID_LENGTH = 10;

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
  /** Looks at what other processes have changed in a world; null if there are none. */
  readonly look: Place['look'];
  readonly images: Images;
  /** How keys that are rows of collections are derived, by collection. */
  readonly keyCollections: ReadonlyMap<string, DeriveKey>;
  /** How many worlds there may be in addition to the default one. */
  readonly most: number;
}

/** The worlds of a server. */
export class Worlds implements WorldsByName {
  readonly #parts: WorldsParts;
  readonly #entries = new Map<string, WorldEntry>();
  /** Ids that are taken although their world is still being made. */
  readonly #making = new Set<string>();
  /** Ids by mark, of worlds that exist and of those that are gone. */
  readonly #marks = new Map<string, string>([[grantMark(DEFAULT_WORLD), DEFAULT_WORLD]]);
  readonly #gone = new Set<string>();
  readonly #claims = new WorldClaims();
  #default: WorldEntry | null = null;
  #sweeping: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: WorldsParts) {
    this.#parts = parts;
  }

  /** Begins the default world. @param filled its store */
  async begin(seed: Seed, filled: Filled, refill: () => Promise<Filled>): Promise<void> {
    const world = await this.#open({ id: DEFAULT_WORLD, credentials: 'cast' }, filled, refill, () =>
      this.#claimOfDefault(),
    );
    this.#default = this.#entryOf(world, { credentials: 'cast', seed, ttl: null });
  }

  get default(): OwnedWorld {
    if (this.#default === null) throw new Error('the default world is asked for before it began');
    return this.#default.world;
  }

  get isShared(): boolean {
    return this.#parts.look !== null;
  }

  async look(id: string): Promise<void> {
    await this.#parts.look?.(id);
  }

  get isAlone(): boolean {
    return this.#entries.size === 0 && this.#gone.size === 0;
  }

  has(id: string): boolean {
    return this.#entryThere(id) !== undefined;
  }

  find(id: string): OwnedWorld | undefined {
    const entry = this.#entryThere(id);
    if (entry === undefined) return undefined;
    entry.lastUsedAt = this.#parts.machine.now();
    return entry.world;
  }

  isGone(id: string): boolean {
    return this.#gone.has(id);
  }

  ownersOf(presented: Presented): readonly string[] {
    switch (presented.kind) {
      case 'token':
        return [presented.world];
      case 'grant':
        return [this.#marks.get(presented.mark) ?? []].flat();
      case 'key': {
        const claimed = this.#claims.hasKeys ? this.#claims.of('key', presented.hash()) : [];
        const marked = this.#marks.get(presented.mark);
        if (marked === undefined || claimed.includes(marked)) return claimed;
        // Credentials of a world that is gone belong to the worlds that have them now.
        return claimed.length > 0 && !this.#entries.has(marked) ? claimed : [marked, ...claimed];
      }
      case 'client': {
        const claimed = this.#claims.of('client', presented.clientId);
        return claimed.length > 0 ? claimed : this.#goneClient(presented.clientId);
      }
    }
  }

  publishedKeys(): readonly PublicJwk[] {
    const current = [this.default, ...[...this.#entries.values()].map(({ world }) => world)].map(
      ({ tokens }) => tokens.key,
    );
    // Nearly all of them have the same one.
    return [...new Set(current)].map(({ publicJwk }) => publicJwk);
  }

  async isOfDefault(presented: Presented): Promise<boolean> {
    const { store, clock } = this.default;
    if (presented.kind === 'client') return hasClient(store, presented.clientId);
    return presented.kind === 'key' && (await this.#hasKey(store, presented.hash(), clock.now()));
  }

  /** All worlds, the default one first. */
  list(): readonly WorldEntry[] {
    const others = [...this.#entries.keys()].flatMap((id) => this.#entryThere(id) ?? []);
    return this.#default === null ? others : [this.#default, ...others];
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
      return await this.#made(id, order);
    } finally {
      this.#making.delete(id);
    }
  }

  /** @throws Problem `not_found`, `conflict` for the default world */
  delete(id: string): void {
    if (id === DEFAULT_WORLD) {
      const message = 'The default world cannot be deleted; `POST /_mock/reset` returns it to its seed.';
      throw new Problem('conflict', message);
    }
    this.#remove(this.entry(id));
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
    if (id === DEFAULT_WORLD || this.#making.has(id) || this.has(id)) {
      const instead = id === DEFAULT_WORLD ? '' : `, or delete that one first (\`DELETE /_mock/worlds/${id}\`)`;
      throw new Problem('conflict', `The world \`${id}\` exists already: choose another id${instead}.`);
    }
    if (this.#entries.size + this.#making.size < this.#parts.most) return;
    this.#sweep();
    if (this.#entries.size + this.#making.size >= this.#parts.most) throw this.#crowded();
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
    const { filled, refill, seed, kept, source, clientIds, names, created } = await makeCopy(
      { id, origin, credentials },
      this.#parts,
    );
    try {
      const world = await this.#open({ id, credentials }, filled, refill, (by) =>
        this.#claimAnew(world, source, by === 'seed' ? clientIds : undefined),
      );
      const shared = await this.#claim(world, source, origin.kind === 'seed' ? clientIds : undefined);
      // Most worlds wait for the test that they were made for.
      await world.store.rest();
      if (this.#isClosed) throw closing();
      const entry = this.#entryOf(world, { credentials, seed, ttl });
      this.#entries.set(id, entry);
      this.#gone.delete(id);
      this.#marks.set(worldMark(id), id);
      this.#sweepLater();
      // Shared names of applications are not ambiguous in this sense: every world has the same ones.
      return { entry, kept, ambiguous: shared.filter((one) => !names.has(one)), created };
    } catch (cause) {
      this.#claims.drop(id);
      await filled.store.close();
      throw cause;
    }
  }

  async #open(
    { id, credentials }: Pick<World, 'id' | 'credentials'>,
    filled: Filled,
    refill: () => Promise<Filled>,
    replaced: ClaimsOfWorld['replaced'],
  ): Promise<OwnedWorld> {
    const { machine, random, signingKey, shared, mode, laws } = this.#parts;
    // Requests to a deleted world still finish, and by then another world may have its id.
    const entry = () => {
      const there = id === DEFAULT_WORLD ? this.#default : this.#entries.get(id);
      return there?.world === world ? there : undefined;
    };
    const made = async (clientId: string) => {
      // For the default world only shared client ids are noted: whatever nobody claims leads to it anyway.
      const isOfDefault = id === DEFAULT_WORLD ? false : await hasClient(this.default.store, clientId);
      if (entry() === undefined) return;
      if (isOfDefault) this.#claims.add('client', clientId, DEFAULT_WORLD);
      if (id !== DEFAULT_WORLD || this.#claims.of('client', clientId).length > 0)
        this.#claims.add('client', clientId, id);
    };
    const gone = async (clientIds: readonly string[]) => {
      for (const clientId of clientIds) {
        if (!(await hasClient(world.store, clientId)) && entry() !== undefined)
          this.#claims.remove('client', clientId, id);
      }
    };
    const left = () => {
      const there = entry();
      if (there !== undefined) there.lastUsedAt = machine.now();
    };
    const claims = { made, gone, replaced };
    const world = await openWorld({
      id,
      credentials,
      laws,
      filled,
      refill,
      claims,
      left,
      machine,
      random,
      signingKey,
      budgets: shared.budgets,
      mode,
    });
    return world;
  }

  #entryOf(world: OwnedWorld, rest: Pick<WorldEntry, 'credentials' | 'seed' | 'ttl'>): WorldEntry {
    const now = this.#parts.machine.now();
    return { world, ...rest, createdAt: now, lastUsedAt: now };
  }

  /**
   * Notes what leads to a world, replacing what was noted before.
   *
   * @param source the world whose credentials it may share; null if they are all its own
   * @param known its client ids, if known without asking the store
   * @returns what leads to other worlds as well
   */
  async #claim({ id, store }: World, source: string | null, known?: readonly string[]): Promise<readonly string[]> {
    const { keyHashes, clientIds } =
      known === undefined ? await store.world.credentials() : { keyHashes: [], clientIds: known };
    const found: Parameters<WorldClaims['add']>[] = clientIds.map((clientId) => ['client', clientId, id]);
    for (const clientId of clientIds) {
      if (await hasClient(this.default.store, clientId)) found.push(['client', clientId, DEFAULT_WORLD]);
    }
    const hashes = source === null ? [] : keyHashes;
    const now = this.default.clock.now();
    const others = new Set([this.default, this.find(source ?? DEFAULT_WORLD) ?? this.default]);
    for (const hash of hashes) {
      found.push(['key', hash, id]);
      for (const other of others) {
        if (await this.#hasKey(other.store, hash, now)) found.push(['key', hash, other.id]);
      }
    }
    // All at once, so that no request finds half of it.
    this.#claims.drop(id);
    for (const claim of found) this.#claims.add(...claim);
    const ambiguous = clientIds.filter((clientId) => this.#claims.of('client', clientId).length > 1);
    for (const hash of hashes) {
      if (this.#claims.of('key', hash).length === 1) continue;
      const known = await store.ngcKeys.bySecret(hash, now);
      if (known !== null) ambiguous.push(known.key.id);
    }
    return ambiguous;
  }

  async #hasKey({ ngcKeys, collections }: Store, hash: string, now: Instant): Promise<boolean> {
    if ((await ngcKeys.bySecret(hash, now)) !== null) return true;
    for (const name of this.#parts.keyCollections.keys()) {
      if ((await collections.byAlias(name, hash)) !== null) return true;
    }
    return false;
  }

  /** Does the same after the world's state was replaced. A world that is gone leads nowhere. */
  async #claimAnew(world: World, source: string | null, known?: readonly string[]): Promise<void> {
    const isThere = () => this.#entries.get(world.id)?.world === world;
    if (!isThere()) return;
    await this.#claim(world, source, known);
    if (!this.#entries.has(world.id)) this.#claims.drop(world.id);
  }

  /** Notes which of the default world's credentials others have too. */
  async #claimOfDefault(): Promise<void> {
    this.#claims.drop(DEFAULT_WORLD);
    if (this.#entries.size === 0) return;
    const { keyHashes, clientIds } = await this.default.store.world.credentials();
    const claim = (kind: 'client' | 'key', name: string) => {
      if (this.#claims.of(kind, name).length > 0) this.#claims.add(kind, name, DEFAULT_WORLD);
    };
    for (const clientId of clientIds) claim('client', clientId);
    for (const hash of keyHashes) claim('key', hash);
  }

  /** The ended world whose id is at the end of a client id. */
  #goneClient(clientId: string): readonly string[] {
    const end = clientId.slice(-MOST_WORLD_ID - 1);
    for (let at = end.indexOf('-'); at >= 0; at = end.indexOf('-', at + 1)) {
      const id = end.slice(at + 1);
      if (this.#gone.has(id)) return [id];
    }
    return [];
  }

  #entryThere(id: string): WorldEntry | undefined {
    if (id === DEFAULT_WORLD) return this.#default ?? undefined;
    const entry = this.#entries.get(id);
    if (entry === undefined || !this.#isOver(entry)) return entry;
    this.#remove(entry);
    return undefined;
  }

  /** A long request counts as use for as long as it lasts. */
  #isOver(entry: WorldEntry): boolean {
    if (entry.ttl === null) return false;
    const now = this.#parts.machine.now();
    if (entry.world.isHeld) entry.lastUsedAt = now;
    return now - entry.lastUsedAt >= entry.ttl;
  }

  #remove({ world }: WorldEntry): void {
    const { id } = world;
    this.#entries.delete(id);
    this.#claims.drop(id);
    this.#gone.add(id);
    if (this.#gone.size > MOST_GONE) {
      // There is one, because there are too many.
      const oldest = this.#gone.values().next().value as string;
      this.#gone.delete(oldest);
      this.#marks.delete(worldMark(oldest));
    }
    world.end();
  }

  #sweep(): void {
    for (const entry of [...this.#entries.values()]) if (this.#isOver(entry)) this.#remove(entry);
    if (this.#entries.size > 0) return;
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
  }

  #sweepLater(): void {
    this.#sweeping ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }
}

function closing(): Problem {
  return new Problem('unavailable', 'The server is closing, and makes no more worlds.');
}

async function hasClient({ accessKeys, identities }: Store, clientId: string): Promise<boolean> {
  return (
    (await accessKeys.byClientId(clientId)) !== null ||
    (await identities.byClientId('application', clientId)) !== null ||
    (await identities.byClientId('service-account', clientId)) !== null ||
    (await identities.byName('application', clientId)) !== null
  );
}
