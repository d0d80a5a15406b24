import type { World } from '../contract/world.ts';
import { Pacer } from '../lib/pacer.ts';
import { addWorldToClientId, DEFAULT_WORLD } from '../lib/world-id.ts';
import type { Row, Watcher } from '../store/row.ts';
import type { PresentedCredential } from '../tokens/presented-credential.ts';
import { CredentialIndex } from './credential-index.ts';
import type { Credentials, SeedClients } from './credentials.ts';
import { EndedWorlds } from './ended-worlds.ts';

export interface CredentialTrackerParts {
  readonly credentials: Credentials;
  readonly default: () => World;
  readonly find: (id: string) => World | undefined;
  /** Returns whether this world still has its id. Another world may have replaced it. */
  readonly exists: (world: World) => boolean;
  readonly hasOthers: () => boolean;
}

/** Tracks which credentials belong to which worlds while worlds are created, changed and deleted. */
export class CredentialTracker {
  readonly index = new CredentialIndex();
  readonly endedWorlds = new EndedWorlds();
  /** By the id of a world with another world's credentials: that world, and the worlds that it got credentials from. */
  readonly #sources = new Map<string, ReadonlySet<string>>();
  readonly #parts: CredentialTrackerParts;

  constructor(parts: CredentialTrackerParts) {
    this.#parts = parts;
  }

  ownersOf(presented: PresentedCredential): readonly string[] {
    switch (presented.kind) {
      case 'token':
        return [presented.world];
      case 'grant':
        return this.endedWorlds.worldsOfMark(presented.mark);
      case 'key': {
        // A copied key belongs to the worlds that have it now. Otherwise it belongs to the world in its text.
        const holders = this.#holdersOf(presented);
        return holders.length > 0 ? holders : this.endedWorlds.worldsOfMark(presented.mark);
      }
      case 'client': {
        const holders = this.#holdersOf(presented);
        return holders.length > 0 ? holders : this.endedWorlds.worldsOfClientId(presented.clientId);
      }
    }
  }

  async isOfDefault(presented: PresentedCredential): Promise<boolean> {
    const { credentials } = this.#parts;
    const { store } = this.#parts.default();
    if (presented.kind === 'client') return credentials.hasClient(store, presented.clientId);
    return presented.kind === 'key' && (await credentials.findKey(store, presented.hash())) !== null;
  }

  #holdersOf(presented: Extract<PresentedCredential, { kind: 'client' | 'key' }>): readonly string[] {
    const { index } = this;
    if (presented.kind === 'client') return index.of('client', presented.clientId);
    return index.hasKeys ? index.of('key', presented.hash()) : [];
  }

  /** Records changed rows. Another world may get the id meanwhile, so each step checks that this one still exists. */
  async noteChanges(world: World, { puts, before }: Parameters<Watcher>[0]): Promise<void> {
    const { credentials } = this.#parts;
    const clientIds = findDifferences(puts, before, (row) => credentials.clientIdsOf(row));
    for (const clientId of clientIds.added) await this.#noteAddedClient(world, clientId);
    for (const clientId of clientIds.removed) {
      const isLeft = await credentials.hasClient(world.store, clientId);
      if (!isLeft && this.#parts.exists(world)) this.index.remove('client', clientId, world.id);
    }
    // Added keys need no entry, because they contain the mark of their world.
    const keyHashes = findDifferences(puts, before, (row) => credentials.keyHashOf(row) ?? []);
    for (const hash of keyHashes.removed) if (this.#parts.exists(world)) this.index.remove('key', hash, world.id);
  }

  /** Records a new client id; of the default world only a shared one, because all without an entry belong to it. */
  async #noteAddedClient(world: World, clientId: string): Promise<void> {
    const { credentials } = this.#parts;
    const isDefaultWorld = world.id === DEFAULT_WORLD;
    const isShared = !isDefaultWorld && (await credentials.hasClient(this.#parts.default().store, clientId));
    if (!this.#parts.exists(world)) return;
    if (isShared) this.index.add('client', clientId, DEFAULT_WORLD);
    if (!isDefaultWorld || this.index.of('client', clientId).length > 0) this.index.add('client', clientId, world.id);
  }

  /**
   * Records the credentials of a world, replacing earlier ones. Returns those that other worlds have as well, except
   * names in its seed.
   * @param source the world that may share its credentials; null if the world has its own
   */
  async add(world: World, source: string | null, seedClients?: SeedClients): Promise<readonly string[]> {
    if (seedClients !== undefined && (await this.#addSeeded(world.id, seedClients))) return [];
    const { collections } = world.store;
    const { keyHashes, clientIds } = await this.#parts.credentials.of((name) => collections.rowsOf(name).all);
    const sharedHashes = source === null ? await this.#findHashesOfOthers(keyHashes, world.id) : keyHashes;
    const entries = await this.#collectEntries(world, source, clientIds, sharedHashes);
    await this.#replaceEntries(world.id, source, entries);
    return this.#findAmbiguous(world, clientIds, sharedHashes);
  }

  /** Records the clients of a seed. @returns false if a copy of an earlier world with this id may have them, too */
  async #addSeeded(id: string, clients: SeedClients): Promise<boolean> {
    if ([...this.#sources.values()].some((ids) => ids.has(id))) return false;
    const clientIds = clients.ids.map((clientId) => addWorldToClientId(clientId, id));
    if (clientIds.some((clientId) => this.#hasOtherHolder('client', clientId, id))) return false;
    if ((await this.#findInDefault(clientIds)).length > 0) return false;
    const sharedNames = await this.#findInDefault(clients.names);
    this.drop(id);
    this.index.addSeeded(clients, id);
    for (const name of sharedNames) this.index.add('client', name, DEFAULT_WORLD);
    return true;
  }

  async #findHashesOfOthers(hashes: readonly string[], id: string): Promise<readonly string[]> {
    const found: string[] = [];
    await new Pacer().each(hashes, (hash) => {
      if (this.#hasOtherHolder('key', hash, id)) found.push(hash);
    });
    return found;
  }

  #hasOtherHolder(kind: IndexEntry[0], credential: string, id: string): boolean {
    return this.index.of(kind, credential).some((holder) => holder !== id);
  }

  /** Returns the entries of a world's credentials, and those of the other worlds that have the same credentials. */
  async #collectEntries(
    world: World,
    source: string | null,
    clientIds: readonly string[],
    keyHashes: readonly string[],
  ): Promise<readonly IndexEntry[]> {
    const { credentials } = this.#parts;
    const defaultWorld = this.#parts.default();
    const possibleHolders = new Set([defaultWorld, this.#parts.find(source ?? DEFAULT_WORLD) ?? defaultWorld]);
    const entries: IndexEntry[] = clientIds.map((clientId) => ['client', clientId, world.id]);
    for (const clientId of await this.#findInDefault(clientIds)) entries.push(['client', clientId, DEFAULT_WORLD]);
    await new Pacer().each(keyHashes, async (hash) => {
      entries.push(['key', hash, world.id]);
      for (const holder of possibleHolders) {
        if ((await credentials.findKey(holder.store, hash)) !== null) entries.push(['key', hash, holder.id]);
      }
    });
    return entries;
  }

  /** Replaces the entries of a world. Earlier credentials stay valid until all current ones are added. */
  async #replaceEntries(id: string, source: string | null, entries: readonly IndexEntry[]): Promise<void> {
    const pacer = new Pacer();
    const removals = this.index.replace(id);
    this.#sources.delete(id);
    if (source !== null) this.#sources.set(id, new Set([source, ...(this.#sources.get(source) ?? [])]));
    await pacer.each(entries, (entry) => this.index.add(...entry));
    await pacer.each(removals, (remove) => remove());
  }

  /** Returns the client ids, and the ids of the keys, that other worlds have as well. */
  async #findAmbiguous(
    { store }: World,
    clientIds: readonly string[],
    keyHashes: readonly string[],
  ): Promise<readonly string[]> {
    const pacer = new Pacer();
    const ambiguous: string[] = [];
    await pacer.each(clientIds, (clientId) => {
      if (this.index.of('client', clientId).length > 1) ambiguous.push(clientId);
    });
    await pacer.each(keyHashes, async (hash) => {
      if (this.index.of('key', hash).length === 1) return;
      const key = await this.#parts.credentials.findKey(store, hash);
      if (key !== null) ambiguous.push(key.id);
    });
    return ambiguous;
  }

  async #findInDefault(clientIds: readonly string[]): Promise<readonly string[]> {
    const { credentials } = this.#parts;
    const { store } = this.#parts.default();
    const found: string[] = [];
    await new Pacer().each(clientIds, async (clientId) => {
      if (await credentials.hasClient(store, clientId)) found.push(clientId);
    });
    return found;
  }

  /** Records the credentials of a world whose state was replaced. Removes them if it has ended in the meantime. */
  async reindex(world: World, source: string | null, seedClients?: SeedClients): Promise<void> {
    if (!this.#parts.exists(world)) return;
    await this.add(world, source, seedClients);
    if (this.#parts.find(world.id) === undefined) this.drop(world.id);
  }

  drop(id: string): void {
    this.index.drop(id);
    this.#sources.delete(id);
  }

  /** Records which credentials of the default world other worlds have as well. */
  async reindexDefault(): Promise<void> {
    const removals = this.index.replace(DEFAULT_WORLD);
    const pacer = new Pacer();
    if (this.#parts.hasOthers()) {
      const { collections } = this.#parts.default().store;
      const { keyHashes, clientIds } = await this.#parts.credentials.of((name) => collections.rowsOf(name).all);
      await pacer.each(clientIds, (clientId) => this.#addSharedWithDefault('client', clientId));
      await pacer.each(keyHashes, (hash) => this.#addSharedWithDefault('key', hash));
    }
    await pacer.each(removals, (remove) => remove());
  }

  /** Records a credential of the default world if another world has it as well. */
  #addSharedWithDefault(kind: IndexEntry[0], credential: string): void {
    if (this.index.of(kind, credential).length > 0) this.index.add(kind, credential, DEFAULT_WORLD);
  }
}

type IndexEntry = Parameters<CredentialIndex['add']>;

/** Returns the names that only the new rows have (`added`), and those that only the earlier rows have (`removed`). */
function findDifferences(
  puts: readonly Row[],
  before: readonly Row[],
  namesOf: (row: Row) => string | readonly string[],
): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  const current = new Set(puts.flatMap(namesOf));
  const earlier = new Set(before.flatMap(namesOf));
  return {
    added: [...current].filter((name) => !earlier.has(name)),
    removed: [...earlier].filter((name) => !current.has(name)),
  };
}
