import type { World } from '../contract/world.ts';
import type { Instant } from '../core/clock.ts';
import { clientIdInWorld, DEFAULT_WORLD } from '../core/world-id.ts';
import { clientAliases } from '../store/credential-aliases.ts';
import type { Store } from '../store/index.ts';
import { type SeedClients, WorldClaims } from './claims.ts';
import type { CredentialClaims } from './watched-store.ts';

/** What claiming needs of the worlds. */
export interface ClaimingParts {
  /** The collections, in addition to that of NGC keys, whose rows are keys. */
  readonly keyCollections: readonly string[];
  readonly default: () => World;
  /** Null if there is no such world. */
  readonly find: (id: string) => World | undefined;
  /** Is it the world that has its id now? */
  readonly isThere: (world: World) => boolean;
  /** Is there any other than the default one? */
  readonly isAny: () => boolean;
}

/** Keeps track of the credentials that lead to the worlds of this process, as they come and go. */
export class Claiming {
  readonly claims = new WorldClaims();
  /** Of worlds that began with another world's credentials: that world, and those whose credentials it had. */
  readonly #sources = new Map<string, ReadonlySet<string>>();
  readonly #parts: ClaimingParts;

  constructor(parts: ClaimingParts) {
    this.#parts = parts;
  }

  /** What is told of the credentials of a world, which may be replaced by another of its id meanwhile. */
  credentialsOf(world: () => World): CredentialClaims {
    const { isThere } = this.#parts;
    return {
      made: async (clientId) => {
        const { id } = world();
        const isOther = id !== DEFAULT_WORLD;
        // For the default world only shared client ids are noted: whatever nobody claims leads to it anyway.
        const isOfDefault = isOther && (await hasClient(this.#parts.default().store, clientId));
        if (!isThere(world())) return;
        if (isOfDefault) this.claims.add('client', clientId, DEFAULT_WORLD);
        if (isOther || this.claims.of('client', clientId).length > 0) this.claims.add('client', clientId, id);
      },
      gone: async (clientIds) => {
        for (const clientId of clientIds) {
          if (!(await hasClient(world().store, clientId)) && isThere(world()))
            this.claims.remove('client', clientId, world().id);
        }
      },
      keyGone: async () => {
        const { id, store, clock } = world();
        for (const hash of this.claims.in('key', id)) {
          if (!(await this.hasKey(store, hash, clock.now())) && isThere(world())) this.claims.remove('key', hash, id);
        }
      },
    };
  }

  /**
   * Notes what leads to a world, replacing what was noted before.
   *
   * @param source the world whose credentials it may share; null if they are all its own
   * @param known its clients, if known without asking the store
   * @returns what leads to other worlds as well, but for names of its seed that every world has
   */
  async claim(world: World, source: string | null, known?: SeedClients): Promise<readonly string[]> {
    const { id } = world;
    // Its own keys follow from its id, so another world has them only if it is a copy of an earlier world of this id.
    if (known !== undefined && ![...this.#sources.values()].some((ids) => ids.has(id))) {
      const own = known.ids.map((given) => clientIdInWorld(given, id));
      const isOthers = (clientId: string) => this.claims.of('client', clientId).some((other) => other !== id);
      if (!own.some(isOthers) && (await this.#ofDefault(own)).length === 0) {
        const names = await this.#ofDefault(known.names);
        this.drop(id);
        this.claims.addSeeded(known, id);
        for (const name of names) this.claims.add('client', name, DEFAULT_WORLD);
        return [];
      }
    }
    const { store } = world;
    const first = this.#parts.default();
    const { keyHashes, clientIds } = await store.world.credentials();
    const found: Parameters<WorldClaims['add']>[] = clientIds.map((clientId) => ['client', clientId, id]);
    for (const clientId of await this.#ofDefault(clientIds)) found.push(['client', clientId, DEFAULT_WORLD]);
    // Keys of its own are claimed only if another world has them, too: a copy of an earlier state.
    const isShared = (hash: string) => this.claims.of('key', hash).some((other) => other !== id);
    const hashes = source === null ? keyHashes.filter(isShared) : keyHashes;
    const now = first.clock.now();
    const others = new Set([first, this.#parts.find(source ?? DEFAULT_WORLD) ?? first]);
    for (const hash of hashes) {
      found.push(['key', hash, id]);
      for (const other of others) {
        if (await this.hasKey(other.store, hash, now)) found.push(['key', hash, other.id]);
      }
    }
    // All at once, so that no request finds half of it.
    this.drop(id);
    if (source !== null) this.#sources.set(id, new Set([source, ...(this.#sources.get(source) ?? [])]));
    for (const claim of found) this.claims.add(...claim);
    const ambiguous = clientIds.filter((clientId) => this.claims.of('client', clientId).length > 1);
    for (const hash of hashes) {
      if (this.claims.of('key', hash).length === 1) continue;
      const known = await store.ngcKeys.bySecret(hash, now);
      if (known !== null) ambiguous.push(known.key.id);
    }
    return ambiguous;
  }

  /** Those of these client ids that the default world has, too. */
  async #ofDefault(clientIds: readonly string[]): Promise<readonly string[]> {
    const { store } = this.#parts.default();
    const found: string[] = [];
    for (const clientId of clientIds) if (await hasClient(store, clientId)) found.push(clientId);
    return found;
  }

  /** Does the same after the world's state was replaced. A world that is gone leads nowhere. */
  async claimAnew(world: World, source: string | null, known?: SeedClients): Promise<void> {
    if (!this.#parts.isThere(world)) return;
    await this.claim(world, source, known);
    if (this.#parts.find(world.id) === undefined) this.drop(world.id);
  }

  /** A world is gone. */
  drop(id: string): void {
    this.claims.drop(id);
    this.#sources.delete(id);
  }

  /** Notes which of the default world's credentials others have too. */
  async claimOfDefault(): Promise<void> {
    this.claims.drop(DEFAULT_WORLD);
    if (!this.#parts.isAny()) return;
    const { keyHashes, clientIds } = await this.#parts.default().store.world.credentials();
    const claim = (kind: 'client' | 'key', name: string) => {
      if (this.claims.of(kind, name).length > 0) this.claims.add(kind, name, DEFAULT_WORLD);
    };
    for (const clientId of clientIds) claim('client', clientId);
    for (const hash of keyHashes) claim('key', hash);
  }

  async hasKey({ ngcKeys, collections }: Store, hash: string, now: Instant): Promise<boolean> {
    if ((await ngcKeys.bySecret(hash, now)) !== null) return true;
    for (const name of this.#parts.keyCollections) {
      if ((await collections.byAlias(name, hash)) !== null) return true;
    }
    return false;
  }
}

/** Does anybody in this world have this client id? */
export async function hasClient({ collections }: Pick<Store, 'collections'>, clientId: string): Promise<boolean> {
  for (const { collection, alias } of clientAliases(clientId)) {
    if ((await collections.byAlias(collection, alias)) !== null) return true;
  }
  return false;
}
