import { addWorldToClientId, DEFAULT_WORLD } from '../addresses/world-id.ts';
import type { World } from '../contract/world.ts';
import type { PresentedCredential } from '../credentials/presented-credential.ts';
import type { Row, Watcher } from '../store/collections.ts';
import { Pacer } from '../time/pacer.ts';
import { CredentialIndex } from './credential-index.ts';
import type { Credentials, SeedClients } from './credentials.ts';
import { EndedWorlds } from './ended-worlds.ts';

/** The parts of `Worlds` that indexing uses. */
export interface CredentialTrackerParts {
  readonly credentials: Credentials;
  readonly default: () => World;
  /** Undefined if the world doesn't exist. */
  readonly find: (id: string) => World | undefined;
  /** Whether this world still has its id. Another world may have replaced it. */
  readonly exists: (world: World) => boolean;
  /** Whether there are worlds besides the default one. */
  readonly hasOthers: () => boolean;
}

/** Tracks which credentials belong to which worlds as these come and go. */
export class CredentialTracker {
  readonly index = new CredentialIndex();
  readonly endedWorlds = new EndedWorlds();
  /** For worlds with another world's credentials: that world, and all worlds it got credentials from. */
  readonly #sources = new Map<string, ReadonlySet<string>>();
  readonly #parts: CredentialTrackerParts;

  constructor(parts: CredentialTrackerParts) {
    this.#parts = parts;
  }

  /** See `WorldsByName.ownersOf`. */
  ownersOf(presented: PresentedCredential): readonly string[] {
    switch (presented.kind) {
      case 'token':
        return [presented.world];
      case 'grant':
        return this.endedWorlds.ofMark(presented.mark);
      case 'key': {
        // A copied key belongs to the worlds that have it now. Otherwise it belongs to the world in its text.
        const holders = this.#holdersOf(presented);
        return holders.length > 0 ? holders : this.endedWorlds.ofMark(presented.mark);
      }
      case 'client': {
        const holders = this.#holdersOf(presented);
        return holders.length > 0 ? holders : this.endedWorlds.endedWorldByClientId(presented.clientId);
      }
    }
  }

  async isOfDefault(presented: PresentedCredential): Promise<boolean> {
    const { credentials } = this.#parts;
    const { store } = this.#parts.default();
    if (presented.kind === 'client') return credentials.hasClient(store, presented.clientId);
    return presented.kind === 'key' && (await credentials.findKey(store, presented.hash())) !== null;
  }

  /** Returns the worlds that have a client id or a key. */
  #holdersOf(presented: Extract<PresentedCredential, { kind: 'client' | 'key' }>): readonly string[] {
    const { index } = this;
    if (presented.kind === 'client') return index.of('client', presented.clientId);
    return index.hasKeys ? index.of('key', presented.hash()) : [];
  }

  /** Records changed rows of a world, which may be replaced by a world with the same id meanwhile. */
  async noteChanges(world: World, { puts, before }: Parameters<Watcher>[0]): Promise<void> {
    const { credentials, exists: isThere } = this.#parts;
    const isOther = world.id !== DEFAULT_WORLD;
    const [added, removed] = findDifferences(puts, before, (row) => credentials.clientIdsOf(row));
    for (const clientId of added) {
      // For the default world, only shared client ids are recorded: credentials without an entry belong to it anyway.
      const isOfDefault = isOther && (await credentials.hasClient(this.#parts.default().store, clientId));
      if (!isThere(world)) return;
      if (isOfDefault) this.index.add('client', clientId, DEFAULT_WORLD);
      if (isOther || this.index.of('client', clientId).length > 0) this.index.add('client', clientId, world.id);
    }
    for (const clientId of removed) {
      const isLeft = await credentials.hasClient(world.store, clientId);
      if (!isLeft && isThere(world)) this.index.remove('client', clientId, world.id);
    }
    // New keys contain the name of their world.
    const [, removedKeys] = findDifferences(puts, before, (row) => credentials.keyHashOf(row) ?? []);
    for (const hash of removedKeys) if (isThere(world)) this.index.remove('key', hash, world.id);
  }

  /**
   * Records the credentials of a world, replacing earlier ones.
   *
   * @param source the world that may share its credentials; null if the world has its own
   * @param seedClients the clients, if known without asking the store
   * @returns the credentials that other worlds have as well, except names in its seed that every world has
   */
  async add(world: World, source: string | null, seedClients?: SeedClients): Promise<readonly string[]> {
    const { id } = world;
    // Its own keys derive from its id. Other worlds have them only if they copied an earlier world with this id.
    if (seedClients !== undefined && ![...this.#sources.values()].some((ids) => ids.has(id))) {
      const ownIds = seedClients.ids.map((clientId) => addWorldToClientId(clientId, id));
      const isOthers = (clientId: string) => this.index.of('client', clientId).some((other) => other !== id);
      if (!ownIds.some(isOthers) && (await this.#findInDefault(ownIds)).length === 0) {
        const names = await this.#findInDefault(seedClients.names);
        this.drop(id);
        this.index.addSeeded(seedClients, id);
        for (const name of names) this.index.add('client', name, DEFAULT_WORLD);
        return [];
      }
    }
    const { store } = world;
    const first = this.#parts.default();
    const pacer = new Pacer();
    const { keyHashes, clientIds } = await this.#parts.credentials.of((collection) =>
      store.collections.list({ collection }),
    );
    const entries: Parameters<CredentialIndex['add']>[] = clientIds.map((clientId) => ['client', clientId, id]);
    for (const clientId of await this.#findInDefault(clientIds)) entries.push(['client', clientId, DEFAULT_WORLD]);
    // Own keys are in the index only if a copy of an earlier state has them too.
    const isShared = (hash: string) => this.index.of('key', hash).some((other) => other !== id);
    const others = new Set([first, this.#parts.find(source ?? DEFAULT_WORLD) ?? first]);
    const hashes: string[] = [];
    await pacer.each(keyHashes, async (hash) => {
      if (source === null && !isShared(hash)) return;
      hashes.push(hash);
      entries.push(['key', hash, id]);
      for (const other of others) {
        if ((await this.#parts.credentials.findKey(other.store, hash)) !== null) entries.push(['key', hash, other.id]);
      }
    });
    // Earlier credentials stay valid until all current ones are added.
    const earlier = this.index.replace(id);
    this.#sources.delete(id);
    if (source !== null) this.#sources.set(id, new Set([source, ...(this.#sources.get(source) ?? [])]));
    await pacer.each(entries, (entry) => this.index.add(...entry));
    await pacer.each(earlier, (remove) => remove());
    const ambiguous: string[] = [];
    await pacer.each(clientIds, (clientId) => {
      if (this.index.of('client', clientId).length > 1) ambiguous.push(clientId);
    });
    await pacer.each(hashes, async (hash) => {
      if (this.index.of('key', hash).length === 1) return;
      const key = await this.#parts.credentials.findKey(store, hash);
      if (key !== null) ambiguous.push(key.id);
    });
    return ambiguous;
  }

  /** Returns the client ids that the default world has as well. */
  async #findInDefault(clientIds: readonly string[]): Promise<readonly string[]> {
    const { credentials } = this.#parts;
    const { store } = this.#parts.default();
    const found: string[] = [];
    await new Pacer().each(clientIds, async (clientId) => {
      if (await credentials.hasClient(store, clientId)) found.push(clientId);
    });
    return found;
  }

  /** Records the credentials again after the state was replaced. Removes them if the world has ended meanwhile. */
  async addAgain(world: World, source: string | null, seedClients?: SeedClients): Promise<void> {
    if (!this.#parts.exists(world)) return;
    await this.add(world, source, seedClients);
    if (this.#parts.find(world.id) === undefined) this.drop(world.id);
  }

  /** Removes a world that has ended. */
  drop(id: string): void {
    this.index.drop(id);
    this.#sources.delete(id);
  }

  /** Records which credentials of the default world other worlds have as well. */
  async addDefault(): Promise<void> {
    const earlier = this.index.replace(DEFAULT_WORLD);
    const pacer = new Pacer();
    if (this.#parts.hasOthers()) {
      const { collections } = this.#parts.default().store;
      const { keyHashes, clientIds } = await this.#parts.credentials.of((name) =>
        collections.list({ collection: name }),
      );
      const add = (kind: 'client' | 'key') => (name: string) => {
        if (this.index.of(kind, name).length > 0) this.index.add(kind, name, DEFAULT_WORLD);
      };
      await pacer.each(clientIds, add('client'));
      await pacer.each(keyHashes, add('key'));
    }
    await pacer.each(earlier, (remove) => remove());
  }
}

/** Returns what only one of the two lists has, in both directions. */
function findDifferences(
  puts: readonly Row[],
  before: readonly Row[],
  of: (row: Row) => string | readonly string[],
): readonly [made: readonly string[], gone: readonly string[]] {
  const [after, earlier] = [new Set(puts.flatMap(of)), new Set(before.flatMap(of))];
  return [[...after].filter((name) => !earlier.has(name)), [...earlier].filter((one) => !after.has(one))];
}
