import { addWorldToClientId, DEFAULT_WORLD, MAX_WORLD_ID_LENGTH } from '../lib/world-id.ts';
import type { SeedClients } from './credentials.ts';

/** The credentials in the index: client ids, and keys by their hash. */
const KINDS = ['client', 'key'] as const;
type Kind = (typeof KINDS)[number];

type Entries = Readonly<Record<Kind, Set<string>>>;

function emptyEntries(): Entries {
  return { client: new Set(), key: new Set() };
}

/** The names of applications are case-insensitive. */
function normalizeName(name: string): string {
  return name.toLowerCase();
}

/** Maps credentials to their worlds, for credentials that don't name their world. */
export class CredentialIndex {
  readonly #worlds = { client: new Map<string, Set<string>>(), key: new Map<string, Set<string>>() } as const;
  /** The entries of each world, so that removing a world needs no search. */
  readonly #ofWorld = new Map<string, Entries>();
  /** Worlds with the client ids of their seed, each ending with the id of the world. */
  readonly #seeded = new Map<string, { readonly ids: ReadonlySet<string>; readonly clients: SeedClients }>();
  readonly #idsOf = new WeakMap<SeedClients, ReadonlySet<string>>();

  get hasKeys(): boolean {
    return this.#worlds.key.size > 0;
  }

  of(kind: Kind, credential: string): readonly string[] {
    const name = normalizeName(credential);
    const worlds = [...(this.#worlds[kind].get(name) ?? [])];
    const seeded = kind === 'client' ? this.#findSeeded(name) : null;
    return seeded === null || worlds.includes(seeded) ? worlds : [...worlds, seeded];
  }

  add(kind: Kind, credential: string, world: string): void {
    const name = normalizeName(credential);
    this.#addWorld(kind, name, world);
    const entries = this.#ofWorld.get(world) ?? emptyEntries();
    entries[kind].add(name);
    this.#ofWorld.set(world, entries);
  }

  /** Adds the clients of a world's seed as one entry, because there may be thousands of such worlds. */
  addSeeded(clients: SeedClients, world: string): void {
    const ids = this.#idsOf.get(clients) ?? new Set(clients.ids.map(normalizeName));
    this.#idsOf.set(clients, ids);
    this.#seeded.set(world, { ids, clients });
    for (const name of clients.names) this.#addWorld('client', normalizeName(name), world);
  }

  remove(kind: Kind, credential: string, world: string): void {
    const name = normalizeName(credential);
    const seeded = this.#seeded.get(world);
    // From now on, each client of this world has a separate entry.
    if (seeded !== undefined && kind === 'client') {
      this.#seeded.delete(world);
      for (const clientId of seeded.clients.ids) this.add('client', addWorldToClientId(clientId, world), world);
      for (const clientName of seeded.clients.names) this.add('client', clientName, world);
    }
    this.#ofWorld.get(world)?.[kind].delete(name);
    this.#removeWorld(kind, name, world);
  }

  /** Starts new entries for a world. @returns functions that each remove an earlier entry, unless it was added again */
  replace(world: string): Iterable<() => void> {
    // A world with the client ids of its seed has few entries.
    if (this.#seeded.has(world)) this.drop(world);
    const earlier = this.#ofWorld.get(world) ?? emptyEntries();
    const current = emptyEntries();
    this.#ofWorld.set(world, current);
    return this.#createRemovals(world, earlier, current);
  }

  *#createRemovals(world: string, earlier: Entries, current: Entries): Generator<() => void> {
    for (const kind of KINDS) {
      for (const name of earlier[kind]) {
        yield () => {
          if (!current[kind].has(name)) this.#removeWorld(kind, name, world);
        };
      }
    }
  }

  drop(world: string): void {
    const { clients } = this.#seeded.get(world) ?? {};
    this.#seeded.delete(world);
    for (const name of clients?.names ?? []) this.#removeWorld('client', normalizeName(name), world);
    // The default world may have the same client ids.
    for (const clientId of clients?.ids ?? [])
      this.#removeWorld('client', normalizeName(addWorldToClientId(clientId, world)), world);
    const entries = this.#ofWorld.get(world);
    for (const kind of KINDS) for (const name of entries?.[kind] ?? []) this.remove(kind, name, world);
    this.#ofWorld.delete(world);
  }

  #findSeeded(name: string): string | null {
    const from = Math.max(0, name.length - MAX_WORLD_ID_LENGTH - 1);
    for (let at = name.indexOf('-', from); at >= 0; at = name.indexOf('-', at + 1)) {
      const world = name.slice(at + 1);
      if (this.#seeded.get(world)?.ids.has(name.slice(0, at)) === true) return world;
    }
    return null;
  }

  #addWorld(kind: Kind, name: string, world: string): void {
    const worlds = this.#worlds[kind].get(name) ?? new Set();
    this.#worlds[kind].set(name, worlds.add(world));
  }

  #removeWorld(kind: Kind, name: string, world: string): void {
    const worlds = this.#worlds[kind].get(name);
    worlds?.delete(world);
    if (worlds?.size === 0) this.#worlds[kind].delete(name);
    // Credentials without an entry belong to the default world anyway.
    else if (worlds?.size === 1 && worlds.has(DEFAULT_WORLD)) this.remove(kind, name, DEFAULT_WORLD);
  }
}
