import type { World } from '../contract/world.ts';
import type { Instant } from '../core/clock.ts';
import { DEFAULT_WORLD } from '../core/world-id.ts';
import type { Store } from '../store/index.ts';
import { WorldClaims } from './claims.ts';
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
   * @param known its client ids, if known without asking the store
   * @returns what leads to other worlds as well
   */
  async claim({ id, store }: World, source: string | null, known?: readonly string[]): Promise<readonly string[]> {
    const first = this.#parts.default();
    // Its own keys follow from its id, so another world has them only if it is a copy of an earlier world of this id.
    const isAsked = known === undefined || [...this.#sources.values()].some((ids) => ids.has(id));
    const { keyHashes, clientIds } = isAsked ? await store.world.credentials() : { keyHashes: [], clientIds: known };
    const found: Parameters<WorldClaims['add']>[] = clientIds.map((clientId) => ['client', clientId, id]);
    for (const clientId of clientIds) {
      if (await hasClient(first.store, clientId)) found.push(['client', clientId, DEFAULT_WORLD]);
    }
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

  /** Does the same after the world's state was replaced. A world that is gone leads nowhere. */
  async claimAnew(world: World, source: string | null, known?: readonly string[]): Promise<void> {
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
export async function hasClient({ accessKeys, identities }: Store, clientId: string): Promise<boolean> {
  return (
    (await accessKeys.byClientId(clientId)) !== null ||
    (await identities.byClientId('application', clientId)) !== null ||
    (await identities.byClientId('service-account', clientId)) !== null ||
    (await identities.byName('application', clientId)) !== null
  );
}
