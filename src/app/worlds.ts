import type { Clock, Instant } from '../core/clock.ts';
import { formatDuration } from '../core/duration.ts';
import type { Budgets } from '../core/held.ts';
import { clearInterval, setInterval } from '../core/machine.ts';
import { Problem } from '../core/problem.ts';
import { quoted } from '../core/wording.ts';
import { DEFAULT_WORLD, isWorldId, MOST_WORLD_ID, WORLD_ID_FORM } from '../core/world-id.ts';
import { type Derivation, derivationOf } from '../credentials/derivation.ts';
import type { Presented } from '../credentials/presented.ts';
import { hashSecret } from '../credentials/secret.ts';
import { worldMark } from '../credentials/world-mark.ts';
import type { Random } from '../random.ts';
import { ownSeed } from '../seed/index.ts';
import type { World, WorldsByName } from '../service.ts';
import type { Store } from '../store/index.ts';
import { openSqliteImage } from '../store/sqlite/index.ts';
import type { Rekeyed, Rekeying } from '../store/world.ts';
import { Claims } from './claims.ts';
import type { Images } from './images.ts';
import { type Filled, type OwnedWorld, openWorld, type Seed } from './world.ts';

/** What a world is made from: a seed, or what another world or a snapshot holds. */
export type Origin =
  | { readonly kind: 'seed'; readonly seed: Seed }
  | { readonly kind: 'copy'; readonly image: Uint8Array; readonly seed: Seed; readonly of: string };

/** A world to make. */
export interface WorldOrder {
  /** Made up when left out. */
  readonly id?: string | undefined;
  readonly origin: Origin;
  /** `own`: every key, secret and confidential client id is the world's own; `cast`: they are those of the seed. */
  readonly credentials: 'own' | 'cast';
  /** Milliseconds without use after which it ends; null: never. */
  readonly ttl: number | null;
}

/** What is kept of a world beside itself. */
export interface WorldEntry {
  readonly world: OwnedWorld;
  /** What it was made of, before anything in it became its own. */
  readonly seed: Seed;
  readonly ttl: number | null;
  readonly createdAt: Instant;
  lastUsedAt: Instant;
}

/** A world that was made. */
export interface MadeWorld {
  readonly entry: WorldEntry;
  /** Its seed, with what in it is its own. */
  readonly kept: Seed;
  /** Client ids, and ids of keys, that other worlds have too: they lead to none of them. */
  readonly ambiguous: readonly string[];
  /** Of a copy with credentials of its own: what had been made since the seed, and has new secrets now. */
  readonly created: readonly Rekeyed[];
}

/** How many ids of worlds that are gone are known, so that their credentials are told as such. */
const MOST_GONE = 10_000;

/** How many worlds a message names. */
const MOST_NAMED = 5;

const FRESH_ID_LENGTH = 10;

/** How often worlds that nobody uses are looked for, in milliseconds. */
const SWEEP_MS = 10_000;

export interface WorldsParts {
  readonly machine: Clock;
  readonly random: Random;
  readonly budgets: Budgets;
  readonly images: Images;
  /** How many there may be beside the default one. */
  readonly most: number;
}

/** The worlds of a server. */
export class Worlds implements WorldsByName {
  readonly #parts: WorldsParts;
  readonly #entries = new Map<string, WorldEntry>();
  /** Ids that are taken although their world is not there yet. */
  readonly #making = new Set<string>();
  /** Ids by mark: of those that are there, and of those that are gone. */
  readonly #marks = new Map<string, string>();
  readonly #gone = new Set<string>();
  readonly #claims = new Claims();
  #default: WorldEntry | null = null;
  #sweeping: NodeJS.Timeout | undefined;

  constructor(parts: WorldsParts) {
    this.#parts = parts;
  }

  /** The world that the server begins with. @param filled its store */
  async begin(seed: Seed, filled: Filled, refill: (before: Store) => Promise<Filled>): Promise<void> {
    const world = await this.#open(DEFAULT_WORLD, 'cast', filled, refill);
    this.#default = this.#entryOf(world, { seed, ttl: null });
  }

  get default(): OwnedWorld {
    if (this.#default === null) throw new Error('the default world is asked for before it began');
    return this.#default.world;
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
        return marked === undefined || claimed.includes(marked) ? claimed : [marked, ...claimed];
      }
      case 'client': {
        const claimed = this.#claims.of('client', presented.clientId);
        return claimed.length > 0 ? claimed : this.#goneClient(presented.clientId);
      }
    }
  }

  /** What is there, the default world first. */
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
      const message = 'The default world cannot be deleted; `POST /_mock/reset` gives it back as it was.';
      throw new Problem('conflict', message);
    }
    this.#remove(this.entry(id));
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeping);
    const all = [this.#default, ...this.#entries.values()].flatMap((entry) => entry ?? []);
    this.#entries.clear();
    await Promise.all(all.map(({ world }) => world.close()));
  }

  #check(id: string): void {
    if (!isWorldId(id)) {
      const shown = id.slice(0, 2 * MOST_WORLD_ID);
      throw new Problem('invalid_request', `Field \`id\` must be ${WORLD_ID_FORM}; it is \`${shown}\`.`);
    }
    if (id === DEFAULT_WORLD || this.#making.has(id) || this.has(id)) {
      const instead = id === DEFAULT_WORLD ? '' : `, or delete that one first (\`DELETE /_mock/worlds/${id}\`)`;
      throw new Problem('conflict', `There is a world \`${id}\` already: take another id${instead}.`);
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
    const message = `${most} worlds are there, which is the most (\`--max-worlds\`). Delete one by \`DELETE /_mock/worlds/{id}\`.${unused}`;
    return new Problem('conflict', message);
  }

  async #made(id: string, { origin, credentials, ttl }: WorldOrder): Promise<MadeWorld> {
    const { budgets, images } = this.#parts;
    const { seed } = origin;
    const derivation = credentials === 'own' ? rememberedDerivation(derivationOf(id)) : null;
    const kept = derivation === null ? seed : ownSeed(seed, derivation);
    const image = await images.of(seed);
    const ofSeed = async (decisions?: Store['decisions']): Promise<Filled> => {
      const { bytes, findings } = await images.of(seed);
      const rekeyed = derivation === null ? undefined : { rekeying: rekeyingOf(derivation, DEFAULT_WORLD), kept };
      return { store: openSqliteImage(bytes, budgets, decisions, rekeyed), findings, isNew: true };
    };
    const made: { rekeyed: readonly Rekeyed[] } = { rekeyed: [] };
    const copied = async (bytes: Uint8Array, of: string): Promise<Filled> => {
      const store = openSqliteImage(bytes, budgets);
      if (derivation !== null) made.rekeyed = await store.world.rekey(rekeyingOf(derivation, of), kept);
      return { store, findings: image.findings, isNew: false };
    };
    const filled = origin.kind === 'seed' ? await ofSeed() : await copied(origin.image, origin.of);
    const world = await this.#open(id, credentials, filled, (before) => ofSeed(before.decisions));
    const ambiguous =
      derivation === null
        ? await this.#claimShared(world, origin.kind === 'copy' ? origin.of : DEFAULT_WORLD)
        : await this.#claimOwn(id, origin.kind === 'copy' ? made.rekeyed : image.credentials, derivation);
    // Most worlds wait for the test that they were made for.
    await world.store.rest();
    const entry = this.#entryOf(world, { seed, ttl });
    this.#entries.set(id, entry);
    this.#gone.delete(id);
    this.#marks.set(worldMark(id), id);
    this.#sweepLater();
    return {
      entry,
      kept,
      ambiguous,
      created: made.rekeyed.filter(({ id: made }) => !image.credentials.some((one) => one.id === made)),
    };
  }

  #open(
    id: string,
    credentials: WorldOrder['credentials'],
    filled: Filled,
    refill: (before: Store) => Promise<Filled>,
  ): Promise<OwnedWorld> {
    const { machine, random, budgets } = this.#parts;
    const claim = async (clientId: string) => {
      // Of the default world only what others have is worth knowing: what nobody claims leads to it anyway.
      if (id !== DEFAULT_WORLD) await this.#claimClient(clientId, id);
      else if (this.#claims.of('client', clientId).length > 0) this.#claims.add('client', clientId, id);
    };
    return openWorld({ id, credentials, filled, refill, claim, machine, random, budgets });
  }

  #entryOf(world: OwnedWorld, rest: Pick<WorldEntry, 'seed' | 'ttl'>): WorldEntry {
    const now = this.#parts.machine.now();
    return { world, ...rest, createdAt: now, lastUsedAt: now };
  }

  /** @returns is it a client id of the default world, or of another one, as well? */
  async #claimClient(clientId: string, id: string): Promise<boolean> {
    if (await hasClient(this.default.store, clientId)) this.#claims.add('client', clientId, DEFAULT_WORLD);
    this.#claims.add('client', clientId, id);
    return this.#claims.of('client', clientId).length > 1;
  }

  /**
   * Notes the client ids of a world with credentials of its own; its keys carry it, and names stay what they are in every
   * world.
   *
   * @returns what leads to others as well
   */
  async #claimOwn(id: string, credentials: readonly Rekeyed[], derivation: Derivation): Promise<readonly string[]> {
    const ambiguous: string[] = [];
    for (const { clientId: given } of credentials) {
      if (given === null) continue;
      const clientId = given.endsWith(`-${id}`) ? given : derivation.clientId(given);
      if (await this.#claimClient(clientId, id)) ambiguous.push(clientId);
    }
    return ambiguous;
  }

  /**
   * Notes what leads to a world whose credentials are as they were.
   *
   * @param source the world that has them, too
   * @returns what leads to others as well
   */
  async #claimShared({ id, store }: World, source: string): Promise<readonly string[]> {
    const { keyHashes, clientIds } = await store.world.credentials();
    const ambiguous: string[] = [];
    for (const clientId of clientIds) if (await this.#claimClient(clientId, id)) ambiguous.push(clientId);
    const now = this.default.clock.now();
    const others = [this.default, this.find(source) ?? this.default];
    for (const hash of keyHashes) {
      for (const other of others) {
        if ((await other.store.ngcKeys.bySecret(hash, now)) !== null) this.#claims.add('key', hash, other.id);
      }
      this.#claims.add('key', hash, id);
      if (this.#claims.of('key', hash).length === 1) continue;
      const found = await store.ngcKeys.bySecret(hash, now);
      if (found !== null) ambiguous.push(found.key.id);
    }
    return ambiguous;
  }

  /** The world that is gone whose id a client id ends with. */
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

  /** A request that lasts is use for as long as it lasts. */
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

  /** For messages: the ids that are there. */
  get ids(): string {
    return quoted(this.list().map(({ world }) => world.id));
  }
}

/** Each credential is needed twice: for the store, and for the cast. A reset needs them again. */
function rememberedDerivation({ key, secret, clientId }: Derivation): Derivation {
  const keys = new Map<string, string>();
  const secrets = new Map<string, string>();
  const remembered = (known: Map<string, string>, derive: (id: string) => string) => (id: string) => {
    const derived = known.get(id) ?? derive(id);
    known.set(id, derived);
    return derived;
  };
  return { key: remembered(keys, key), secret: remembered(secrets, secret), clientId };
}

/** What a world has in place of what it was copied of. @param of the world whose client ids are replaced */
function rekeyingOf(derivation: Derivation, of: string): Rekeying {
  const end = of === DEFAULT_WORLD ? '' : `-${of}`;
  return {
    keyHash: (id) => hashSecret(derivation.key(id)),
    secretHash: (id) => hashSecret(derivation.secret(id)),
    clientId: (given) => derivation.clientId(given.endsWith(end) ? given.slice(0, given.length - end.length) : given),
  };
}

async function hasClient({ accessKeys, identities }: Store, clientId: string): Promise<boolean> {
  return (
    (await accessKeys.byClientId(clientId)) !== null ||
    (await identities.byClientId('application', clientId)) !== null ||
    (await identities.byClientId('service-account', clientId)) !== null ||
    (await identities.byName('application', clientId)) !== null
  );
}
